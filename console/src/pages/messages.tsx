// What is in a queue, looked at without taking anything; single messages dropped and moved by their positions.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError, path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { body_of, preview_of } from "../decode.ts";
import { bytes_text, count_text, exchange_text, time_text, visible } from "../format.ts";
import { BodyView } from "../parts/body_view.tsx";
import { FormDialog } from "../parts/dialog.tsx";
import { Empty, Failure, Loading } from "../parts/state.tsx";
import type { Message, MessagePage, Table } from "../types.ts";

const kCount = 20;
const kTruncateBytes = 64 * 1024;
const kWords: Record<Message["state"], string> = {
  ready: "ready",
  unacknowledged: "with a consumer",
  waiting_for_retry: "waits for a retry",
  dead_lettering: "dead-lettering",
};

interface Props {
  vhost: string;
  queue: string;
  changed: number; // another number: what was seen is out of date
  after: () => void; // a message was dropped or moved
}

/// Not asked again by itself: who reads a message does not want it to move.
export function Messages({ vhost, queue, changed, after }: Props) {
  const app = useApp();
  const [seen, set_seen] = useState<MessagePage>();
  const [fault, set_fault] = useState<ApiError>();
  const [busy, set_busy] = useState(false);
  const asked = useRef(0);
  const target = "wharf/v1/" + path("queues", vhost, queue, "messages");
  const look = async (from: string | undefined) => {
    const turn = ++asked.current;
    set_busy(true);
    try {
      const page = await app.api.get<MessagePage>(target, { count: kCount, truncate: kTruncateBytes, from });
      if (turn !== asked.current) return;
      set_fault(undefined);
      set_seen((before) => (from === undefined || !before ? page : { ...page, messages: [...before.messages, ...page.messages] }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn !== asked.current) return;
      app.check(error);
      set_fault(error);
    }
    set_busy(false);
  };
  useEffect(() => void look(undefined), [changed]);
  return (
    <section aria-label="Messages">
      <h2>Messages <button type="button" disabled={busy} onClick={() => look(undefined)}>Look again</button></h2>
      <p class="quiet">Looking takes nothing: order, consumers and counts stay as they are.</p>
      {fault && <Failure sentence={fault.message} again={() => look(undefined)} />}
      {!seen && !fault && <Loading />}
      {seen?.messages.length === 0 && <Empty>Nothing is in the queue.</Empty>}
      {seen && seen.messages.length > 0 && (
        <ol class="messages">{seen.messages.map((message) => <Entry key={message.position} message={message} target={target} after={after} />)}</ol>
      )}
      {seen?.next && <button type="button" disabled={busy} onClick={() => look(seen.next ?? undefined)}>{busy ? "..." : `The next ${kCount}`}</button>}
    </section>
  );
}

function Entry({ message, target, after }: { message: Message; target: string; after: () => void }) {
  const body = useMemo(() => body_of(message), [message]);
  const [open, set_open] = useState(false);
  const id = "message-" + message.position.replace(":", "-");
  return (
    <li>
      <button type="button" class="entry" aria-expanded={open} aria-controls={id} onClick={() => set_open(!open)}>
        <span class="at">{message.position}</span>
        <span class={"where " + message.state}>{kWords[message.state] ?? message.state}</span>
        <span class="when secondary">{time_text(message.arrived_ms)}</span>
        <span class="size">{bytes_text(message.payload_bytes)}</span>
        <span class="preview name">{visible(preview_of(body))}</span>
      </button>
      {open && <div class="opened" id={id}><Opened message={message} body={body} target={target} after={after} /></div>}
    </li>
  );
}

function Opened({ message, body, target, after }: { message: Message; body: ReturnType<typeof body_of>; target: string; after: () => void }) {
  const app = useApp();
  const [asking, set_asking] = useState<"move" | "drop" | null>(null);
  const one = target + "/" + path(message.position);
  const close = () => set_asking(null);
  const held = message.state === "unacknowledged";
  return (
    <>
      <p>
        {message.exchange === "" && message.routing_key === "" ? "Came by no exchange" : <>By exchange <span class="name">{exchange_text(message.exchange)}</span>, routing key <span class="name">{visible(message.routing_key) || "(none)"}</span></>}
        , {time_text(message.arrived_ms)}; {message.delivery_count === 0 ? "not tried before" : `tried ${count_text(message.delivery_count)} times`}{message.redelivered ? ", redelivered" : ""}.
      </p>
      <Properties properties={Array.isArray(message.properties) ? {} : message.properties} />
      <BodyView body={body} whole_bytes={message.payload_bytes}>
        <button type="button" disabled={held} onClick={() => set_asking("move")}>Move</button>
        <button type="button" class="danger" disabled={held} onClick={() => set_asking("drop")}>Drop</button>
        {held && <span class="quiet">a consumer holds it</span>}
      </BodyView>
      {asking === "move" && (
        <FormDialog title={`Move message ${message.position}`} action="Move" close={close} fields={[{ name: "queue", label: "To the queue", required: true, hint: "Of the same virtual host. The message goes to its end, as it is." }]}
          submit={(values) => app.api.post(one + "/move", { queue: values["queue"] })}
          done={() => { app.say(`Message ${message.position} is moved.`); after(); }} />
      )}
      {asking === "drop" && (
        <FormDialog title={`Drop message ${message.position}?`} action="Drop" dangerous close={close} about={<p>It is gone, and not dead-lettered. This cannot be undone.</p>}
          submit={() => app.api.delete(one)}
          done={() => { app.say(`Message ${message.position} is dropped.`); after(); }} />
      )}
    </>
  );
}

function Properties({ properties }: { properties: Table }) {
  const { headers, ...others } = properties;
  const rows: [string, unknown][] = [...Object.entries(others), ...Object.entries((headers as Table | undefined) ?? {}).map(([name, value]): [string, unknown] => ["header " + name, value])];
  if (rows.length === 0) return <p class="quiet">No properties, no headers.</p>;
  return (
    <div class="scroll">
      <table aria-label="Properties and headers">
        <tbody>{rows.map(([name, value]) => <tr key={name}><th scope="row">{visible(name)}</th><td class="name">{visible(typeof value === "string" ? value : JSON.stringify(value))}</td></tr>)}</tbody>
      </table>
    </div>
  );
}
