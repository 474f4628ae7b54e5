// What is in a topic, looked at without taking anything: from a place on, or searched for.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError, type Query, path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { body_of, preview_of } from "../decode.ts";
import { bytes_text, count_text, plural, time_text, visible } from "../format.ts";
import type { Content, LogMessage, LogMessages, Topic } from "../own_types.ts";
import { BodyView } from "../parts/body_view.tsx";
import { Empty, Failure, Loading } from "../parts/state.tsx";
import { go, href } from "../route.ts";

const kCount = 50;
const kTruncateBytes = 64 * 1024;

const kFields = ["from", "partition", "offset", "time", "key", "header", "header_value", "contains"] as const;
type Search = Partial<Record<(typeof kFields)[number], string>>;

function search_of(query: Record<string, string>): Search {
  return Object.fromEntries(kFields.filter((name) => query[name]).map((name) => [name, query[name]]));
}

const looks_for_something = ({ key, header, header_value, contains }: Search) => Boolean(key || header || header_value || contains);

/// What the server is asked. A search without a place goes through everything, from the oldest on.
function request_of(search: Search, partitions: number): Query {
  const { from, partition, offset, time, key, header, header_value, contains } = search;
  const query: Query = { count: kCount, truncate: kTruncateBytes, partition, key, header, header_value, contains };
  if (from === "offset") query["offset"] = offset || 0;
  else if (from === "time") query["time_ms"] = new Date(time ?? "").getTime() || 0;
  else if (from === "oldest" || (looks_for_something(search) && partition === undefined && partitions > 1)) query["from"] = "oldest";
  return query;
}

export function TopicMessages({ topic, query, changed }: { topic: Topic; query: Record<string, string>; changed: number }) {
  const app = useApp();
  const search = useMemo(() => search_of(query), [query]);
  const [seen, set_seen] = useState<LogMessages>();
  const [fault, set_fault] = useState<ApiError>();
  const [busy, set_busy] = useState(false);
  const asked = useRef(0);
  const look = async (after?: string) => {
    const turn = ++asked.current;
    set_busy(true);
    try {
      const page = await app.api.get<LogMessages>("wharf/v1/" + path("topics", topic.name, "messages"), { ...request_of(search, topic.partitions), after });
      if (turn !== asked.current) return;
      set_fault(undefined);
      set_seen((before) => (after === undefined || !before ? page : joined(before, page)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn !== asked.current) return;
      app.check(error);
      set_fault(error);
    }
    set_busy(false);
  };
  useEffect(() => void look(), [search, changed]);
  return (
    <section aria-label="Messages">
      <SearchForm key={JSON.stringify(search)} topic={topic} search={search} again={() => void look()} />
      {fault && <Failure sentence={fault.message} again={() => void look()} />}
      {!seen && !fault && <Loading />}
      {seen && <p class="quiet" role="status">{plural(seen.messages.length, "message")} shown, {count_text(seen.scanned_messages)} looked at{seen.next === null ? "" : "; there is more to look at"}. Looking takes nothing.</p>}
      {seen?.messages.length === 0 && <Empty>{seen.next === null ? "There is nothing." : "Nothing so far."}</Empty>}
      {seen && seen.messages.length > 0 && (
        <ol class="messages" aria-busy={busy}>{seen.messages.map((message) => <Entry key={message.partition + "." + message.offset} message={message} />)}</ol>
      )}
      {seen && seen.next !== null && <button type="button" disabled={busy} onClick={() => look(seen.next ?? undefined)}>{busy ? "..." : "Look on"}</button>}
    </section>
  );
}

function joined(before: LogMessages, page: LogMessages): LogMessages {
  return {
    messages: [...before.messages, ...page.messages],
    next: page.next,
    scanned_messages: before.scanned_messages + page.scanned_messages,
    scanned_bytes: before.scanned_bytes + page.scanned_bytes,
  };
}

const kStarts = [["newest", "the newest"], ["oldest", "the oldest"], ["offset", "an offset"], ["time", "a time"]] as const;

function SearchForm({ topic, search, again }: { topic: Topic; search: Search; again: () => void }) {
  const [typed, set_typed] = useState<Search>({ from: "newest", ...search });
  const put = (name: keyof Search) => (event: { currentTarget: { value: string } }) => set_typed({ ...typed, [name]: event.currentTarget.value });
  const send = (event: Event) => {
    event.preventDefault();
    const wanted = Object.fromEntries(Object.entries(typed).filter(([name, value]) => value !== "" && !(name === "from" && value === "newest") && !(name === "offset" && typed.from !== "offset") && !(name === "time" && typed.from !== "time")));
    // Of an offset one asks a partition: the first, unless it says which.
    if (typed.from === "offset" && !typed.partition) wanted["partition"] = "0";
    const target = href("topic", [topic.name], wanted);
    if (target === location.hash) again();
    else go(target);
  };
  const id = (name: string) => "search-" + name;
  const text = (name: keyof Search, label: string, more: object = {}) => (
    <div>
      <label for={id(name)}>{label}</label>
      <input type="text" id={id(name)} spellcheck={false} autocomplete="off" value={typed[name] ?? ""} onInput={put(name)} {...more} />
    </div>
  );
  const digits = { inputMode: "numeric", pattern: "\\d+" };
  return (
    <form class="search-form" role="search" aria-label="Messages" onSubmit={send}>
      <div>
        <label for={id("from")}>From</label>
        <select id={id("from")} value={typed.from ?? "newest"} onChange={put("from")}>{kStarts.map(([value, title]) => <option key={value} value={value}>{title}</option>)}</select>
      </div>
      {typed.from === "offset" && text("offset", "Offset", digits)}
      {typed.from === "time" && (
        <div>
          <label for={id("time")}>Time</label>
          <input type="datetime-local" id={id("time")} step="1" value={typed.time ?? ""} onInput={put("time")} />
        </div>
      )}
      {topic.partitions > 1 && text("partition", "Partition", { ...digits, placeholder: "all" })}
      {text("key", "Key")}
      {text("header", "Header")}
      {text("header_value", "Header's value")}
      {text("contains", "Value has")}
      <button type="submit">Look</button>
    </form>
  );
}

const payload_of = (content: Content | null) => ({ payload: content?.data ?? "", payload_encoding: content?.encoding === "base64" ? ("base64" as const) : ("string" as const), payload_bytes: content?.bytes ?? 0 });

function short(content: Content | null): string {
  return content === null ? "" : visible(preview_of(body_of(payload_of(content)), 60));
}

function Entry({ message }: { message: LogMessage }) {
  const body = useMemo(() => body_of(payload_of(message.value)), [message]);
  const [open, set_open] = useState(false);
  const id = `message-${message.partition}-${message.offset}`;
  return (
    <li>
      <button type="button" class="entry" aria-expanded={open} aria-controls={id} onClick={() => set_open(!open)}>
        <span class="at" title="partition and offset">{message.partition}:{message.offset}</span>
        <span class="when secondary">{message.timestamp_ms === null ? "" : time_text(message.timestamp_ms)}</span>
        <span class="key-text name secondary">{short(message.key)}</span>
        <span class="size">{message.value === null ? "tombstone" : bytes_text(message.value.bytes)}</span>
        <span class="preview name">{visible(preview_of(body))}</span>
      </button>
      {open && (
        <div class="opened" id={id}>
          <Facts message={message} />
          {message.value === null ? <Empty>A tombstone: what had this key is deleted.</Empty> : <BodyView body={body} whole_bytes={message.value.bytes} />}
        </div>
      )}
    </li>
  );
}

function Facts({ message }: { message: LogMessage }) {
  return (
    <div class="scroll">
      <table aria-label="Key and headers">
        <tbody>
          <tr><th scope="row">Partition, offset</th><td>{count_text(message.partition)}, {count_text(message.offset)}</td></tr>
          {message.timestamp_ms !== null && <tr><th scope="row">Time</th><td>{time_text(message.timestamp_ms)}</td></tr>}
          <tr><th scope="row">Key</th><td class="name">{message.key === null ? <span class="quiet">none</span> : short(message.key)}</td></tr>
          {message.headers.map(({ name, value }, at) => <tr key={at}><th scope="row">header {visible(name)}</th><td class="name">{value === null ? <span class="quiet">null</span> : short(value)}</td></tr>)}
        </tbody>
      </table>
    </div>
  );
}
