import assert from "node:assert/strict";
import { test } from "node:test";
import { alarms_of } from "../src/alarms.ts";
import { Api, ApiError, error_sentence, path, query_text } from "../src/api.ts";
import { History, kHistoryMs, samples_of } from "../src/history.ts";
import { address_of, look_of, places, request_of, sorted_by } from "../src/paging.ts";
import { href, parse_route } from "../src/route.ts";

test("an address holds any name, and gives it back", () => {
  for (const name of ["/", "a/b?c=d&e#f", "%2F", "\u00fc \u2713", "<img src=x>", "..", "+"]) {
    const route = parse_route(href("queue", ["/", name], { name, page: 2 }));
    assert.deepEqual(route, { page: "queue", names: ["/", name], query: { name, page: "2" } });
  }
  assert.equal(parse_route("").page, "overview");
  assert.equal(parse_route("#/queue/%zz").names[0], "%zz");
});

test("how a list is looked at stands in the address, what is as always does not", () => {
  const look = look_of({ name: "jobs", page: "3", sort: "messages_ready", down: "1" }, ["name", "messages_ready"], "name");
  assert.deepEqual(look, { page: 3, name: "jobs", regex: false, sort: "messages_ready", descending: true });
  assert.deepEqual(look_of(address_of(look, "name") as Record<string, string>, ["name", "messages_ready"], "name"), look);
  const first = look_of({}, ["name"], "name");
  assert.equal(href("queues", [], address_of(first, "name")), "#/queues");
});

test("what somebody wrote into the address by hand is no page before the first and no column that is not there", () => {
  for (const page of ["0", "-1", "1.5", "x", ""]) assert.equal(look_of({ page }, [], "name").page, 1);
  assert.equal(look_of({ sort: "password_hash" }, ["name"], "name").sort, "name");
});

test("numbers are sorted from the largest, names from A, and a second click turns the order", () => {
  const look = look_of({ page: "4" }, ["name", "messages"], "name");
  const by_number = sorted_by(look, "messages", true);
  assert.deepEqual([by_number.sort, by_number.descending, by_number.page], ["messages", true, 1]);
  assert.equal(sorted_by(by_number, "messages", true).descending, false);
  assert.equal(sorted_by(by_number, "name", false).descending, false);
});

test("a request asks the server for one page, filtered and sorted there", () => {
  const look = look_of({ name: "^q", regex: "1" }, ["name"], "name");
  assert.equal(query_text(request_of(look, "name")), "?page=1&page_size=100&name=%5Eq&use_regex=true");
  assert.equal(query_text(request_of({ ...look, descending: true }, "name")), "?page=1&page_size=100&name=%5Eq&use_regex=true&sort=name&sort_reverse=true");
  assert.deepEqual(places({ page: 2, page_size: 100, items: new Array(7) }), [101, 107]);
  assert.deepEqual(places({ page: 1, page_size: 100, items: [] }), [0, 0]);
  assert.equal(path("queues", "/", "a b"), "queues/%2F/a%20b");
});

test("what the server refuses is a sentence", () => {
  assert.match(error_sentence(401, "not_authorized", "Not_Authorized"), /password is wrong/);
  assert.equal(error_sentence(404, "Object Not Found", "Not Found"), "It is not there (any more).");
  assert.equal(error_sentence(400, "bad_request", "Validation failed\n\nno such key\n"), "Validation failed: no such key");
  assert.equal(error_sentence(500, "", ""), "The server answered 500.");
});

test("a name that a browser takes for a step in the path is not asked for", async () => {
  const api = new Api({ user: "a", authorization: "" });
  for (const name of [".", ".."]) await assert.rejects(api.delete(path("queues", "/", name)), (fault) => fault instanceof ApiError && fault.code === "name");
});

const at = (at_ms: number, ready: number, unacknowledged: number, published = 0, delivered = 0) => ({ at_ms, ready, unacknowledged, published, delivered });

test("rates are what changed, by the time that passed", () => {
  const history = new History();
  history.add(at(1000, 10, 0, 100, 100));
  history.add(at(6000, 40, 20, 150, 100));
  history.add(at(6000, 99, 99)); // no time has passed: not a point
  history.add(at(11_000, 0, 35, 155, 155));
  history.add(at(16_000, 0, 35, 5, 0)); // the server has begun anew
  assert.deepEqual(history.rates(), [[6, 11, 16], [10, 1, null], [0, 11, null]]);
  assert.deepEqual(history.levels(), [[1, 6, 11, 16], [10, 40, 0, 0], [0, 20, 35, 35]]);
});

test("a gap is left empty, not drawn through", () => {
  const history = new History();
  history.add(at(0, 0, 0));
  history.add(at(600_000, 600, 0, 9, 9));
  assert.deepEqual(history.rates(), [[600], [null], [null]]);
  assert.deepEqual(history.levels()[1], [0, null, 600]);
});

test("an hour is kept, and no more", () => {
  const history = new History();
  for (let at_ms = 0; at_ms <= 3 * kHistoryMs; at_ms += 5000) history.add(at(at_ms, 1, 0));
  assert.equal(history.length, kHistoryMs / 5000 + 1);
});

test("the hour begins with what the server remembers, and nothing is in it twice", () => {
  const samples = (...values: [number, number][]) => ({ rate: 0, samples: values.map(([timestamp, sample]) => ({ timestamp, sample })) });
  const earlier = samples_of({
    lengths: { messages_ready_details: samples([30_000, 3], [20_000, 2], [10_000, 1]), messages_unacknowledged_details: samples([30_000, 0], [20_000, 0], [10_000, 0]) },
    stats: { publish_details: samples([30_000, 30], [20_000, 20]), deliver_get_details: samples([30_000, 5], [20_000, 4], [10_000, 3]) },
  });
  assert.deepEqual(earlier, [at(20_000, 2, 0, 20, 4), at(30_000, 3, 0, 30, 5)]);
  const history = new History();
  history.add(at(25_000, 9, 0, 25, 5));
  history.begin_with(earlier);
  assert.deepEqual(history.levels()[0], [20, 25]);
  assert.deepEqual(samples_of({ lengths: undefined, stats: undefined }), []);
});

test("an alarm is read from the metrics, and nothing else is one", () => {
  const page = 'wharf_alarm{resource="memory"} 0\nwharf_alarm{resource="disk"} 1\nwharf_topic_records{topic="wharf_alarm{resource=x} 1"} 1\n';
  assert.deepEqual(alarms_of(page), ["disk"]);
  assert.deepEqual(alarms_of(""), []);
});
