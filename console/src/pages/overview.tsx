// Everything at a glance: what waits, how that changes, and whether the server holds anybody back.
import { useMemo } from "preact/hooks";
import { alarms } from "../alarms.ts";
import { ApiError } from "../api.ts";
import { useApp } from "../app_context.ts";
import { bytes_text, count_text, duration_text } from "../format.ts";
import type { History } from "../history.ts";
import { LazyPlot } from "../parts/lazy_plot.tsx";
import { Facts, Loaded } from "../parts/state.tsx";
import { type Resource, useResource } from "../resource.ts";
import { href } from "../route.ts";
import type { NodeFacts, Overview } from "../types.ts";

interface Readiness {
  ready: boolean;
  state: string;
  reason?: string;
}

/// Asked without credentials, as probes do; 503 is an answer too.
async function readiness(signal: AbortSignal): Promise<Readiness> {
  try {
    const response = await fetch("/readyz", { signal, cache: "no-store", credentials: "omit" });
    return (await response.json()) as Readiness;
  } catch (fault) {
    if (signal.aborted) throw fault;
    throw new ApiError(0, "", "The server does not answer.");
  }
}

const kAlarmsMs = 15_000;

export function OverviewPage() {
  const app = useApp();
  const overview = useResource("overview", (signal) => app.api.get<Overview>("overview", {}, signal));
  const ready = useResource("readyz", readiness);
  const low = useResource("alarms", alarms, kAlarmsMs);
  const nodes = useResource("nodes", (signal) => app.api.get<NodeFacts[]>("nodes", {}, signal), kAlarmsMs);
  return (
    <>
      <h1>Overview</h1>
      {overview.error?.status !== 0 && <Alarms ready={ready.value} low={low.value} />}
      <Loaded resource={overview}>{(value) => <Totals overview={value} node={nodes.value?.[0]} />}</Loaded>
      <Plots history={app.history} overview={overview} />
    </>
  );
}

function Alarms({ ready, low }: { ready: Readiness | undefined; low: string[] | undefined }) {
  const sentences = (low ?? []).map((resource) => `The server is low on ${resource}: publishers wait, consumers go on.`);
  if (ready && !ready.ready) sentences.unshift(`Not ready: ${ready.reason ?? ready.state}.`);
  if (sentences.length > 0) {
    return <ul class="failure alarms" role="alert">{sentences.map((sentence) => <li key={sentence}><b>Alarm.</b> {sentence}</li>)}</ul>;
  }
  if (!ready || !low) return <p class="quiet" role="status">Asking how it is doing ...</p>;
  return <p class="fine" role="status"><span aria-hidden="true">{"\u2713"} </span>Clients are served, records are kept, no alarm.</p>;
}

function Totals({ overview, node }: { overview: Overview; node: NodeFacts | undefined }) {
  const { queue_totals: messages, object_totals: objects } = overview;
  const facts: [string, preact.ComponentChildren][] = [
    ["Ready", <b>{count_text(messages.messages_ready)}</b>],
    ["Unacknowledged", <b>{count_text(messages.messages_unacknowledged)}</b>],
    ["Queues", <a href={href("queues")}>{count_text(objects.queues)}</a>],
    ["Exchanges", <a href={href("exchanges")}>{count_text(objects.exchanges)}</a>],
    ["Consumers", count_text(objects.consumers)],
  ];
  if (objects.connections !== undefined) facts.push(["Connections", count_text(objects.connections)]);
  if (node?.mem_used !== undefined) facts.push(["Memory", bytes_text(node.mem_used)]);
  if (node?.disk_free !== undefined) facts.push(["Disk free", bytes_text(node.disk_free)]);
  if (node?.uptime !== undefined) facts.push(["Up for", duration_text(node.uptime)]);
  return (
    <>
      <Facts facts={facts} />
      <p class="quiet">Wharf {overview.product_version} on {overview.node}; clients of RabbitMQ are told {overview.rabbitmq_version}. Of the virtual hosts that you see.</p>
    </>
  );
}

function Plots({ history, overview }: { history: History; overview: Resource<Overview> }) {
  const levels = useMemo(() => history.levels(), [overview.value, history.length]);
  const changes = useMemo(() => history.changes(), [overview.value, history.length]);
  const now = changes[1][changes[1].length - 1];
  const change = now === undefined || now === null ? "\u2013" : (now > 0 ? "+" : "") + (Math.abs(now) < 10 ? now.toFixed(1).replace("-", "\u2212") : count_text(now));
  return (
    <div class="plots">
      <section>
        <h2>Messages in queues</h2>
        <p class="legend"><span class="key first" /> ready <span class="key second" /> unacknowledged</p>
        <LazyPlot title="Messages in queues over time: ready, unacknowledged" lines={[{ label: "ready", colour: "first" }, { label: "unacknowledged", colour: "second", dash: [6, 4] }]} columns={levels} />
      </section>
      <section>
        <h2>Change per second</h2>
        <p class="legend">{change} /s: what came in, less what left</p>
        <LazyPlot title="Change of messages in queues per second" lines={[{ label: "change", colour: "first" }]} columns={changes} spans_zero />
      </section>
      <p class="quiet">Since this page was opened, at most an hour, a point every 5 s. The server counts what is there, not yet what passes through.</p>
    </div>
  );
}
