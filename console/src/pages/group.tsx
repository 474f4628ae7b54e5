// One group: how far it is, who is in it, and how its offsets are moved and moved back.
import { useMemo, useState } from "preact/hooks";
import { ApiError, path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { count_text, plural, ranges, time_text, visible } from "../format.ts";
import type { GroupMemory } from "../group_memory.ts";
import type { GroupDetail, GroupOffset, Member, Rebalance, ResetOutcome } from "../own_types.ts";
import { look_of, request_of } from "../paging.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { LazyPlot } from "../parts/lazy_plot.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count, Empty, Facts, Loaded } from "../parts/state.tsx";
import { Tabs } from "../parts/tabs.tsx";
import { useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Page } from "../types.ts";
import { lag_time } from "./groups.tsx";
import { ResetDialog } from "./reset_offsets.tsx";

const kTabs = [{ name: "", title: "Offsets" }, { name: "members", title: "Members" }, { name: "rebalances", title: "Rebalances" }] as const;

export function GroupPage({ route }: { route: Route }) {
  const app = useApp();
  const [name = "", tab = ""] = route.names;
  const [asking, set_asking] = useState<"reset" | "delete" | null>(null);
  const [changed, set_changed] = useState(0);
  const memory = app.groups.of(name);
  const target = "wharf/v1/" + path("groups", name);
  const group = useResource("group", async (signal) => {
    const value = await app.api.get<GroupDetail>(target, {}, signal);
    memory.add({ at_ms: Date.now(), lag: value.lag, seconds: value.lag_seconds });
    return value;
  });
  const moved = () => {
    group.reload();
    set_changed((times) => times + 1);
  };
  const close = () => set_asking(null);
  return (
    <>
      <h1><small>Group</small> <span class="name">{visible(name)}</span></h1>
      <Loaded resource={group}>
        {(value) => (
          <>
            <Facts facts={[
              ["Lag", <b>{count_text(value.lag)}</b>],
              ["Behind by", <b>{lag_time(value.lag_seconds)}</b>],
              ["Members", <b>{count_text(value.members)}</b>],
              ["State", value.state],
              ["Partitions", count_text(value.partitions)],
              ["Assigned by", visible(value.protocol) || "\u2013"],
              ["Generation", count_text(value.generation)],
            ]} />
            <div class="row">
              <button type="button" onClick={() => set_asking("reset")}>Reset offsets</button>
              <button type="button" class="danger" onClick={() => set_asking("delete")}>Delete the group</button>
            </div>
            <Undo target={target} memory={memory} done={moved} />
            <LagPlots memory={memory} shown={value} />
            <Tabs page="group" of={name} tabs={kTabs} here={tab} />
            {tab === "" && <Offsets target={target} name={name} route={route} changed={changed} />}
            {tab === "members" && <Members target={target} name={name} route={route} />}
            {tab === "rebalances" && <Rebalances target={target} name={name} />}
          </>
        )}
      </Loaded>
      {asking === "reset" && <ResetDialog target={target} group={name} close={close} done={(outcome) => { remember(memory, outcome); app.say(`${plural(outcome.changes.length, "offset")} moved.`); moved(); }} />}
      {asking === "delete" && (
        <FormDialog title={`Delete ${visible(name)}?`} action="Delete" dangerous close={close}
          about={<p>The group and its offsets are forgotten; it begins anew when it comes again. This cannot be undone.</p>}
          submit={() => app.api.delete(target)}
          done={() => { app.say(`The group ${visible(name)} is deleted.`); go(href("groups")); }} />
      )}
    </>
  );
}

function remember(memory: GroupMemory, outcome: ResetOutcome) {
  memory.undo = { at_ms: Date.now(), places: outcome.undo };
}

/// Of the last reset from here, until the page is closed.
function Undo({ target, memory, done }: { target: string; memory: GroupMemory; done: () => void }) {
  const app = useApp();
  const [busy, set_busy] = useState(false);
  const { undo } = memory;
  if (!undo) return null;
  const take_back = async () => {
    set_busy(true);
    try {
      await app.api.post<ResetOutcome>(target + "/offsets/reset", { to: "places", places: undo.places });
      memory.undo = null;
      app.say("The offsets are as they were.");
      done();
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault;
      app.check(fault);
      app.say(fault.message);
    }
    set_busy(false);
  };
  return (
    <p class="undo">
      {plural(undo.places.length, "offset")} moved from here at {time_text(undo.at_ms)}.{" "}
      <button type="button" disabled={busy} onClick={() => void take_back()}>Undo</button>
    </p>
  );
}

function LagPlots({ memory, shown }: { memory: GroupMemory; shown: GroupDetail }) {
  const lag = useMemo(() => memory.columns((sample) => sample.lag), [shown]);
  const seconds = useMemo(() => memory.columns((sample) => sample.seconds), [shown]);
  return (
    <div class="plots">
      <section>
        <h2>Lag</h2>
        <p class="legend">{count_text(shown.lag)} messages that nobody has read</p>
        <LazyPlot title="Lag of the group in messages over time" lines={[{ label: "lag", colour: "first" }]} columns={lag} />
      </section>
      <section>
        <h2>Behind by</h2>
        <p class="legend">{lag_time(shown.lag_seconds)}: the age of the oldest of them, in seconds</p>
        <LazyPlot title="Lag of the group in seconds over time" lines={[{ label: "seconds", colour: "second", dash: [6, 4] }]} columns={seconds} />
      </section>
      <p class="quiet">While you look at this group, at most an hour, a point every 5 s.</p>
    </div>
  );
}

const kOffsetColumns: Column<GroupOffset>[] = [
  { title: "Topic", sort: "topic", cell: ({ topic }) => <a class="name" href={href("topic", [topic])}>{visible(topic)}</a> },
  { title: "Partition", sort: "partition", numeric: true, cell: ({ partition }) => count_text(partition) },
  { title: "Committed", sort: "offset", numeric: true, cell: ({ offset }) => count_text(offset) },
  { title: "High watermark", numeric: true, secondary: true, cell: ({ high_watermark }) => count_text(high_watermark) },
  { title: "Lag", sort: "lag", numeric: true, cell: ({ lag }) => <Count of={lag ?? undefined} /> },
  { title: "Behind by", sort: "lag_seconds", numeric: true, cell: ({ lag_seconds }) => lag_time(lag_seconds) },
  { title: "Member", secondary: true, cell: ({ member }) => <span class="name">{visible(member ?? "")}</span> },
];

interface Props {
  target: string;
  name: string;
  route: Route;
}

function Offsets({ target, name, route, changed }: Props & { changed: number }) {
  const app = useApp();
  const look = useMemo(() => look_of(route.query, ["topic", "partition", "offset", "lag", "lag_seconds"], "topic"), [route]);
  const resource = useResource(JSON.stringify([look, changed]), (signal) => app.api.get<Page<GroupOffset>>(target + "/offsets", request_of(look, "topic"), signal));
  return <PagedTable page="group" names={[name]} by_name={false} what="offsets" look={look} first_sort="topic" columns={kOffsetColumns} resource={resource}
    key_of={({ topic, partition }) => topic + "/" + partition} nothing="Nothing is committed, and nothing assigned." />;
}

const kMemberColumns: Column<Member>[] = [
  { title: "Member", sort: "name", cell: ({ name, instance_id }) => <span class="name">{visible(name)}{instance_id === null ? "" : ` (${visible(instance_id)})`}</span> },
  { title: "Client", sort: "client_id", cell: ({ client_id }) => <span class="name">{visible(client_id)}</span> },
  { title: "Host", secondary: true, cell: ({ client_host }) => visible(client_host.replace(/^\//, "")) },
  { title: "Partitions", sort: "partitions", numeric: true, cell: ({ partitions }) => <Count of={partitions} /> },
  { title: "Assigned", secondary: true, cell: ({ assignments }) => <span class="name">{assignments.map(({ topic, partitions }) => `${visible(topic)}: ${ranges(partitions)}`).join("; ")}</span> },
];

function Members({ target, name, route }: Props) {
  const app = useApp();
  const look = useMemo(() => look_of(route.query, ["name", "client_id", "partitions"], "name"), [route]);
  const resource = useResource(JSON.stringify(look), (signal) => app.api.get<Page<Member>>(target + "/members", request_of(look, "name"), signal));
  return <PagedTable page="group" names={[name, "members"]} what="members" look={look} first_sort="name" columns={kMemberColumns} resource={resource}
    key_of={(member) => member.name} nothing="Nobody is in the group now." />;
}

const kSteps: Record<string, string> = { started: "a rebalance began", stabilized: "all have their partitions", emptied: "nobody is left", member_removed: "a member went", fenced: "a member was taken over" };

function Rebalances({ target, name }: Omit<Props, "route">) {
  const app = useApp();
  const resource = useResource("rebalances", (signal) => app.api.get<Page<Rebalance>>(target + "/rebalances", { page_size: 100 }, signal));
  return (
    <Loaded resource={resource}>
      {({ items }) => items.length === 0 ? <Empty>There was none since the server's start.</Empty> : (
        <div class="scroll">
          <table aria-label={`Rebalances of ${name}`}>
            <thead><tr><th scope="col">When</th><th scope="col" class="number">Generation</th><th scope="col">What</th><th scope="col">Why</th><th scope="col" class="secondary">Member</th></tr></thead>
            <tbody>
              {items.map((one, at) => (
                <tr key={at}>
                  <td>{time_text(one.at_ms)}{one.times > 1 && ` (${count_text(one.times)} times)`}</td>
                  <td class="number">{count_text(one.generation)}</td>
                  <td>{kSteps[one.step] ?? one.step}</td>
                  <td>{visible(one.reason)}</td>
                  <td class="name secondary">{visible(one.member)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Loaded>
  );
}
