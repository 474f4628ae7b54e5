// One queue: its numbers, what it was declared with, what leads to it, what keeps its disk, and what is in it.
import { useEffect, useMemo, useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { bytes_text, count_text, duration_text, plural, table_text, time_text, visible } from "../format.ts";
import { History, type Sample, hour_query, samples_of } from "../history.ts";
import { Bindings } from "../parts/bindings.tsx";
import { FormDialog } from "../parts/dialog.tsx";
import { HourPlots } from "../parts/hour_plots.tsx";
import { PublishDialog } from "../parts/publish.tsx";
import { Empty, Facts, Flag, Loaded } from "../parts/state.tsx";
import { type Resource, useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Queue, QueueStorage } from "../types.ts";
import { Messages } from "./messages.tsx";

type Asking = "publish" | "purge" | "delete" | null;

export function QueuePage({ route }: { route: Route }) {
  const app = useApp();
  const [vhost = "", name = ""] = route.names;
  const [asking, set_asking] = useState<Asking>(null);
  const [changed, set_changed] = useState(0); // messages were put in or taken out from here
  const queue = useResource("queue", (signal) => app.api.get<Queue>(path("queues", vhost, name), {}, signal));
  const storage = useResource("storage", (signal) => app.api.get<QueueStorage>("wharf/v1/" + path("queues", vhost, name, "storage"), {}, signal));
  const close = () => set_asking(null);
  const look_again = () => {
    queue.reload();
    storage.reload();
    set_changed((times) => times + 1);
  };
  return (
    <>
      <h1><small>Queue</small> <span class="name">{visible(name)}</span>{app.vhosts.length > 1 && <small> in {visible(vhost)}</small>}</h1>
      <Loaded resource={queue}>
        {(value) => (
          <>
            <Numbers queue={value} storage={storage.value} />
            <div class="row">
              <button type="button" onClick={() => set_asking("publish")}>Publish a message</button>
              <button type="button" class="danger" onClick={() => set_asking("purge")}>Purge</button>
              <button type="button" class="danger" onClick={() => set_asking("delete")}>Delete the queue</button>
            </div>
            <Hour vhost={vhost} queue={value} />
            <Messages vhost={vhost} queue={name} changed={changed} after={look_again} />
            <Storage storage={storage} />
            <h2>Arguments and policy</h2>
            <Declared queue={value} />
            <h2>Bindings to it</h2>
            <Bindings to={{ vhost, kind: "queue", name }} />
          </>
        )}
      </Loaded>
      {asking === "publish" && <PublishDialog vhost={vhost} exchange="" routing_key={name} done={look_again} close={close} />}
      {asking === "purge" && (
        <FormDialog title={`Purge ${visible(name)}?`} action="Purge" dangerous close={close}
          about={<p>Every message that is ready is dropped, and not dead-lettered. What consumers hold stays. This cannot be undone.</p>}
          submit={() => app.api.delete(path("queues", vhost, name, "contents"))}
          done={() => { app.say("The queue is purged."); look_again(); }} />
      )}
      {asking === "delete" && (
        <FormDialog title={`Delete ${visible(name)}?`} action="Delete" dangerous close={close}
          about={<p>The queue and {queue.value?.messages ? plural(queue.value.messages, "message") : "whatever is"} in it are gone; its consumers are told. This cannot be undone.</p>}
          fields={[{ name: "unused", label: "Only if nobody consumes from it", kind: "flag", initial: true }, { name: "empty", label: "Only if it is empty", kind: "flag" }]}
          submit={(values) => app.api.delete(path("queues", vhost, name), { "if-unused": values["unused"] === true || undefined, "if-empty": values["empty"] === true || undefined })}
          done={() => { app.say(`The queue ${visible(name)} is deleted.`); go(href("queues")); }} />
      )}
    </>
  );
}

const kHourColumns = "messages_ready_details,messages_unacknowledged_details,message_stats.publish_details,message_stats.deliver_get_details";

/// What the server remembers of it; of a queue that was neither busy nor looked at, that begins now.
function Hour({ vhost, queue }: { vhost: string; queue: Queue }) {
  const app = useApp();
  const history = useMemo(() => new History(), []);
  const [begun, set_begun] = useState(false);
  useEffect(() => {
    const gone = new AbortController();
    app.api.get<Queue>(path("queues", vhost, queue.name), { columns: kHourColumns, ...hour_query() }, gone.signal).then(
      (hour) => { history.begin_with(samples_of({ lengths: hour, stats: hour.message_stats })); set_begun(true); },
      () => undefined, // the plot begins with the page
    );
    return () => gone.abort();
  }, []);
  const sample: Sample = {
    at_ms: Date.now(), ready: queue.messages_ready ?? 0, unacknowledged: queue.messages_unacknowledged ?? 0,
    published: queue.message_stats?.publish ?? 0, delivered: queue.message_stats?.deliver_get ?? 0,
  };
  useMemo(() => history.add(sample), [queue]);
  if (queue.message_stats === undefined) return null; // a stream
  return <HourPlots history={history} turn={[queue, begun]} what="Messages in it" />;
}

function Numbers({ queue, storage }: { queue: Queue; storage: QueueStorage | undefined }) {
  return (
    <Facts facts={[
      ["Ready", <b>{count_text(queue.messages_ready)}</b>],
      ["Unacknowledged", <b>{count_text(queue.messages_unacknowledged)}</b>],
      ["Consumers", <b>{count_text(queue.consumers)}</b>],
      ["On disk", bytes_text(storage?.disk_bytes)],
      ["Type", queue.type],
      ["Is", <><Flag on={queue.durable}>durable</Flag><Flag on={queue.auto_delete}> auto-delete</Flag><Flag on={queue.exclusive}> exclusive</Flag>{!queue.durable && !queue.auto_delete && !queue.exclusive && "transient"}</>],
    ]} />
  );
}

const kStates: Record<string, string> = {
  ready: "is ready: nobody has taken it yet",
  unacknowledged: "is in a consumer's hands",
  waiting_for_retry: "waits for its next try",
  dead_lettering: "is on its way to the dead letters",
};

/// Why the disk is as full as it is: everything waits for the oldest message.
function Storage({ storage }: { storage: Resource<QueueStorage> }) {
  return (
    <>
      <h2>Storage</h2>
      <Loaded resource={storage}>
        {({ disk_bytes, live_bytes, oldest }) => (
          <p>
            {bytes_text(disk_bytes)} on disk, {bytes_text(live_bytes)} of bodies that are not settled.{" "}
            {oldest === null ? "Nothing is in the queue." : (
              <>The oldest message, at position {oldest.position}, came {duration_text(oldest.age_ms)} ago ({time_text(oldest.arrived_ms)}) and {kStates[oldest.state] ?? oldest.state}
                {oldest.held_by && (
                  <>: {oldest.held_by.consumer_tag ? <>consumer <span class="name">{visible(oldest.held_by.consumer_tag)}</span></> : "somebody who got it without consuming"}
                    {oldest.held_by.connection && <> of <span class="name">{visible(oldest.held_by.connection)}</span></>} for {duration_text(oldest.held_by.held_for_ms)}</>
                )}.</>
            )}
          </p>
        )}
      </Loaded>
    </>
  );
}

function Declared({ queue }: { queue: Queue }) {
  const rows: [string, string][] = Object.entries(queue.arguments).map(([name, value]) => [name, JSON.stringify(value)]);
  const policies = [queue.policy && `policy ${queue.policy}`, queue.operator_policy && `operator policy ${queue.operator_policy}`].filter(Boolean).join(", ");
  return (
    <>
      {rows.length === 0 ? <Empty>It was declared without arguments.</Empty> : (
        <div class="scroll"><table aria-label="Arguments"><tbody>{rows.map(([name, value]) => <tr key={name}><th scope="row" class="name">{visible(name)}</th><td class="name">{visible(value)}</td></tr>)}</tbody></table></div>
      )}
      <p>{policies ? <>{visible(policies)} set {visible(table_text(queue.effective_policy_definition)) || "nothing"}; <a href={href("policies")}>policies</a>.</> : <span class="quiet">No policy applies.</span>}</p>
    </>
  );
}
