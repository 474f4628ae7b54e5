import { useMemo, useState } from "preact/hooks";
import { useApp } from "../app_context.ts";
import { bytes_text, rate_text, visible } from "../format.ts";
import type { Topic } from "../own_types.ts";
import { look_of, request_of } from "../paging.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count, Flag } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Page } from "../types.ts";

const kSortable = ["name", "partitions", "messages", "size_bytes", "rates.records_in", "rates.bytes_in", "rates.bytes_out"];

const kColumns: Column<Topic>[] = [
  { title: "Name", sort: "name", cell: ({ name, internal }) => <><a class="name" href={href("topic", [name])}>{visible(name)}</a> <Flag on={internal}>the broker's own</Flag></> },
  { title: "Partitions", sort: "partitions", numeric: true, secondary: true, cell: ({ partitions }) => <Count of={partitions} /> },
  { title: "Messages", sort: "messages", numeric: true, cell: ({ messages }) => <Count of={messages} /> },
  { title: "Size", sort: "size_bytes", numeric: true, cell: ({ size_bytes }) => bytes_text(size_bytes) },
  { title: "Messages in", sort: "rates.records_in", numeric: true, secondary: true, cell: ({ rates }) => rate_text(rates?.records_in) },
  { title: "In", sort: "rates.bytes_in", numeric: true, secondary: true, cell: ({ rates }) => rate_text(rates?.bytes_in, bytes_text) },
  { title: "Out", sort: "rates.bytes_out", numeric: true, secondary: true, cell: ({ rates }) => rate_text(rates?.bytes_out, bytes_text) },
  { title: "Cleanup", secondary: true, cell: ({ cleanup_policy }) => cleanup_policy || "none" },
];

export function TopicsPage({ route }: { route: Route }) {
  const app = useApp();
  const [adding, set_adding] = useState(false);
  const [internal, set_internal] = useState(false);
  const look = useMemo(() => look_of(route.query, kSortable, "name"), [route]);
  const resource = useResource(JSON.stringify([look, internal]), (signal) => app.api.get<Page<Topic>>("wharf/v1/topics", { ...request_of(look, "name"), internal: internal ? undefined : false }, signal));
  return (
    <>
      <h1>Topics <button type="button" onClick={() => set_adding(true)}>New topic</button></h1>
      <label class="inline"><input type="checkbox" checked={internal} onChange={(event) => set_internal(event.currentTarget.checked)} /> with the broker's own</label>
      <PagedTable page="topics" what="topics" look={look} first_sort="name" columns={kColumns} resource={resource} key_of={({ name }) => name}
        nothing={<>There are no topics yet. Clients make them, or <button type="button" class="link" onClick={() => set_adding(true)}>you do</button>.</>} />
      {adding && <NewTopic close={() => set_adding(false)} />}
    </>
  );
}

function NewTopic({ close }: { close: () => void }) {
  const app = useApp();
  const made = { name: "" };
  return (
    <FormDialog title="New topic" action="Create" close={close}
      fields={[
        { name: "name", label: "Name", required: true, hint: "Letters, digits, '.', '_' and '-'" },
        { name: "partitions", label: "Partitions", kind: "number", hint: "Empty: as many as the server's settings say" },
        { name: "settings", label: "Settings", kind: "table", hint: 'A JSON object, such as {"retention.ms": "86400000", "cleanup.policy": "compact"}; empty: the server\'s' },
      ]}
      submit={({ name, partitions, settings }) => {
        made.name = String(name);
        const texts = Object.fromEntries(Object.entries(settings as object).map(([key, value]) => [key, String(value)]));
        return app.api.post("wharf/v1/topics", { name, settings: texts, ...(partitions === undefined ? {} : { partitions }) });
      }}
      done={() => {
        app.say(`The topic ${made.name} is there.`);
        go(href("topic", [made.name]));
      }} />
  );
}
