// What is in a queue, looked at without taking anything; single messages dropped and moved by their positions.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError, path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { deaths_of, died_in, last_queue } from "../deaths.ts";
import { body_of, preview_of } from "../decode.ts";
import { bytes_text, count_text, exchange_text, plural, time_text, visible } from "../format.ts";
import { BodyView } from "../parts/body_view.tsx";
import { DeathPath } from "../parts/death_path.tsx";
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
  const [where, set_where] = useState("");
  const [moving, set_moving] = useState(false);
  const asked = useRef(0);
  const target = "wharf/v1/" + path("queues", vhost, queue, "messages");
  const look = async (from: string | undefined) => {
    const turn = ++asked.current;
    set_busy(true);
    try {
      const page = await app.api.get<MessagePage>(target, { count: kCount, truncate: kTruncateBytes, from, where });
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
  useEffect(() => void look(undefined), [changed, where]);
  return (
    <section aria-label="Messages">
      <h2>Messages <button type="button" disabled={busy} onClick={() => look(undefined)}>Look again</button></h2>
      <p class="quiet">Looking takes nothing: order, consumers and counts stay as they are.</p>
      <Condition where={where} set={set_where}>
        <button type="button" onClick={() => set_moving(true)}>Move those that match</button>
      </Condition>
      {moving && <MoveMatches target={target} where={where} close={() => set_moving(false)} after={after} />}
      {fault && <Failure sentence={fault.message} again={() => look(undefined)} />}
      {!seen && !fault && <Loading />}
      {seen?.messages.length === 0 && <Empty>{where === "" ? "Nothing is in the queue." : seen.next ? "None so far." : "No message matches."}</Empty>}
      {seen && seen.messages.length > 0 && (
        <ol class="messages">{seen.messages.map((message) => <Entry key={message.position} vhost={vhost} message={message} target={target} after={after} />)}</ol>
      )}
      {seen?.next && <button type="button" disabled={busy} onClick={() => look(seen.next ?? undefined)}>{busy ? "..." : where === "" ? `The next ${kCount}` : "Look further"}</button>}
    </section>
  );
}

/// A selector: only messages whose properties and headers match. Asked when it is done being typed.
function Condition({ where, set, children }: { where: string; set: (where: string) => void; children: ComponentChildren }) {
  const [typed, set_typed] = useState(where);
  return (
    <form class="filter" role="search" onSubmit={(event) => { event.preventDefault(); set(typed.trim()); }}>
      <label for="where">Only where</label>
      <input id="where" type="search" class="code" spellcheck={false} placeholder={'shop = \'north\' AND attempts > 3'} value={typed} onInput={(event) => set_typed(event.currentTarget.value)} />
      <button type="submit">Show</button>
      {children}
    </form>
  );
}

function MoveMatches({ target, where, close, after }: { target: string; where: string; close: () => void; after: () => void }) {
  const app = useApp();
  const outcome = { moved: 0 };
  return (
    <FormDialog title="Move messages" action="Move" close={close}
      about={<p>To the end of another queue of the same virtual host, on its disk before they leave this one. What consumers hold stays.</p>}
      fields={[{ name: "where", label: "Those where", required: true, initial: where, hint: "A condition on headers and properties (a selector), such as region = 'eu'" }, { name: "queue", label: "To the queue", required: true }]}
      submit={async ({ where: condition, queue }) => { outcome.moved = (await app.api.post<{ moved: number }>(target + "/move", { where: condition, queue })).moved; }}
      done={() => { app.say(`${plural(outcome.moved, "message")} moved.`); after(); }} />
  );
}

function Entry({ vhost, message, target, after }: { vhost: string; message: Message; target: string; after: () => void }) {
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
      {open && <div class="opened" id={id}><Opened vhost={vhost} message={message} body={body} target={target} after={after} /></div>}
    </li>
  );
}

function Opened({ vhost, message, body, target, after }: { vhost: string; message: Message; body: ReturnType<typeof body_of>; target: string; after: () => void }) {
  const app = useApp();
  const [asking, set_asking] = useState<"move" | "drop" | "back" | "all back" | null>(null);
  const one = target + "/" + path(message.position);
  const close = () => set_asking(null);
  const held = message.state === "unacknowledged";
  const properties = Array.isArray(message.properties) ? {} : message.properties;
  const headers = (properties["headers"] as Table | undefined) ?? {};
  const deaths = useMemo(() => deaths_of(headers), [message]);
  const home = last_queue(headers, deaths);
  const outcome = { moved: 0 };
  return (
    <>
      <p>
        {message.exchange === "" && message.routing_key === "" ? "Came by no exchange" : <>By exchange <span class="name">{exchange_text(message.exchange)}</span>, routing key <span class="name">{visible(message.routing_key) || "(none)"}</span></>}
        , {time_text(message.arrived_ms)}; {message.delivery_count === 0 ? "not tried before" : `tried ${count_text(message.delivery_count)} times`}{message.redelivered ? ", redelivered" : ""}.
      </p>
      {deaths.length > 0 && <DeathPath vhost={vhost} deaths={deaths} />}
      {home !== undefined && (
        <div class="row">
          <button type="button" disabled={held} onClick={() => set_asking("back")}>Send it back to {visible(home)}</button>
          <button type="button" onClick={() => set_asking("all back")}>Send back all that died in {visible(home)}</button>
        </div>
      )}
      <Properties properties={properties} />
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
      {asking === "back" && (
        <FormDialog title={`Send message ${message.position} back?`} action="Send it back" close={close} about={<p>It goes to the end of the queue <b class="name">{visible(home ?? "")}</b>, as it is.</p>}
          submit={() => app.api.post(one + "/move", { queue: home })}
          done={() => { app.say(`Message ${message.position} is back in its queue.`); after(); }} />
      )}
      {asking === "all back" && (
        <FormDialog title="Send them all back?" action="Send them back" close={close} about={<p>Every message here that died last in <b class="name">{visible(home ?? "")}</b> goes to the end of that queue, as it is. What consumers hold stays.</p>}
          submit={async () => { outcome.moved = (await app.api.post<{ moved: number }>(target + "/move", { queue: home, where: died_in(home ?? "") })).moved; }}
          done={() => { app.say(`${plural(outcome.moved, "message")} sent back.`); after(); }} />
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
