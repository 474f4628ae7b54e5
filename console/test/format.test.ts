import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes_text, count_text, duration_text, exchange_text, plural, ranges, rate_text, table_text, time_text, visible } from "../src/format.ts";

test("counts have thin spaces between their thousands, and a dash where nothing is known", () => {
  assert.equal(count_text(0), "0");
  assert.equal(count_text(1234567), "1\u2009234\u2009567");
  assert.equal(count_text(-1000), "\u22121\u2009000");
  assert.equal(count_text(undefined), "\u2013");
  assert.equal(plural(1, "message"), "1 message");
  assert.equal(plural(2, "queue"), "2 queues");
});

test("sizes are in powers of 1024, with three digits at most", () => {
  assert.deepEqual([0, 1023, 1024, 10 * 1024, 150 * 1024, 1.5 * 1024 ** 3].map(bytes_text), ["0 B", "1023 B", "1.00 KiB", "10.0 KiB", "150 KiB", "1.50 GiB"]);
  assert.equal(bytes_text(null), "\u2013");
});

test("durations have two units at most", () => {
  assert.deepEqual([0, 999, 1000, 61_000, 3_600_000, 93_784_000].map(duration_text), ["0 ms", "999 ms", "1 s", "1 min 1 s", "1 h", "1 d 2 h"]);
  assert.equal(duration_text(Number.NaN), "\u2013");
});

test("times are local, to the second", () => {
  assert.match(time_text(1_700_000_000_000), /^2023-11-1[45] \d\d:\d\d:20$/);
  assert.equal(time_text(Number.NaN), "\u2013");
});

test("a table is one line", () => {
  assert.equal(table_text({ "x-max-length": 10, "x-overflow": "reject-publish", deep: { a: [1] } }), 'x-max-length = 10, x-overflow = reject-publish, deep = {"a":[1]}');
  assert.equal(table_text([]), "");
  assert.equal(table_text(null), "");
});

test("what would hide or turn a name around is shown instead of done", () => {
  assert.equal(visible("a\u202egnp.exe"), "a\\u202egnp.exe");
  assert.equal(visible("zero\u200bwidth"), "zero\\u200bwidth");
  assert.equal(visible("two\nlines\u0000"), "two\u240alines\u2400");
  assert.equal(visible("<b>caf\u00e9</b>"), "<b>caf\u00e9</b>");
  assert.equal(exchange_text(""), "(default)");
});

test("a rate that is not known is a dash, none is zero", () => {
  assert.deepEqual([undefined, null, 0, 1.25, 1234].map((rate) => rate_text(rate)), ["\u2013", "\u2013", "0", "1.3 /s", "1\u2009234 /s"]);
  assert.equal(rate_text(2048, bytes_text), "2.00 KiB/s");
});

test("numbers that follow each other are a range", () => {
  assert.equal(ranges([5, 0, 1, 2]), "0\u20132, 5");
  assert.equal(ranges([]), "");
});
