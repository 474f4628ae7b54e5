#include "protocols/mqtt/handlers/retained.hpp"

#include <algorithm>
#include <utility>

#include "protocols/mqtt/handlers/client.hpp"
#include "protocols/mqtt/handlers/deliveries.hpp"
#include "protocols/mqtt/session/addresses.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {
namespace {

/// Of every routing key that the filter matches: "a/b/#" matches "a/b" too.
std::string prefix_of(std::string_view filter) {
  std::size_t wild = filter.find_first_of("+#");
  if (wild == std::string_view::npos) return swap_separators(std::string(filter));
  std::size_t end = filter[wild] == '#' && wild > 0 ? wild - 1 : wild;
  return swap_separators(std::string(filter.substr(0, end)));
}

bool is_over(const Client& client) {
  return client.phase != Client::Phase::kRunning || client.tasks.stopping();
}

/// Until the client has taken what is in line for it, and may have another one.
runtime::Task<void> until_room(Client* client) {
  while (!is_over(*client) && (!client->out.empty() || client->outgoing.size() >= client->send_quota()))
    co_await client->room.wait();
}

/// False: the client may have no more under way now.
bool write_retained(Client& client, const Replay& replay, const broker::RetainedMessage& message) {
  std::optional<OutgoingView> view =
      outgoing_view(message.record, client.shard.clock().wall_now(), message.routing_key);
  if (!view) return true;
  Publish publish{.qos = std::min(view->qos, replay.qos), .retain = true};
  if (replay.id) view->properties.subscription_ids.push_back(*replay.id);
  if (publish.qos == 0) return write_message(client, *view, publish, SharedBytes(message.owner, view->payload)), true;
  if (client.outgoing.size() >= client.send_quota()) return false;
  std::optional<std::uint16_t> free = client.outgoing.free_identifier();
  if (!free) return false;
  publish.packet_id = *free;
  bool written = write_message(client, *view, publish, SharedBytes(message.owner, view->payload));
  if (written) client.outgoing.add(*free, {.consumer = {}, .message = {}, .qos = publish.qos});
  return true;
}

runtime::Task<void> write_page(Client* client, const Replay* replay, const broker::RetainedPage* page) {
  for (std::size_t i = 0; i < page->messages.size() && !is_over(*client);) {
    if (write_retained(*client, *replay, page->messages[i])) {
      ++i;
    } else {
      co_await until_room(client);
    }
  }
}

/// The client has its subscription, and what is published now comes.
void could_not_replay(Client& client, const Replay& replay, const Error& error) {
  client.door.logger.warn("could not send what is retained to a subscriber",
                          {{"client", client.client_id}, {"filter", replay.filter}, {"reason", error.message}});
}

runtime::Task<void> replay_one(Client* client, const Replay* replay) {
  std::optional<broker::RetainedPlace> place = broker::RetainedPlace{};
  while (place && !is_over(*client)) {
    broker::RetainedQuery query{
        .name_space = client->name_space,
        .prefix = prefix_of(replay->filter),
        .matches = [filter = replay->filter](
                       std::string_view key) { return matches(filter, swap_separators(std::string(key))); },
        .below = replay->below,
        .from = std::move(*place)};
    Result<broker::RetainedPage> page = co_await client->door.retained.find(client->shard, std::move(query));
    if (!page) co_return could_not_replay(*client, *replay, page.error());
    co_await write_page(client, replay, &*page);
    if (!page->messages.empty()) co_await until_room(client);
    place = page->next;
  }
}

runtime::Task<void> replay_all(Client* client) {
  while (!client->replays.empty() && !is_over(*client)) {
    Replay next = std::move(client->replays.front());
    client->replays.erase(client->replays.begin());
    bool wanted = client->subscriptions.find(next.filter) != nullptr;
    if (wanted) co_await replay_one(client, &next);
  }
  client->is_replaying = false;
}

}  // namespace

void replay_later(Client& client, Replay replay) {
  client.replays.push_back(std::move(replay));
  if (!std::exchange(client.is_replaying, true)) client.tasks.spawn("mqtt-retained", replay_all(&client));
}

}  // namespace wharf::mqtt
