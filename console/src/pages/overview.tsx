// Everything at a glance: what waits, how that changes, and whether the server holds anybody back.
import { alarms } from "../alarms.ts";
import { ApiError } from "../api.ts";
import { useApp } from "../app_context.ts";
import { bytes_text, count_text, duration_text } from "../format.ts";
import type { Flow } from "../own_types.ts";
import { FlowPicture } from "../parts/flow_picture.tsx";
import { HourPlots } from "../parts/hour_plots.tsx";
import { Facts, Loaded } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
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
      <Flowing />
      <Loaded resource={overview}>{(value) => <Totals overview={value} node={nodes.value?.[0]} />}</Loaded>
      <HourPlots history={app.history} turn={overview.value} what="Messages in queues" />
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

const kFlowMs = 3000;
const kBoxes = 6; // of a kind, and one for the others

/// Who may not see topics is told so by the server; the rest of the page is there all the same.
function Flowing() {
  const app = useApp();
  const flow = useResource("flow" + app.vhost, (signal) => app.api.get<Flow>("wharf/v1/flow", { vhost: app.vhost, most: kBoxes }, signal), kFlowMs);
  if (flow.error?.status === 403) return null;
  return (
    <section aria-label="What flows now">
      <Loaded resource={flow}>{(value) => <FlowPicture flow={value} />}</Loaded>
    </section>
  );
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
  if (objects.connections !== undefined) facts.push(["Connections", <a href={href("connections")}>{count_text(objects.connections)}</a>]);
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
