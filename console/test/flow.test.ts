import assert from "node:assert/strict";
import test from "node:test";
import { cut, drawing_of, facts_of, page_of, short_facts_of, thickness_of, title_of } from "../src/flow.ts";
import type { FlowNode } from "../src/own_types.ts";

const node = (kind: FlowNode["kind"], name: string, more: Partial<FlowNode> = {}): FlowNode => ({
  kind, name, vhost: kind === "exchange" || kind === "queue" ? "/" : "", things: 1, others: false, in: null, out: null, bytes_in: null, bytes_out: null, waiting: 0, lag_seconds: null, members: 0, ...more,
});
const nodes = [node("producers", "AMQP", { things: 2, bytes_in: 2048 }), node("exchange", "", { in: 5, out: 5 }), node("queue", "a/b", { in: 5, waiting: 12345 }), node("topic", "t"), node("queue", "", { others: true, things: 9992, in: 1 }), node("group", "g", { in: 3, waiting: 7 })];
const flow = { nodes, edges: [{ from: 0, to: 1, rate: 5 }, { from: 1, to: 2, rate: null }, { from: 3, to: 5, rate: 0 }] };

test("boxes stand in columns side by side, in a narrow place below one another, and never over one another", () => {
  for (const width of [1200, 640, 500, 320]) {
    const { boxes, height } = drawing_of(flow, width);
    assert.equal(boxes.length, nodes.length);
    for (const [at, box] of boxes.entries()) {
      assert.ok(box.x >= 0 && box.x + box.width <= width + 0.01 && box.y + box.height <= height, `${width}: ${at}`);
      for (const other of boxes.slice(at + 1)) {
        assert.ok(box.x + box.width <= other.x || other.x + other.width <= box.x || box.y + box.height <= other.y || other.y + other.height <= box.y, `${width}: ${at}`);
      }
    }
  }
});

test("lines are thicker with what passes, and say how much where that is known", () => {
  const { lines } = drawing_of(flow, 1200);
  assert.deepEqual(lines.map(({ label }) => label?.text ?? null), ["5.0 /s", null, null]);
  assert.ok(thickness_of(0) < thickness_of(1) && thickness_of(1) < thickness_of(1000) && thickness_of(1e12) <= 6);
});

test("a box says what it is and leads to its page", () => {
  assert.deepEqual(nodes.map(title_of), ["AMQP", "(default)", "a/b", "t", "9\u2009992 other queues", "g"]);
  assert.deepEqual(facts_of(nodes[0]!), ["2 connections", "2.00 KiB/s in"]);
  assert.deepEqual(facts_of(nodes[2]!), ["queue", "5.0 /s in", "12\u2009345 waiting"]);
  assert.deepEqual(facts_of(nodes[5]!), ["group", "3.0 /s read", "7 behind"]);
  assert.deepEqual(short_facts_of(nodes[2]!), ["queue", "5.0 /s", "12\u2009345 wait"]);
  assert.deepEqual([1, 2, 3, 5].map((at) => page_of(nodes[at]!)), ["#/exchange/%2F/amq.default", "#/queue/%2F/a%2Fb", "#/topic/t", "#/group/g"]);
  assert.equal(cut("a very long name", 60).length <= 9, true);
});
