// One connection: who it is, what passes, its channels; and closing it.
import { useMemo, useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { bytes_text, count_text, header_text, rate_text, table_text, time_text, visible } from "../format.ts";
import { look_of, request_of } from "../paging.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count, Facts, Flag, Loaded } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Channel, Connection, Page, Rate, Table } from "../types.ts";

export function ConnectionPage({ route }: { route: Route }) {
  const app = useApp();
  const [name = ""] = route.names;
  const [closing, set_closing] = useState(false);
  const target = path("connections", name);
  const connection = useResource("connection", (signal) => app.api.get<Connection>(target, {}, signal));
  return (
    <>
      <h1><small>Connection</small> <span class="name">{visible(name)}</span></h1>
      <Loaded resource={connection}>
        {(value) => (
          <>
            <Numbers connection={value} />
            <div class="row"><button type="button" class="danger" onClick={() => set_closing(true)}>Close the connection</button></div>
            <ClientProperties properties={Array.isArray(value.client_properties) ? {} : value.client_properties} />
            <h2>Channels</h2>
            {value.protocol.startsWith("AMQP") ? <Channels connection={name} route={route} /> : <p class="quiet">{visible(value.protocol)} has no channels.</p>}
          </>
        )}
      </Loaded>
      {closing && (
        <FormDialog title="Close the connection?" action="Close it" dangerous close={() => set_closing(false)}
          about={<p>From <b class="name">{visible(name)}</b>. What it holds and has not settled goes back to its queues. Most clients connect again by themselves.</p>}
          fields={[{ name: "reason", label: "Reason", hint: "Goes to the server's log, and to the client where its protocol has words for it; may be empty" }]}
          submit={({ reason }) => {
            const text = header_text(String(reason ?? ""));
            return app.api.delete(target, {}, text === "" ? {} : { "X-Reason": text });
          }}
          done={() => { app.say("The connection is closed."); go(href("connections")); }} />
      )}
    </>
  );
}

function Numbers({ connection }: { connection: Connection }) {
  const { protocol, user, vhost, state, recv_oct, recv_oct_details, send_oct, send_oct_details, requests, requests_details, timeout } = connection;
  const passed = (bytes: number, { rate }: Rate) => <>{rate_text(rate, bytes_text)} <span class="quiet">of {bytes_text(bytes)}</span></>;
  return (
    <Facts facts={[
      ["Protocol", visible(protocol)],
      ["State", state],
      ["User", visible(user) || "nobody"],
      ["Virtual host", visible(vhost)],
      ["In", passed(recv_oct, recv_oct_details)],
      ["Out", passed(send_oct, send_oct_details)],
      ...(requests > 0 ? [["Requests", rate_text(requests_details.rate)] as [string, string]] : []),
      ["Heartbeat", timeout > 0 ? `${count_text(timeout)} s` : "none"],
      ["Since", time_text(connection.connected_at)],
      ...(connection.user_provided_name ? [["Calls itself", <span class="name">{visible(connection.user_provided_name)}</span>] as [string, preact.ComponentChildren]] : []),
    ]} />
  );
}

function ClientProperties({ properties }: { properties: Table }) {
  const rows = Object.entries(properties);
  if (rows.length === 0) return null;
  const text = (value: unknown) => (typeof value === "object" && value !== null ? table_text(value as Table) || JSON.stringify(value) : String(value));
  return (
    <>
      <h2>What the client says of itself</h2>
      <div class="scroll"><table aria-label="Client properties"><tbody>{rows.map(([name, value]) => <tr key={name}><th scope="row">{visible(name)}</th><td class="name">{visible(text(value))}</td></tr>)}</tbody></table></div>
    </>
  );
}

const kSortable = ["number", "state", "consumer_count", "prefetch_count", "messages_unacknowledged", "messages_unconfirmed", "message_stats.publish_details.rate", "message_stats.deliver_get_details.rate"];

/// A number's rate among message_stats.
export function rate_of(channel: Channel, event: string): number | undefined {
  const details = channel.message_stats?.[event + "_details"];
  return typeof details === "object" ? details.rate : undefined;
}

const kMode = (channel: Channel) => <><Flag on={channel.confirm}>confirms</Flag><Flag on={channel.transactional}>transactions</Flag></>;

const kColumns: Column<Channel>[] = [
  { title: "Channel", sort: "number", numeric: true, cell: ({ name, number }) => <a href={href("channel", [name])} aria-label={`Channel ${number}`}>{number}</a> },
  { title: "Is", secondary: true, cell: kMode },
  { title: "State", sort: "state", secondary: true, cell: ({ state }) => state },
  { title: "Consumers", sort: "consumer_count", numeric: true, cell: ({ consumer_count }) => <Count of={consumer_count} /> },
  { title: "Prefetch", sort: "prefetch_count", numeric: true, cell: ({ prefetch_count, global_prefetch_count }) => prefetch_text(prefetch_count, global_prefetch_count) },
  { title: "Unacknowledged", sort: "messages_unacknowledged", numeric: true, cell: ({ messages_unacknowledged }) => <Count of={messages_unacknowledged} /> },
  { title: "Unconfirmed", sort: "messages_unconfirmed", numeric: true, cell: ({ messages_unconfirmed }) => <Count of={messages_unconfirmed} /> },
  { title: "Publishes", sort: "message_stats.publish_details.rate", numeric: true, secondary: true, cell: (channel) => rate_text(rate_of(channel, "publish")) },
  { title: "Gets", sort: "message_stats.deliver_get_details.rate", numeric: true, secondary: true, cell: (channel) => rate_text(rate_of(channel, "deliver_get")) },
];

/// 0 is no limit; of a channel that has one over all its consumers, that too.
export function prefetch_text(of_each: number, of_all: number): string {
  const each = of_each === 0 ? "no limit" : count_text(of_each);
  return of_all === 0 ? each : `${each}, all ${count_text(of_all)}`;
}

function Channels({ connection, route }: { connection: string; route: Route }) {
  const app = useApp();
  const look = useMemo(() => look_of(route.query, kSortable, "number"), [route]);
  const resource = useResource("channels" + JSON.stringify(look), (signal) => app.api.get<Page<Channel>>(path("connections", connection, "channels"), request_of(look, "number"), signal));
  return (
    <PagedTable page="connection" names={[connection]} by_name={false} what="channels" look={look} first_sort="number" columns={kColumns} resource={resource}
      key_of={({ number }) => String(number)} nothing="It has no channel open." />
  );
}
