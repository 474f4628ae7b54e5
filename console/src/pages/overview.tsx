// Everything at a glance: what waits, how that changes, and whether the server holds anybody back.
import { useMemo } from "preact/hooks";
import { type ApiError } from "../api.ts";
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

/// Asked without credentials, as probes do.
async function readiness(signal: AbortSignal): Promise<Readiness> {
  const response = await fetch("/readyz", { signal, cache: "no-store", credentials: "omit" });
  return (await response.json()) as Readiness;
}

export function OverviewPage() {
  const app = useApp();
  const overview = useResource("overview", (signal) => app.api.get<Overview>("overview", {}, signal));
  const ready = useResource("readyz", readiness);
  const nodes = useResource("nodes", (signal) => app.api.get<NodeFacts[]>("nodes", {}, signal), 15_000);
  return (
    <>
      <h1>Overview</h1>
      <Alarms ready={ready.value} nodes={nodes.value ?? []} nodes_fault={nodes.error} unreachable={overview.error?.status === 0} />
      <Loaded resource={overview}>{(value) => <Totals overview={value} node={nodes.value?.[0]} />}</Loaded>
      <Plots history={app.history} overview={overview} />
    </>
  );
}

function Alarms({ ready, nodes, nodes_fault, unreachable }: { ready: Readiness | undefined; nodes: NodeFacts[]; nodes_fault: ApiError | undefined; unreachable: boolean }) {
  const alarms: string[] = [];
  if (ready && !ready.ready) alarms.push(`Not ready: ${ready.reason ?? ready.state}.`);
  for (const node of nodes) {
    if (node.mem_alarm) alarms.push(`${node.name} is low on memory: publishers wait.`);
    if (node.disk_free_alarm) alarms.push(`${node.name} is low on disk: publishers wait.`);
  }
  const blind = nodes_fault?.status === 404;
  if (unreachable) return null;  // said below
  if (alarms.length === 0) {
    const all = blind ? "Clients are served and records are kept. " : "Clients are served, records are kept, no alarm. ";
    return (
      <p class="fine" role="status">
        {ready ? <><span aria-hidden="true">{"\u2713"} </span>{all}</> : "Asking how it is doing ..."}
        {blind && <span class="quiet">Alarms on memory and disk: <code>wharf_alarm</code> on <a href="/metrics">/metrics</a>.</span>}
      </p>
    );
  }
  return <ul class="failure alarms" role="alert">{alarms.map((alarm) => <li key={alarm}><b>Alarm.</b> {alarm}</li>)}</ul>;
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
