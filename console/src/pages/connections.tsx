// Who is connected, by any protocol.
import { useMemo } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { bytes_text, rate_text, time_text, visible } from "../format.ts";
import { look_of, request_of } from "../paging.ts";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, href } from "../route.ts";
import type { Connection, Page } from "../types.ts";

const kFields = "name,user_provided_name,protocol,user,vhost,state,peer_host,peer_port,connected_at,channels,recv_oct_details,send_oct_details";
const kSortable = ["name", "protocol", "user", "vhost", "state", "channels", "connected_at", "recv_oct_details.rate", "send_oct_details.rate"];
/// By name, which begins with the address of the client.
const kFirstSort = "name";

function columns(several_vhosts: boolean): Column<Connection>[] {
  const all: Column<Connection>[] = [
    {
      title: "From", sort: "name",
      cell: ({ name, peer_host, peer_port, user_provided_name }) => (
        <>
          <a class="name" href={href("connection", [name])}>{visible(peer_host.includes(":") ? `[${peer_host}]` : peer_host)}:{peer_port}</a>
          {user_provided_name && <span class="name quiet"> {visible(user_provided_name)}</span>}
        </>
      ),
    },
    { title: "Protocol", sort: "protocol", cell: ({ protocol }) => visible(protocol) },
    { title: "User", sort: "user", cell: ({ user }) => visible(user) || <span class="quiet">nobody</span> },
    { title: "Virtual host", sort: "vhost", secondary: true, cell: ({ vhost }) => visible(vhost) },
    { title: "State", sort: "state", secondary: true, cell: ({ state }) => state },
    { title: "Channels", sort: "channels", numeric: true, secondary: true, cell: ({ channels }) => <Count of={channels} /> },
    { title: "In", sort: "recv_oct_details.rate", numeric: true, cell: ({ recv_oct_details }) => rate_text(recv_oct_details.rate, bytes_text) },
    { title: "Out", sort: "send_oct_details.rate", numeric: true, cell: ({ send_oct_details }) => rate_text(send_oct_details.rate, bytes_text) },
    { title: "Since", sort: "connected_at", numeric: true, secondary: true, cell: ({ connected_at }) => <span class="whole">{time_text(connected_at)}</span> },
  ];
  return several_vhosts ? all : all.filter(({ title }) => title !== "Virtual host");
}

export function ConnectionsPage({ route }: { route: Route }) {
  const app = useApp();
  const look = useMemo(() => look_of(route.query, kSortable, kFirstSort), [route]);
  const target = app.vhost === "" ? "connections" : path("vhosts", app.vhost, "connections");
  const resource = useResource(target + JSON.stringify(look), (signal) => app.api.get<Page<Connection>>(target, { ...request_of(look, kFirstSort), columns: kFields }, signal));
  return (
    <>
      <h1>Connections</h1>
      <PagedTable page="connections" what="connections" look={look} first_sort={kFirstSort} columns={columns(app.vhosts.length > 1 && app.vhost === "")}
        resource={resource} key_of={({ name }) => name} nothing="Nobody is connected, or nobody whom you may see." />
    </>
  );
}
