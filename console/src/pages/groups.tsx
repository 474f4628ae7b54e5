import { useMemo } from "preact/hooks";
import { useApp } from "../app_context.ts";
import { duration_text, visible } from "../format.ts";
import type { Group } from "../own_types.ts";
import { look_of, request_of } from "../paging.ts";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, href } from "../route.ts";
import type { Page } from "../types.ts";

const kSortable = ["name", "state", "members", "topics", "lag", "lag_seconds"];

export function lag_time(seconds: number | null): string {
  if (seconds === null) return "\u2013";
  return seconds === 0 ? "0" : duration_text(seconds * 1000);
}

const kColumns: Column<Group>[] = [
  { title: "Name", sort: "name", cell: ({ name }) => <a class="name" href={href("group", [name])}>{visible(name)}</a> },
  { title: "State", sort: "state", cell: ({ state }) => state },
  { title: "Members", sort: "members", numeric: true, cell: ({ members }) => <Count of={members} /> },
  { title: "Silent", numeric: true, secondary: true, cell: ({ silent_members }) => <Count of={silent_members} /> },
  { title: "Topics", sort: "topics", numeric: true, secondary: true, cell: ({ topics }) => <Count of={topics} /> },
  { title: "Lag", sort: "lag", numeric: true, cell: ({ lag }) => <Count of={lag} /> },
  { title: "Behind by", sort: "lag_seconds", numeric: true, cell: ({ lag_seconds }) => lag_time(lag_seconds) },
];

export function GroupsPage({ route }: { route: Route }) {
  const app = useApp();
  const look = useMemo(() => look_of(route.query, kSortable, "name"), [route]);
  const resource = useResource(JSON.stringify(look), (signal) => app.api.get<Page<Group>>("wharf/v1/groups", request_of(look, "name"), signal));
  return (
    <>
      <h1>Groups</h1>
      <PagedTable page="groups" what="groups" look={look} first_sort="name" columns={kColumns} resource={resource} key_of={({ name }) => name}
        nothing="There are no groups: no consumer of Kafka's has committed an offset or joined one." />
    </>
  );
}
