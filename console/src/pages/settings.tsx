// The server's settings: what is in force and where it comes from. They change with a restart.
import { useMemo } from "preact/hooks";
import { useApp } from "../app_context.ts";
import { visible } from "../format.ts";
import type { ServerSetting } from "../own_types.ts";
import { look_of, request_of } from "../paging.ts";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { useResource } from "../resource.ts";
import type { Route } from "../route.ts";
import type { Page } from "../types.ts";

const kColumns: Column<ServerSetting>[] = [
  { title: "Setting", sort: "name", cell: ({ name, documentation }) => <><span class="name">{name}</span><br /><small class="quiet">{documentation}</small></> },
  { title: "Value", cell: ({ value, source }) => (value === null ? <span class="quiet">hidden</span> : <span class={source === "default" ? "name quiet" : "name"}>{visible(value)}</span>) },
  { title: "From", sort: "source", cell: ({ source, place }) => <span class={source === "default" ? "whole quiet" : ""}>{source === "default" ? "the default" : visible(place || source)}</span> },
  { title: "Default", secondary: true, cell: (setting) => <span class="name quiet">{visible(setting.default)}</span> },
  { title: "Section", sort: "section", secondary: true, cell: ({ section }) => section },
];

export function SettingsPage({ route }: { route: Route }) {
  const app = useApp();
  const look = useMemo(() => look_of(route.query, ["name", "source", "section"], "section"), [route]);
  const resource = useResource(JSON.stringify(look), (signal) => app.api.get<Page<ServerSetting>>("wharf/v1/settings", request_of(look, "section"), signal), 0);
  return (
    <>
      <h1>Settings</h1>
      <p class="quiet">Of the server, as it was started: they come from its file, its environment and its flags, and change with a restart.</p>
      <PagedTable page="settings" what="settings" look={look} first_sort="section" columns={kColumns} resource={resource} key_of={({ name }) => name} nothing="There are none." />
    </>
  );
}
