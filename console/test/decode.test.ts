import assert from "node:assert/strict";
import { test } from "node:test";
import { base64_of_bytes, base64_of_text, bytes_of_base64 } from "../src/base64.ts";
import { best_view, body_of, hex_dump, json_of, preview_of } from "../src/decode.ts";

const text = (payload: string, payload_bytes = new TextEncoder().encode(payload).length) => body_of({ payload, payload_encoding: "string", payload_bytes });
const binary = (bytes: number[], payload_bytes = bytes.length) => body_of({ payload: base64_of_bytes(new Uint8Array(bytes)), payload_encoding: "base64", payload_bytes });

test("JSON is indented, and its numbers and texts stay as they were written", () => {
  assert.equal(json_of('{"a":12345678901234567890,"b":[1.0,1e400,-0],"c":{},"d":[],"e":"x, {y}: \\"z\\""}'),
    '{\n  "a": 12345678901234567890,\n  "b": [\n    1.0,\n    1e400,\n    -0\n  ],\n  "c": {},\n  "d": [],\n  "e": "x, {y}: \\"z\\""\n}');
});

test("JSON that is nested deeper than anybody reads is shown as text", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.notEqual(json_of(nested(100)), null);
  assert.equal(json_of(nested(25_000)), null);
});

test("what is no JSON is none: a number alone, a broken one, one that is too long to read", () => {
  for (const none of ["", "12", "{", "tea", "{'a': 1}", "[" + "1,".repeat(200_000) + "1]"]) assert.equal(json_of(none), null);
});

test("each body is shown first as what it is", () => {
  assert.equal(best_view(text('{"a":1}')), "json");
  assert.equal(best_view(text("make tea")), "text");
  assert.equal(best_view(text("")), "text");
  assert.equal(best_view(text("\u0000\u0001")), "hex");
  assert.equal(best_view(binary([0xff, 0xfe])), "hex");
});

test("a body that was cut says so, is no JSON, and may end within a character", () => {
  const cut = text('{"a":1}', 100);
  assert.equal(cut.whole, false);
  assert.equal(cut.json, null);
  assert.equal(binary([0x61, 0xc3], 10).text, "a");
  assert.equal(binary([0x61, 0xe2, 0x82], 10).text, "a");
  assert.equal(binary([0x61, 0xc3]).text, null);
});

test("bytes are shown sixteen in a row, with what of them is ASCII", () => {
  assert.equal(hex_dump(new TextEncoder().encode("hello")), "00000000  68 65 6c 6c 6f" + " ".repeat(9) + "  " + " ".repeat(23) + "  |hello|");
  const long = hex_dump(new Uint8Array(40), 32).split("\n");
  assert.equal(long.length, 3);
  assert.equal(long[2], "... 8 bytes more");
});

test("a preview is one line, however long the body", () => {
  assert.equal(preview_of(text("a\n  b\tc")), "a b c");
  assert.equal(preview_of(text("x".repeat(5000))).length, 120);
  assert.equal(preview_of(binary([1, 255])), "01 ff");
});

test("base64 goes there and back, for texts beyond Latin too", () => {
  const bytes = new Uint8Array(70_000).map((_, at) => at * 7);
  assert.deepEqual(bytes_of_base64(base64_of_bytes(bytes)), bytes);
  assert.equal(base64_of_text("p\u00e4ss:w\u00f6rd\u2713"), Buffer.from("p\u00e4ss:w\u00f6rd\u2713").toString("base64"));
});
