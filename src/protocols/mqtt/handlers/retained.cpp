#include "protocols/mqtt/handlers/retained.hpp"

#include <algorithm>
#include <utility>

#include "model/byte_order.hpp"
#include "protocols/mqtt/handlers/client.hpp"
#include "protocols/mqtt/handlers/deliveries.hpp"
#include "protocols/mqtt/handlers/dispatch.hpp"
#include "protocols/mqtt/session/addresses.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {
namespace {

constexpr std::size_t kMostUnanswered = 64;  // of a session, before the next page: what comes again is not much more
constexpr std::uint8_t kPlaceVersion = 1;
constexpr std::size_t kPlaceBytes = 7;  // version, partition, and how many offsets follow

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

/// Of the page that is being sent. False: the client may have no more under way now.
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
  if (!written) return true;
  OutgoingMessage sent{.consumer = {}, .message = {}, .qos = publish.qos};
  if (replay.is_kept(client)) {
    ReplayPages& pages = client.replays().pages;
    sent.replay_page = pages.made;
    ++pages.all.back().unanswered;
    ++pages.unanswered;
  }
  client.outgoing.add(*free, sent);
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

runtime::Task<void> keep_items(Client* client, std::vector<broker::SessionItem> items) {
  Result<void> kept = co_await client->keep(std::move(items));
  if (!kept)
    client->door.logger.warn("could not keep how far retained messages have come",
                             {{"client", client->client_id}, {"reason", kept.error().message}});
}

/// What the client has all of: a next connection goes on behind it.
void keep_places(Client& client) {
  std::vector<ReplayPages::Page>& all = client.replays().pages.all;
  auto under_way = std::ranges::find_if(all, [](const auto& page) { return !page.is_sent || page.unanswered > 0; });
  std::vector<broker::SessionItem> items;
  for (auto page = all.begin(); page != under_way; ++page) {
    if (!page->filter.empty()) items.push_back({std::string(kReplayItem) + page->filter, std::move(page->place)});
  }
  all.erase(all.begin(), under_way);
  if (!items.empty()) client.tasks.spawn("mqtt-replay-places", keep_items(&client, std::move(items)));
}

void open_page(Client& client, const Replay& replay) {
  ReplayPages& pages = client.replays().pages;
  if (!replay.is_kept(client)) return;
  pages.all.push_back({.number = ++pages.made, .filter = replay.filter, .place = {}});
}

/// All of it is on its way. `place`: none: it was the last.
void close_page(Client& client, Replay& replay, const std::optional<broker::RetainedPlace>& place) {
  if (!replay.is_kept(client)) return;
  ReplayPages::Page& page = client.replays().pages.all.back();
  page.is_sent = true;
  if (place) {
    replay.from = *place;
    page.place = encode_place(replay);
  }
  keep_places(client);
}

runtime::Task<void> replay_one(Client* client, Replay* replay) {
  std::optional<broker::RetainedPlace> place = replay->from;
  while (place && !is_over(*client) && client->subscriptions.find(replay->filter)) {
    broker::RetainedQuery query{
        .name_space = client->name_space(),
        .prefix = prefix_of(replay->filter),
        .matches = [filter = replay->filter](
                       std::string_view key) { return matches(filter, swap_separators(std::string(key))); },
        .below = replay->below,
        .from = std::move(*place),
        .most = kMostUnanswered};
    Result<broker::RetainedPage> page = co_await client->door.retained.find(client->shard, std::move(query));
    if (!page) co_return could_not_replay(*client, *replay, page.error());
    if (!page->messages.empty() || !page->next) open_page(*client, *replay);
    co_await write_page(client, replay, &*page);
    if (!page->messages.empty()) co_await until_room(client);
    if (is_over(*client)) co_return;  // in the middle of it, perhaps
    place = page->next;
    if (page->messages.empty() && place) continue;
    close_page(*client, *replay, place);
    while (!is_over(*client) && client->replays().pages.unanswered >= kMostUnanswered) co_await client->room.wait();
  }
}

runtime::Task<void> replay_all(Client* client) {
  std::vector<Replay>& waiting = client->replays().waiting;
  while (!waiting.empty() && !is_over(*client)) {
    Replay next = std::move(waiting.front());
    waiting.erase(waiting.begin());
    co_await replay_one(client, &next);
  }
  client->replays().is_running = false;
}

}  // namespace

bool Replay::is_kept(const Client& client) const {
  return qos > 0 && client.keeps_session();
}

std::string encode_place(const Replay& replay) {
  std::vector<std::byte> bytes(kPlaceBytes + replay.below.size() * sizeof(std::int64_t));
  bytes[0] = std::byte{kPlaceVersion};
  store_big_endian(&bytes[1], replay.from.partition);
  store_big_endian(&bytes[5], static_cast<std::uint16_t>(replay.below.size()));
  for (std::size_t i = 0; i < replay.below.size(); ++i)
    store_big_endian(&bytes[kPlaceBytes + i * sizeof(std::int64_t)], replay.below[i].value);
  return std::string(as_text(bytes)) + replay.from.after;
}

bool decode_place(std::string_view encoded, Replay& into) {
  ByteView bytes = as_bytes(encoded);
  if (bytes.size() < kPlaceBytes || bytes[0] != std::byte{kPlaceVersion}) return false;
  std::size_t count = load_big_endian<std::uint16_t>(&bytes[5]);
  if (bytes.size() < kPlaceBytes + count * sizeof(std::int64_t)) return false;
  into.from.partition = load_big_endian<std::int32_t>(&bytes[1]);
  into.below.clear();
  for (std::size_t i = 0; i < count; ++i)
    into.below.emplace_back(load_big_endian<std::int64_t>(&bytes[kPlaceBytes + i * sizeof(std::int64_t)]));
  into.from.after = encoded.substr(kPlaceBytes + count * sizeof(std::int64_t));
  return into.from.partition >= 0;
}

void resume_replays(Client& client) {
  if (!client.replaying) return;
  for (Replay& one : std::exchange(client.replaying->waiting, {})) {
    const Subscription* subscription = client.subscriptions.find(one.filter);
    if (!subscription) continue;
    one.qos = subscription->qos();
    one.id = subscription->id;
    replay_later(client, std::move(one));
  }
}

void answered_retained(Client& client, std::uint32_t number) {
  ReplayPages& pages = client.replays().pages;
  auto page = std::ranges::find(pages.all, number, &ReplayPages::Page::number);
  if (page == pages.all.end()) return;
  --page->unanswered;
  --pages.unanswered;
  client.room.notify();
  keep_places(client);
}

void forget_replay(Client& client, std::string_view filter) {
  if (!client.replaying) return;
  std::erase_if(client.replaying->waiting, [filter](const Replay& one) { return one.filter == filter; });
  for (ReplayPages::Page& page : client.replaying->pages.all) {
    if (page.filter == filter) page.filter.clear();
  }
}

void replay_later(Client& client, Replay replay) {
  forget_replay(client, replay.filter);
  client.replays().waiting.push_back(std::move(replay));
  if (!std::exchange(client.replays().is_running, true)) client.tasks.spawn("mqtt-retained", replay_all(&client));
}

}  // namespace wharf::mqtt
