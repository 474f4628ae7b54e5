// Which pages there are, and who may see them.
import type { ComponentType } from "preact";
import { has_tag } from "./app_context.ts";
import { ChannelPage } from "./pages/channel.tsx";
import { ConnectionPage } from "./pages/connection.tsx";
import { ConnectionsPage } from "./pages/connections.tsx";
import { ExchangePage, ExchangesPage } from "./pages/exchanges.tsx";
import { GroupPage } from "./pages/group.tsx";
import { GroupsPage } from "./pages/groups.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { PoliciesPage } from "./pages/policies.tsx";
import { QueuePage } from "./pages/queue.tsx";
import { QueuesPage } from "./pages/queues.tsx";
import { SettingsPage } from "./pages/settings.tsx";
import { TokensPage } from "./pages/tokens.tsx";
import { TopicPage } from "./pages/topic.tsx";
import { TopicsPage } from "./pages/topics.tsx";
import { UserPage, UsersPage } from "./pages/users.tsx";
import { VhostPage, VhostsPage } from "./pages/vhosts.tsx";
import { Empty } from "./parts/state.tsx";
import { type Route, href } from "./route.ts";
import type { WhoAmI } from "./types.ts";

export interface PageEntry {
  name: string; // in the address
  title: string;
  also?: string; // the page of one of them
  is_for: (who: WhoAmI) => boolean;
  show: ComponentType<{ route: Route }>;
}

const everybody = () => true;
const monitors = (who: WhoAmI) => has_tag(who, "administrator", "monitoring");
const administrators = (who: WhoAmI) => has_tag(who, "administrator");

export const kPages: readonly PageEntry[] = [
  { name: "overview", title: "Overview", is_for: everybody, show: OverviewPage },
  { name: "topics", title: "Topics", also: "topic", is_for: everybody, show: TopicsPage },
  { name: "groups", title: "Groups", also: "group", is_for: everybody, show: GroupsPage },
  { name: "queues", title: "Queues", also: "queue", is_for: everybody, show: QueuesPage },
  { name: "exchanges", title: "Exchanges", also: "exchange", is_for: everybody, show: ExchangesPage },
  { name: "connections", title: "Connections", also: "connection", is_for: everybody, show: ConnectionsPage },
  { name: "policies", title: "Policies", is_for: everybody, show: PoliciesPage },
  { name: "users", title: "Users", also: "user", is_for: administrators, show: UsersPage },
  { name: "tokens", title: "Tokens", is_for: everybody, show: TokensPage },
  { name: "vhosts", title: "Virtual hosts", also: "vhost", is_for: everybody, show: VhostsPage },
  { name: "settings", title: "Settings", is_for: monitors, show: SettingsPage },
];

/// Pages that are about one thing, and are reached from a list.
const kDetails: Record<string, ComponentType<{ route: Route }>> = { channel: ChannelPage, connection: ConnectionPage, topic: TopicPage, group: GroupPage, queue: QueuePage, exchange: ExchangePage, user: UserPage, vhost: VhostPage };

export function PageOf({ route }: { route: Route }) {
  const Shown = kPages.find(({ name }) => name === route.page)?.show ?? kDetails[route.page];
  if (Shown) return <Shown route={route} />;
  return <Empty>There is no page here. <a href={href("overview")}>Overview</a></Empty>;
}
