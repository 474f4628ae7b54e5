// What flows, drawn: who produces, by which exchanges and topics, into which queues, to which groups. Kinds differ by shape and by their
// word; thickness and a number say how much; what stands still is dashed. Every box leads to its page.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Box, type Line, cut, drawing_of, facts_of, page_of, short_facts_of, title_of } from "../flow.ts";
import type { Flow } from "../own_types.ts";
import { Empty } from "./state.tsx";

export function FlowPicture({ flow }: { flow: Flow }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, set_width] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const resized = new ResizeObserver(() => set_width(element.clientWidth));
    resized.observe(element);
    set_width(element.clientWidth);
    return () => resized.disconnect();
  }, []);
  const drawing = useMemo(() => drawing_of(flow, width), [flow, width]);
  return (
    <div class="flow" ref={place}>
      {flow.nodes.length === 0 && <Empty>Nobody is connected and nothing is here yet.</Empty>}
      {width > 0 && flow.nodes.length > 0 && (
        <svg width={drawing.width} height={drawing.height} viewBox={`0 0 ${drawing.width} ${drawing.height}`} role="group" aria-label="What flows">
          <g aria-hidden="true">{drawing.lines.map((line) => <Way key={`${line.edge.from}-${line.edge.to}`} line={line} />)}</g>
          {drawing.boxes.map((box) => <Thing key={box.node.kind + "/" + box.node.vhost + "/" + box.node.name + box.node.others} box={box} />)}
          <g aria-hidden="true" class="flow-labels">
            {drawing.lines.map(({ edge, label }) => label && <text key={`${edge.from}-${edge.to}`} x={label.x} y={label.y} dy="0.32em">{label.text}</text>)}
          </g>
        </svg>
      )}
    </div>
  );
}

function Way({ line: { path, edge, thickness } }: { line: Line }) {
  return <path d={path} class={edge.rate === null ? "way shared" : edge.rate > 0 ? "way busy" : "way still"} stroke-width={thickness} />;
}

function Thing({ box: { node, x, y, width, height } }: { box: Box }) {
  const title = title_of(node);
  const facts = facts_of(node);
  const inside = width - 24;
  return (
    <a href={page_of(node)} class={"thing " + node.kind + (node.others ? " others" : "")} aria-label={`${title}: ${facts.join(", ")}`}>
      <title>{`${title}: ${facts.join(", ")}`}</title>
      <Shape kind={node.kind} x={x} y={y} width={width} height={height} />
      <text x={x + 12} y={y + 17} class="title">{cut(title, inside)}</text>
      <text x={x + 12} y={y + 33} class="facts-line">{cut(short_facts_of(node).join(" \u00b7 "), inside * 1.2)}</text>
    </a>
  );
}

/// Clients and consumers are rounded, exchanges pointed, queues plain, topics cut into their parts, groups rounded to the right.
function Shape({ kind, x, y, width, height }: { kind: string; x: number; y: number; width: number; height: number }) {
  const right = x + width;
  const bottom = y + height;
  const middle = y + height / 2;
  if (kind === "exchange") return <path class="shape" d={`M${x + 7} ${y} H${right - 7} L${right} ${middle} L${right - 7} ${bottom} H${x + 7} L${x} ${middle} Z`} />;
  if (kind === "group") return <path class="shape" d={`M${x} ${y} H${right - 14} Q${right} ${y} ${right} ${middle} Q${right} ${bottom} ${right - 14} ${bottom} H${x} Z`} />;
  const corner = kind === "producers" || kind === "consumers" ? 14 : 2;
  return (
    <>
      <rect class="shape" x={x} y={y} width={width} height={height} rx={corner} />
      {kind === "topic" && <path class="stripes" d={`M${x + 4} ${y + 1} V${bottom - 1} M${x + 7} ${y + 1} V${bottom - 1}`} />}
      {kind === "queue" && <path class="stripes" d={`M${right - 5} ${y + 6} V${bottom - 6}`} />}
    </>
  );
}
