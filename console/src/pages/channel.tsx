// One channel: its limits, what it holds, what passes, and who consumes on it.
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { count_text, rate_text, table_text, visible } from "../format.ts";
import { Empty, Facts, Flag, Loaded } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, href } from "../route.ts";
import type { Channel, Consumer } from "../types.ts";
import { prefetch_text, rate_of } from "./connection.tsx";

export function ChannelPage({ route }: { route: Route }) {
  const app = useApp();
  const [name = ""] = route.names;
  const channel = useResource("channel", (signal) => app.api.get<Channel>(path("channels", name), {}, signal));
  return (
    <>
      <h1><small>Channel</small> <span class="name">{visible(name)}</span></h1>
      <Loaded resource={channel}>
        {(value) => (
          <>
            <Numbers channel={value} />
            <p>Of the connection <a class="name" href={href("connection", [value.connection_details.name])}>{visible(value.connection_details.name)}</a>, user <span class="name">{visible(value.user)}</span>, virtual host <span class="name">{visible(value.vhost)}</span>.</p>
            <Passed channel={value} />
            <h2>Consumers</h2>
            <Consumers consumers={value.consumer_details ?? []} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Numbers({ channel }: { channel: Channel }) {
  return (
    <Facts facts={[
      ["State", channel.state],
      ["Prefetch", prefetch_text(channel.prefetch_count, channel.global_prefetch_count)],
      ["Unacknowledged", <b>{count_text(channel.messages_unacknowledged)}</b>],
      ["Unconfirmed", <b>{count_text(channel.messages_unconfirmed)}</b>],
      ...(channel.transactional ? [["Uncommitted", `${count_text(channel.messages_uncommitted)} published, ${count_text(channel.acks_uncommitted)} acknowledged`] as [string, string]] : []),
      ["Is", <><Flag on={channel.confirm}>confirms</Flag><Flag on={channel.transactional}>transactions</Flag>{!channel.confirm && !channel.transactional && "plain"}</>],
    ]} />
  );
}

const kEvents: [string, string][] = [
  ["publish", "Published"], ["confirm", "Confirmed"], ["return_unroutable", "Returned: nothing bound"], ["deliver_get", "Handed out"], ["ack", "Acknowledged"], ["redeliver", "Handed out again"],
];

function Passed({ channel }: { channel: Channel }) {
  return (
    <>
      <h2>What passes</h2>
      <div class="scroll">
        <table aria-label="What passes">
          <thead><tr><th scope="col">Messages</th><th scope="col" class="number">Now</th><th scope="col" class="number">In all</th></tr></thead>
          <tbody>
            {kEvents.map(([event, title]) => {
              const total = channel.message_stats?.[event];
              return <tr key={event}><th scope="row">{title}</th><td class="number">{rate_text(rate_of(channel, event))}</td><td class="number">{count_text(typeof total === "number" ? total : 0)}</td></tr>;
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

const kMostShown = 500;

function Consumers({ consumers }: { consumers: Consumer[] }) {
  if (consumers.length === 0) return <Empty>Nobody consumes on it.</Empty>;
  return (
    <>
      <div class="scroll">
        <table aria-label="Consumers">
          <thead><tr><th scope="col">Tag</th><th scope="col">Queue</th><th scope="col" class="number">Prefetch</th><th scope="col">Is</th><th scope="col" class="secondary">Arguments</th></tr></thead>
          <tbody>
            {consumers.slice(0, kMostShown).map((consumer) => (
              <tr key={consumer.consumer_tag}>
                <td class="name">{visible(consumer.consumer_tag)}</td>
                <td><a class="name" href={href("queue", [consumer.queue.vhost, consumer.queue.name])}>{visible(consumer.queue.name)}</a></td>
                <td class="number">{prefetch_text(consumer.prefetch_count, 0)}</td>
                <td>{<><Flag on={consumer.exclusive}>exclusive</Flag><Flag on={!consumer.ack_required}>does not acknowledge</Flag><Flag on={!consumer.active}>waits for its turn</Flag></>}</td>
                <td class="name secondary">{Array.isArray(consumer.arguments) ? "" : visible(table_text(consumer.arguments))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {consumers.length > kMostShown && <p class="quiet">The first {kMostShown} of {count_text(consumers.length)}.</p>}
    </>
  );
}
