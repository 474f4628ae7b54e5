// PUBLISH from the client, and its will: routed at once, gathered per destination, answered when it is kept.
#include <algorithm>

#include <fmt/format.h>

#include "broker/publish_counts.hpp"
#include "broker/routed_message.hpp"
#include "model/encoded_table.hpp"
#include "protocols/mqtt/handlers/deliveries.hpp"
#include "protocols/mqtt/handlers/dispatch.hpp"
#include "protocols/mqtt/session/addresses.hpp"
#include "queue/core/due.hpp"

namespace wharf::mqtt {
namespace {

using security::Resource;
using security::Verb;

/// Destinations of a message, but for what the publisher does not want to hear of itself.
struct Route {
  routing::Routes routes;
  std::vector<routing::DestinationId> without_own;
};

void leave_out_own(const Client& client, const broker::NamespaceView& view, std::string_view topic, Route& route) {
  if (!client.subscriptions.any_no_local()) return;
  for (Lane lane : {Lane::kConnection, Lane::kSession}) {
    auto match = client.subscriptions.match(topic, lane);
    if (!match || !match->only_no_local) continue;
    std::string own =
        lane == Lane::kConnection ? queue_of_connection(client.client_id) : queue_of_session(client.client_id);
    auto id = view.routes->find(routing::DestinationKind::kQueue, own);
    if (!id || std::ranges::find(route.routes.destinations, *id) == route.routes.destinations.end()) continue;
    std::vector<routing::DestinationId> others;  // `destinations` may be a view of `without_own` already
    std::ranges::remove_copy(route.routes.destinations, std::back_inserter(others), *id);
    route.without_own = std::move(others);
    route.routes.destinations = route.without_own;
  }
}

/// Headers are looked at by exchanges of that kind only, which amq.topic may be bound to.
std::optional<PropertyTable> headers_of(const MessageView& message) {
  if (!message.properties) return std::nullopt;
  auto table = decode_property_table(*message.properties);
  return table ? std::optional(std::move(*table)) : std::nullopt;
}

/// How many places it goes to.
Outcome<std::uint32_t> route(Client& client, const CanonicalMessage& message, std::string_view topic,
                             std::optional<ToAnswer> answer) {
  auto view = client.door.entities.find(client.shard, client.name_space());
  if (!view) return refuse(ReasonCode::kServerUnavailable, "the virtual host is gone");
  Result<routing::DestinationId> exchange = view->routes->publish_target(kTopicExchange);
  if (!exchange) return refuse(ReasonCode::kServerUnavailable, exchange.error().message);
  std::optional<PropertyTable> headers = headers_of(message.view());
  auto seen = broker::for_routing(message.view(), {}, headers ? &*headers : nullptr);
  Route found{client.publishes().router.route(*view->routes, *exchange, seen, client.dice.roll()), {}};
  leave_out_own(client, *view, topic, found);
  if (answer) answer->goes_unnumbered = !found.routes.held_back.empty();
  broker::count_publish(client.door.traffic.seconds, *view->routes->exchange(*exchange), found.routes,
                        *client.vhost_counters);
  return client.publishes().turn.add(*view, found.routes,
                                     {.name_space = client.name_space(),
                                      .extra_keys = {},
                                      .message = message.view(),
                                      .persistent = broker::is_persistent(message.view()),
                                      .sent_as = answer ? answer->number : std::nullopt,
                                      .again = answer && answer->is_noted},
                                     client.shard.clock().wall_now(), answer);
}

Outcome<void> may_publish(Client& client, std::string_view topic) {
  auto allowed = client.may(Verb::kWrite, Resource::exchange(kTopicExchange));
  if (allowed)
    allowed = client.may(Verb::kWrite, Resource::topic_key(kTopicExchange, swap_separators(std::string(topic))));
  if (!allowed) return refuse(ReasonCode::kNotAuthorized, allowed.error().message);
  return {};
}

/// Before MQTT 5 a publish cannot be refused: who made it must not take it for kept.
void refuse_publish(Client& client, const Publish& publish, ProtocolError error) {
  if (!client.is_v5() || publish.qos == 0) return client.end(std::move(error));
  if (publish.qos == 1) return client.write(client.answer<PubAck>(publish.packet_id, error));
  client.write(client.answer<PubRec>(publish.packet_id, error));
}

const Received* received_before(Client& client, const Publish& publish) {
  if (publish.qos != 2) return nullptr;
  auto known = client.publishes().received.find(publish.packet_id);
  return known == client.publishes().received.end() ? nullptr : &known->second;
}

/// A publish that is under way, or was kept already.
bool is_repeated(Client& client, const Publish& publish, const Received* before) {
  if (before == nullptr || before->state == Received::State::kNoted) return false;
  if (before->state != Received::State::kUnderWay) client.write(PubRec{.packet_id = publish.packet_id});
  return true;
}

/// The number that it was noted under, where it comes again as it was.
void give_number(Client& client, const Publish& publish, const Received* before, ToAnswer& answer) {
  PublishNumbers& numbers = client.publishes().numbers;
  if (before != nullptr && publish.dup) answer.number = numbers.again(*before->number);
  answer.is_noted = answer.number.has_value();
  if (!answer.is_noted) answer.number = numbers.next(client.dice.roll());
}

std::optional<ToAnswer> open_answer(Client& client, const Publish& publish, const Received* before) {
  if (publish.qos == 0) return std::nullopt;
  PublishAnswers& answers = publish.qos == 1 ? client.publishes().qos1 : client.publishes().qos2;
  ToAnswer answer{publish.qos, publish.packet_id, answers.open(publish.packet_id)};
  if (publish.qos == 1) return answer;
  if (client.keeps_session()) give_number(client, publish, before, answer);
  client.publishes().received.insert_or_assign(publish.packet_id, Received());
  return answer;
}

Outcome<void> take(Client& client, Publish publish) {
  auto topic = client.publishes().aliases.resolve(publish.topic, publish.properties.topic_alias,
                                                  client.door.limits.topic_alias_maximum);
  if (!topic) return refuse(topic.error());
  if (!publish.properties.subscription_ids.empty())
    return refuse(ReasonCode::kProtocolError, "PUBLISH: a subscription identifier from a client");
  const Received* before = received_before(client, publish);
  if (is_repeated(client, publish, before)) return {};
  bool too_many =
      publish.qos > 0 && before == nullptr &&
      client.publishes().qos1.size() + client.publishes().received.size() >= client.door.limits.receive_maximum;
  if (too_many && client.is_v5())
    return refuse(ReasonCode::kReceiveMaximumExceeded, "PUBLISH: more messages under way than the receive maximum");
  CanonicalMessage message;
  auto taken = message.take({*topic, publish.qos, publish.retain, publish.properties, publish.payload});
  if (!taken && (taken.error().code == ReasonCode::kTopicNameInvalid)) return taken;
  if (taken) taken = may_publish(client, *topic);
  if (!taken) return refuse_publish(client, publish, taken.error()), Outcome<void>();
  auto places = route(client, message, *topic, open_answer(client, publish, before));
  if (!places) return refuse(places.error());
  return {};
}

ReasonCode reason_of(const Error& error) {
  if (error.code == ErrorCode::kFull || error.code == ErrorCode::kDiskFull) return ReasonCode::kQuotaExceeded;
  if (error.code == ErrorCode::kTooLarge) return ReasonCode::kPacketTooLarge;
  return ReasonCode::kUnspecifiedError;
}

void tell_of_loss(Client& client, const Error& error) {
  if (std::exchange(client.told_of_lost_publish, true)) return;
  client.door.logger.warn("could not keep messages of a publisher",
                          {{"listener", "mqtt"}, {"from", client.remote.text()}, {"reason", error.message}});
}

/// What became of each publish that waits for an answer.
std::vector<ReasonCode> reasons_of(Client& client, const GatheredPublishes& gathered,
                                   const std::vector<Result<void>>& outcomes) {
  std::vector<ReasonCode> reasons(gathered.to_answer.size(), ReasonCode::kSuccess);
  std::vector<bool> found(gathered.to_answer.size(), false);
  for (std::size_t part = 0; part < outcomes.size(); ++part) {
    bool kept = broker::is_kept(outcomes[part]);
    if (!kept) tell_of_loss(client, outcomes[part].error());
    for (std::size_t number : gathered.outgoing.messages[part]) {
      found[number] = true;
      if (!kept) reasons[number] = reason_of(outcomes[part].error());
    }
  }
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (!found[i]) reasons[i] = ReasonCode::kNoMatchingSubscribers;
  }
  return reasons;
}

std::string received_key(const ToAnswer& answer) {
  return fmt::format("{}{}", kReceivedItem, answer.packet_id);
}

bool is_numbered(const ToAnswer& answer) {
  return answer.number.has_value();
}

bool must_be_noted(const ToAnswer& answer) {
  return is_numbered(answer) && !answer.is_noted;
}

/// That they are under way, and as what, before they go anywhere. What the client sent behind them waits too: its
/// messages stay in order.
runtime::Task<Result<void>> note_numbers(Client* client, const std::vector<ToAnswer>* answers) {
  std::vector<broker::SessionItem> items;
  for (const ToAnswer& answer : *answers) {
    if (must_be_noted(answer)) items.push_back({received_key(answer), encode_number(*answer.number)});
  }
  Publishing& publishes = client->publishes();
  if (!publishes.order) publishes.order = std::make_unique<runtime::Turns>(client->shard);
  runtime::Turns::Turn turn = co_await publishes.order->take();
  if (items.empty()) co_return Result<void>();
  if (auto limit = client->publishes().numbers.take_limit())
    items.push_back({std::string(kNumbersItem), std::move(*limit)});
  Result<void> kept = co_await client->keep(std::move(items));
  auto must_not_go = [client](const ToAnswer& answer) {
    return must_be_noted(answer) && !client->publishes().numbers.is_current(*answer.number);
  };
  if (kept && std::ranges::any_of(*answers, must_not_go))
    kept = fail(ErrorCode::kUnavailable, "one before it could not be kept");
  if (!kept) client->publishes().numbers.begin_anew();
  co_return kept;
}

/// What has become of them, before the client hears it. One that was refused is forgotten: what comes under its
/// identifier is another message.
runtime::Task<Result<void>> note_outcomes(Client* client, const std::vector<ToAnswer>* answers,
                                          const std::vector<ReasonCode>* reasons) {
  std::vector<broker::SessionItem> items;
  for (std::size_t i = 0; i < answers->size(); ++i) {
    const ToAnswer& answer = (*answers)[i];
    if (!answer.number) continue;
    if (is_failure((*reasons)[i])) {
      items.push_back({received_key(answer), std::nullopt});
      client->publishes().numbers.begin_anew();
    } else if (answer.goes_unnumbered) {
      items.push_back({received_key(answer), std::string()});
    }
  }
  return client->keep(std::move(items));
}

template <class Packet>
void say(Client& client, const PublishAnswered& answered) {
  if (is_failure(answered.reason) && !client.is_v5())
    return client.end({answered.reason, "a message could not be kept"});
  ReasonCode reason = client.is_v5() ? answered.reason : ReasonCode::kSuccess;
  client.write(Packet{.packet_id = answered.packet_id, .reason = reason});
}

void resolve(Client& client, const std::vector<ToAnswer>& answers, const std::vector<ReasonCode>& reasons, int qos) {
  PublishAnswers& waiting = qos == 1 ? client.publishes().qos1 : client.publishes().qos2;
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (answers[i].qos == qos) waiting.resolve(answers[i].ticket, reasons[i]);
  }
  flush_answers(client);
}

}  // namespace

void take_publish(Client& client, const RawPacket& packet) {
  Outcome<Publish> publish = read_packet<Publish>(packet, client.version);
  if (!publish) return client.end(publish.error());
  client.hold.published();
  if (auto taken = take(client, std::move(*publish)); !taken) client.end(taken.error());
}

namespace {

/// Of a topic that has none, where no more may have one. What is wrong with the packet is found later.
runtime::Task<bool> is_one_too_many(Client* client, const Publish* publish) {
  if (client->door.retained.has_room() || publish->payload.empty()) co_return false;
  auto topic = client->publishes().aliases.resolve(publish->topic, publish->properties.topic_alias,
                                                   client->door.limits.topic_alias_maximum);
  if (!topic) co_return false;
  bool replaces =
      co_await client->door.retained.has(client->shard, client->name_space(), swap_separators(std::string(*topic)));
  co_return !replaces;
}

}  // namespace

runtime::Task<void> take_retained_publish(Client* client, const RawPacket* packet) {
  if (!client->door.retained.is_open(client->shard)) {
    Result<void> opened = co_await client->door.retained.open(client->shard);
    if (!opened) co_return client->end({ReasonCode::kUnspecifiedError, opened.error().message});
  }
  Outcome<Publish> publish = read_packet<Publish>(*packet, client->version);
  bool is_too_many = false;
  if (publish) is_too_many = co_await is_one_too_many(client, &*publish);
  if (is_too_many) {
    ProtocolError refusal{ReasonCode::kQuotaExceeded,
                          "as many topics have a retained message as may (mqtt.retained.max)"};
    co_return refuse_publish(*client, *publish, std::move(refusal));
  }
  take_publish(*client, *packet);
}

void flush_answers(Client& client) {
  std::vector<PublishAnswered> said;
  client.publishes().qos1.take(said);
  for (const PublishAnswered& one : said) say<PubAck>(client, one);
  said.clear();
  client.publishes().qos2.take(said);
  for (const PublishAnswered& one : said) {
    if (is_failure(one.reason)) {
      client.publishes().received.erase(one.packet_id);
    } else {
      client.publishes().received.insert_or_assign(one.packet_id, Received{Received::State::kKept});
    }
    say<PubRec>(client, one);
  }
}

runtime::Task<void> hand_on(Client* client, GatheredPublishes gathered) {
  std::vector<ToAnswer>& answers = gathered.to_answer;
  Result<void> noted;
  if (client->publishes().in_line > 0 || std::ranges::any_of(answers, must_be_noted)) {
    ++client->publishes().in_line;
    noted = co_await note_numbers(client, &answers);
    --client->publishes().in_line;
  }
  std::vector<Result<void>> outcomes(gathered.outgoing.messages.size(), noted);
  if (noted)
    outcomes = co_await broker::send(client->shard, client->door.outgoing(), std::move(gathered.outgoing.parts));
  std::vector<ReasonCode> reasons = reasons_of(*client, gathered, outcomes);
  resolve(*client, answers, reasons, 1);
  Result<void> kept = noted;
  if (!noted && noted.error().code == ErrorCode::kDiskFull) kept = {};  // nothing is noted
  if (noted && std::ranges::any_of(answers, is_numbered)) kept = co_await note_outcomes(client, &answers, &reasons);
  if (kept) {
    resolve(*client, answers, reasons, 2);
  } else {
    client->end({reason_of(kept.error()), kept.error().message});  // and all that has no answer comes again
  }
  client->unanswered_bytes -= gathered.bytes;
  client->unanswered_messages -= gathered.messages;
  client->can_read.notify();
}

namespace {

runtime::Task<void> schedule_will(Client* client, const CanonicalMessage* message, std::chrono::seconds delay) {
  const Timestamp now = client->shard.clock().wall_now();
  broker::Delayed later{.envelope = {.due = queue::due_after(now, Milliseconds(delay).count()),
                                     .name_space = client->name_space(),
                                     .exchange = std::string(kTopicExchange),
                                     .extra_keys = {},
                                     .key = {}},
                        .batch = broker::bytes_of(message->view(), now),
                        .persistent = true};
  std::vector<broker::Delayed> all;
  all.push_back(std::move(later));
  auto scheduled = co_await client->door.delays.schedule(client->shard, std::move(all));
  if (!scheduled.front()) co_return tell_of_loss(*client, scheduled.front().error());
  std::vector<broker::SessionItem> items{{std::string(broker::kSessionMessageItem), scheduled.front()->text()}};
  std::ignore = co_await client->keep(std::move(items));
}

}  // namespace

runtime::Task<void> publish_will(Client* client) {
  const std::unique_ptr<KeptWill> kept = std::exchange(client->will, nullptr);
  const Will& will = kept->will();
  CanonicalMessage message;
  auto taken = message.take({will.topic, will.qos, will.retain, will.properties, will.payload});
  if (taken) taken = may_publish(*client, will.topic);
  if (!taken) {
    client->door.logger.warn("could not publish a will",
                             {{"client", client->client_id}, {"reason", taken.error().message}});
    co_return;
  }
  std::chrono::seconds delay(kept->delay_s());
  if (client->expiry) delay = std::min(delay, *client->expiry);
  if (delay.count() > 0 && client->keeps_session()) {
    co_await schedule_will(client, &message, delay);
    co_return;
  }
  auto places = route(*client, message, will.topic, std::nullopt);
  if (!places || client->publishes().turn.empty()) co_return;
  GatheredPublishes gathered = client->publishes().turn.take();
  std::ignore = co_await broker::send(client->shard, client->door.outgoing(), std::move(gathered.outgoing.parts));
}

}  // namespace wharf::mqtt
