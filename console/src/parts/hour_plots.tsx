// The last hour of what waits and what passes, drawn.
import { useMemo } from "preact/hooks";
import { rate_text } from "../format.ts";
import type { History } from "../history.ts";
import { LazyPlot } from "./lazy_plot.tsx";

/// `turn`: another one has more in it.
export function HourPlots({ history, turn, what }: { history: History; turn: unknown; what: string }) {
  const levels = useMemo(() => history.levels(), [turn, history.length]);
  const rates = useMemo(() => history.rates(), [turn, history.length]);
  const now = (column: (number | null)[]) => rate_text(column[column.length - 1]);
  return (
    <div class="plots">
      <section>
        <h2>{what}</h2>
        <p class="legend"><span class="key first" /> ready <span class="key second" /> unacknowledged</p>
        <LazyPlot title={`${what} over time: ready, unacknowledged`} lines={[{ label: "ready", colour: "first" }, { label: "unacknowledged", colour: "second", dash: [6, 4] }]} columns={levels} />
      </section>
      <section>
        <h2>Messages per second</h2>
        <p class="legend"><span class="key first" /> published {now(rates[1])} <span class="key second" /> handed out {now(rates[2])}</p>
        <LazyPlot title="Messages per second over time: published, handed out" lines={[{ label: "published", colour: "first" }, { label: "handed out", colour: "second", dash: [6, 4] }]} columns={rates} />
      </section>
      <p class="quiet">The last hour, as far as the server has seen it.</p>
    </div>
  );
}
