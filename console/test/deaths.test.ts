import assert from "node:assert/strict";
import test from "node:test";
import { deaths_of, died_in, last_queue, reason_text } from "../src/deaths.ts";

const entry = (queue: string, reason: string, more = {}) => ({ queue, reason, count: 1, exchange: "", "routing-keys": [queue], time: 1700000000, ...more });

test("a path begins with the first death, and knows where it died last", () => {
  const headers = { "x-death": [entry("retry", "expired", { count: 3, "original-expiration": "5000" }), entry("jobs", "rejected", { count: 4 })], "x-last-death-queue": "retry" };
  const deaths = deaths_of(headers);
  assert.deepEqual(deaths.map(({ queue, count, expiration }) => [queue, count, expiration]), [["jobs", 4, null], ["retry", 3, "5000"]]);
  assert.equal(deaths[0]?.first_ms, 1700000000000);
  assert.equal(last_queue(headers, deaths), "retry");
  assert.equal(last_queue({}, deaths), "retry");
  assert.equal(last_queue({}, []), undefined);
});

test("what a client made up is passed over, or shown as far as it can be", () => {
  assert.deepEqual(deaths_of({ "x-death": "yes" }), []);
  assert.deepEqual(deaths_of({ "x-death": [null, 7, {}, { queue: 5 }] }), []);
  assert.deepEqual(deaths_of({ "x-death": [{ queue: "jobs", "routing-keys": [1, "a"], count: "many", time: "now" }] }),
    [{ queue: "jobs", reason: "", count: 1, exchange: "", routing_keys: ["a"], first_ms: null, expiration: null }]);
  assert.equal(reason_text("expired"), "its time to live ended");
  assert.equal(reason_text("<b>"), "<b>");
});

test("a queue's name is a text in a condition, whatever is in it", () => {
  assert.equal(died_in("it's"), `"x-last-death-queue" = 'it''s'`);
});
