// Where the picture of what flows has its boxes and lines, and what is said of them. Plain numbers, so that it can be tested.
import { bytes_text, count_text, exchange_text, plural, rate_text, visible } from "./format.ts";
import type { Flow, FlowEdge, FlowNode } from "./own_types.ts";
import { href } from "./route.ts";

export interface Box {
  node: FlowNode;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Line {
  edge: FlowEdge;
  path: string;
  thickness: number;
  label: { text: string; x: number; y: number } | null;
}

export interface Drawing {
  width: number;
  height: number;
  boxes: Box[];
  lines: Line[];
}

const kLayers: FlowNode["kind"][][] = [["producers"], ["exchange"], ["queue", "topic"], ["group", "consumers"]];
const kBoxHeight = 42;
const kGap = 10;
const kNarrow = 640; // below, layers stand one under the other
const kMostLabels = 24; // more would hide each other

/// Left to right where there is room, else from top to bottom.
export function drawing_of(flow: Flow, width: number): Drawing {
  const boxes = width >= kNarrow ? side_by_side(flow, width) : one_below_another(flow, width);
  const height = Math.max(0, ...boxes.map(({ y, height }) => y + height)) + 2;
  const labelled = new Set([...flow.edges].filter(({ rate }) => (rate ?? 0) > 0).sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0)).slice(0, kMostLabels));
  const lines: Line[] = [];
  for (const edge of flow.edges) {
    const from = boxes[edge.from];
    const to = boxes[edge.to];
    if (!from || !to) continue;
    lines.push({ edge, ...curve(from, to, width >= kNarrow, labelled.has(edge) ? rate_text(edge.rate) : ""), thickness: thickness_of(edge.rate) });
  }
  return { width, height, boxes, lines };
}

function layers_of(flow: Flow): number[][] {
  return kLayers.map((kinds) => flow.nodes.map((node, at) => ({ node, at })).filter(({ node }) => kinds.includes(node.kind)).map(({ at }) => at)).filter((layer) => layer.length > 0);
}

function side_by_side(flow: Flow, width: number): Box[] {
  const layers = layers_of(flow);
  const rows = Math.max(1, ...layers.map(({ length }) => length));
  const height = rows * (kBoxHeight + kGap) - kGap;
  const step = width / Math.max(1, layers.length);
  const box_width = Math.min(230, step * 0.66);
  const boxes: Box[] = [];
  layers.forEach((layer, column) => {
    const x = layers.length === 1 ? 0 : (column * (width - box_width)) / (layers.length - 1);
    const top = (height - (layer.length * (kBoxHeight + kGap) - kGap)) / 2;
    layer.forEach((at, row) => {
      boxes[at] = { node: flow.nodes[at] as FlowNode, x, y: top + row * (kBoxHeight + kGap) + 1, width: box_width, height: kBoxHeight };
    });
  });
  return boxes;
}

function one_below_another(flow: Flow, width: number): Box[] {
  const columns = Math.max(1, Math.floor((width + kGap) / (150 + kGap)));
  const box_width = (width - (columns - 1) * kGap) / columns;
  const boxes: Box[] = [];
  let y = 1;
  for (const layer of layers_of(flow)) {
    layer.forEach((at, place) => {
      const row = Math.floor(place / columns);
      boxes[at] = { node: flow.nodes[at] as FlowNode, x: (place % columns) * (box_width + kGap), y: y + row * (kBoxHeight + kGap), width: box_width, height: kBoxHeight };
    });
    y += Math.ceil(layer.length / columns) * (kBoxHeight + kGap) + 26;
  }
  return boxes;
}

function curve(from: Box, to: Box, is_wide: boolean, text: string): { path: string; label: Line["label"] } {
  const [x1, y1] = is_wide ? [from.x + from.width, from.y + from.height / 2] : [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = is_wide ? [to.x, to.y + to.height / 2] : [to.x + to.width / 2, to.y];
  const bend = (is_wide ? x2 - x1 : y2 - y1) / 2;
  const [c1, c2] = is_wide ? [`${round(x1 + bend)} ${round(y1)}`, `${round(x2 - bend)} ${round(y2)}`] : [`${round(x1)} ${round(y1 + bend)}`, `${round(x2)} ${round(y2 - bend)}`];
  // In the middle; of a way that passes by another layer, behind it.
  const t = is_wide && x2 - x1 > 1.6 * from.width ? 0.8 : 0.5;
  const [early, late] = [(1 - t) ** 3 + 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2 + t ** 3];
  const x = is_wide ? (1 - t) ** 3 * x1 + 3 * (1 - t) ** 2 * t * (x1 + bend) + 3 * (1 - t) * t ** 2 * (x2 - bend) + t ** 3 * x2 : early * x1 + late * x2;
  const label = text === "" ? null : { text, x: round(x), y: round(is_wide ? early * y1 + late * y2 : (y1 + y2) / 2) };
  return { path: `M${round(x1)} ${round(y1)} C${c1} ${c2} ${round(x2)} ${round(y2)}`, label };
}

const round = (value: number) => Math.round(value * 10) / 10;

/// 1 for what stands still, one more for each factor of ten.
export function thickness_of(rate: number | null): number {
  if (rate === null) return 1.5;
  return rate <= 0 ? 1 : Math.min(6, 1.5 + Math.log10(1 + rate));
}

const kKinds: Record<FlowNode["kind"], [string, string]> = {
  producers: ["clients", "clients"],
  exchange: ["exchange", "exchanges"],
  queue: ["queue", "queues"],
  topic: ["topic", "topics"],
  group: ["group", "groups"],
  consumers: ["consumers", "consumers"],
};

/// Its name as it is shown.
export function title_of(node: FlowNode): string {
  if (node.kind === "consumers") return "Consumers";
  if (node.others) return `${count_text(node.things)} other ${node.things === 1 ? kKinds[node.kind][0] : kKinds[node.kind][1]}`;
  return node.kind === "exchange" ? exchange_text(node.name) : visible(node.name);
}

/// What it is and what passes, on one line. What is not known is left out.
export function facts_of(node: FlowNode): string[] {
  if (node.kind === "consumers") return ["of queues"];
  const facts = [node.others ? "together" : node.kind === "producers" ? plural(node.things, "connection") : kKinds[node.kind][0]];
  if (node.bytes_in !== null) facts.push(rate_text(node.bytes_in, bytes_text) + " in");
  if (node.in !== null) facts.push(rate_text(node.in) + (node.kind === "group" ? " read" : " in"));
  if (node.kind === "queue" || node.kind === "group") facts.push(count_text(node.waiting) + (node.kind === "group" ? " behind" : " waiting"));
  return facts;
}

/// The same for a narrow box: what is meant stands in its sentence.
export function short_facts_of(node: FlowNode): string[] {
  if (node.kind === "consumers") return ["of queues"];
  if (node.kind === "producers") return [count_text(node.things) + " conn.", rate_text(node.bytes_in, bytes_text)];
  const facts = [node.others ? "together" : kKinds[node.kind][0]];
  if (node.in !== null) facts.push(rate_text(node.in));
  if (node.kind === "queue") facts.push(count_text(node.waiting) + " wait");
  if (node.kind === "group") facts.push(count_text(node.waiting) + " behind");
  return facts;
}

/// The page about it.
export function page_of(node: FlowNode): string {
  switch (node.kind) {
    case "producers":
      return href("connections", [], { sort: "recv_oct_details.rate", down: 1 });
    case "consumers":
      return href("queues", [], { sort: "consumers", down: 1 });
    case "exchange":
      return node.others ? href("exchanges") : href("exchange", [node.vhost, node.name || "amq.default"]);
    case "queue":
      return node.others ? href("queues", [], { sort: "messages", down: 1 }) : href("queue", [node.vhost, node.name]);
    case "topic":
      return node.others ? href("topics", [], { sort: "rates.bytes_in", down: 1 }) : href("topic", [node.name]);
    case "group":
      return node.others ? href("groups", [], { sort: "lag", down: 1 }) : href("group", [node.name]);
  }
}

/// As much of it as there is room for, at some seven pixels a letter.
export function cut(text: string, pixels: number): string {
  const letters = Math.max(4, Math.floor(pixels / 6.8));
  return text.length <= letters ? text : text.slice(0, letters - 1) + "\u2026";
}
