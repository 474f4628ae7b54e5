// Lines over time, by uPlot. Lines differ by dashes as well as by colour, and the last values stand beside as text.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { is_dark } from "../theme.ts";

export interface Line {
  label: string;
  colour: "first" | "second";
  dash?: number[];
}

type Columns = [number[], ...(number | null)[][]];

const kHeight = 190;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function options(width: number, lines: Line[], spans_zero: boolean): uPlot.Options {
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  return {
    width,
    height: kHeight,
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    scales: { y: { range: (_plot, least, most) => range_of(least, most, spans_zero) } },
    axes: [{ ...axis, values: "{HH}:{mm}:{ss}", space: 90 }, { ...axis, size: 60 }],
    series: [
      {},
      ...lines.map((line) => ({ label: line.label, stroke: colour("--" + line.colour), width: 1.5, ...(line.dash ? { dash: line.dash } : {}), points: { show: false } })),
    ],
  };
}

/// From zero, so that a small change does not look like a large one.
function range_of(least: number, most: number, spans_zero: boolean): [number, number] {
  const top = Math.max(1, most ?? 1) * 1.05;
  return [spans_zero ? Math.min(-1, least ?? 0) * 1.05 : 0, top];
}

export default function Plot({ title, lines, columns, spans_zero = false }: { title: string; lines: Line[]; columns: Columns; spans_zero?: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(columns);
  latest.current = columns;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element.clientWidth, lines, spans_zero), latest.current as uPlot.AlignedData, element);
    };
    draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: kHeight }));
    resized.observe(element);
    const themed = new MutationObserver(draw);  // its colours are drawn, not styled
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      themed.disconnect();
      system.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData(columns as uPlot.AlignedData), [columns]);
  return <div class="plot" ref={place} role="img" aria-label={title} data-dark={is_dark()} />;
}
