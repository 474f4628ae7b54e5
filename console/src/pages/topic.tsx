// One topic: its numbers, its messages, its partitions, its settings.
import { useMemo, useState } from "preact/hooks";
import { ApiError, path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { bytes_text, count_text, duration_text, rate_text, time_text, visible } from "../format.ts";
import type { Partition, Topic } from "../own_types.ts";
import { look_of, request_of } from "../paging.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count, Facts, Flag, Loaded } from "../parts/state.tsx";
import { Tabs } from "../parts/tabs.tsx";
import { useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Page } from "../types.ts";
import { ProduceDialog } from "./produce.tsx";
import { TopicMessages } from "./topic_messages.tsx";
import { TopicSettings } from "./topic_settings.tsx";

const kTabs = [{ name: "", title: "Messages" }, { name: "partitions", title: "Partitions" }, { name: "settings", title: "Settings" }] as const;

export function TopicPage({ route }: { route: Route }) {
  const app = useApp();
  const [name = "", tab = ""] = route.names;
  const [asking, set_asking] = useState<"produce" | "grow" | "empty" | "delete" | null>(null);
  const [changed, set_changed] = useState(0);
  const target = "wharf/v1/" + path("topics", name);
  const topic = useResource("topic", (signal) => app.api.get<Topic>(target, {}, signal));
  const close = () => set_asking(null);
  return (
    <>
      <h1><small>Topic</small> <span class="name">{visible(name)}</span> {topic.value && <Flag on={topic.value.internal}>the broker's own</Flag>}</h1>
      <Loaded resource={topic}>
        {(value) => (
          <>
            <Numbers topic={value} />
            {!value.internal && (
              <div class="row">
                <button type="button" onClick={() => set_asking("produce")}>Produce a message</button>
                <button type="button" onClick={() => set_asking("grow")}>Add partitions</button>
                <button type="button" class="danger" onClick={() => set_asking("empty")}>Empty it</button>
                <button type="button" class="danger" onClick={() => set_asking("delete")}>Delete the topic</button>
              </div>
            )}
            <Tabs page="topic" of={name} tabs={kTabs} here={tab} />
            {tab === "" && <TopicMessages topic={value} query={route.query} changed={changed} />}
            {tab === "partitions" && <Partitions topic={value} route={route} />}
            {tab === "settings" && <TopicSettings topic={value} route={route} changed={topic.reload} />}
          </>
        )}
      </Loaded>
      {asking === "produce" && <ProduceDialog topic={name} close={close} done={() => { topic.reload(); set_changed((times) => times + 1); }} />}
      {asking === "grow" && topic.value && (
        <FormDialog title={`Add partitions to ${visible(name)}`} action="Add" close={close}
          about={<p>There are {count_text(topic.value.partitions)}. They cannot be taken away again, and keys may go to other partitions from then on.</p>}
          fields={[{ name: "total", label: "How many there shall be", kind: "number", required: true, initial: String(topic.value.partitions + 1) }]}
          submit={({ total }) => app.api.post(target + "/partitions", { total })}
          done={() => { app.say("The partitions are there."); topic.reload(); }} />
      )}
      {asking === "empty" && (
        <FormDialog title={`Empty ${visible(name)}?`} action="Empty" dangerous close={close}
          about={<p>All {count_text(topic.value?.messages)} messages that are there now are gone, for every group. Offsets go on from where they are. This cannot be undone.</p>}
          submit={() => app.api.post(target + "/trim", {})}
          done={() => { app.say("The topic is empty."); topic.reload(); set_changed((times) => times + 1); }} />
      )}
      {asking === "delete" && (
        <FormDialog title={`Delete ${visible(name)}?`} action="Delete" dangerous close={close}
          about={<p>The topic, its {count_text(topic.value?.messages)} messages and what groups committed on it are gone. This cannot be undone.</p>}
          fields={[{ name: "again", label: "Its name, once more", required: true }]}
          submit={async (values) => {
            if (values["again"] !== name) throw new ApiError(0, "name", "That is another name.");
            await app.api.delete(target);
          }}
          done={() => { app.say(`The topic ${visible(name)} is deleted.`); go(href("topics")); }} />
      )}
    </>
  );
}

function Numbers({ topic }: { topic: Topic }) {
  return (
    <Facts facts={[
      ["Messages", <b>{count_text(topic.messages)}</b>],
      ["Size", <b>{bytes_text(topic.size_bytes)}</b>],
      ["Partitions", <b>{count_text(topic.partitions)}</b>],
      ["In", topic.rates ? `${rate_text(topic.rates.records_in)}, ${rate_text(topic.rates.bytes_in, bytes_text)}` : "\u2013"],
      ["Out", topic.rates ? `${rate_text(topic.rates.records_out)}, ${rate_text(topic.rates.bytes_out, bytes_text)}` : "\u2013"],
      ["Cleanup", topic.cleanup_policy || "none"],
      ["Kept for", topic.retention_ms < 0 ? "ever" : duration_text(topic.retention_ms)],
    ]} />
  );
}

const kSortable = ["partition", "messages", "size_bytes", "start_offset", "high_watermark"];

const kColumns: Column<Partition>[] = [
  { title: "Partition", sort: "partition", numeric: true, cell: ({ partition }) => count_text(partition) },
  { title: "Leader", numeric: true, secondary: true, cell: ({ leader }) => leader },
  { title: "Start", sort: "start_offset", numeric: true, cell: ({ start_offset }) => <Count of={start_offset} /> },
  { title: "High watermark", sort: "high_watermark", numeric: true, cell: ({ high_watermark }) => <Count of={high_watermark} /> },
  { title: "End", numeric: true, secondary: true, cell: ({ end_offset }) => <Count of={end_offset} /> },
  { title: "Messages", sort: "messages", numeric: true, cell: ({ messages }) => <Count of={messages} /> },
  { title: "Size", sort: "size_bytes", numeric: true, cell: ({ size_bytes, compaction_failure }) => <>{bytes_text(size_bytes)}{compaction_failure !== null && <p class="failure">compaction fails: {compaction_failure}</p>}</> },
  { title: "Segments", numeric: true, secondary: true, cell: ({ segments }) => count_text(segments) },
  { title: "Oldest", secondary: true, cell: ({ oldest_ms }) => (oldest_ms === null ? "\u2013" : time_text(oldest_ms)) },
  { title: "Newest", secondary: true, cell: ({ newest_ms }) => (newest_ms === null ? "\u2013" : time_text(newest_ms)) },
];

function Partitions({ topic, route }: { topic: Topic; route: Route }) {
  const app = useApp();
  const look = useMemo(() => look_of(route.query, kSortable, "partition"), [route]);
  const resource = useResource(JSON.stringify(look), (signal) => app.api.get<Page<Partition>>("wharf/v1/" + path("topics", topic.name, "partitions"), request_of(look, "partition"), signal));
  return (
    <PagedTable page="topic" names={[topic.name, "partitions"]} by_name={false} what="partitions" look={look} first_sort="partition" columns={kColumns}
      resource={resource} key_of={({ partition }) => String(partition)} nothing="There are none." />
  );
}
