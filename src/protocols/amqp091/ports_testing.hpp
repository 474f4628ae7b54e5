#pragma once
// The ports behind the door, in memory and on one shard: namespaces with a real routing table, queues that keep order,
// prefetch and what each consumer holds. Log topics are in logs_testing.hpp.
#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/message.hpp"
#include "protocols/amqp091/handlers/door.hpp"
#include "routing/core/refusals.hpp"
#include "runtime/signal.hpp"

namespace wharf::amqp091 {

class QueuesInMemory final : public broker::Queues {
 public:
  using Settlements = std::vector<queue::Settlement>;
  std::optional<Error> refusal;  // of every enqueue
  int times_used = 0;
  bool hold_answers = false;                // of every enqueue and release, until let_go()
  bool hold_gets = false;                   // until who asks is released
  std::vector<std::size_t> enqueued_parts;  // of each call
  std::vector<Settlements> settled;         // each call's
  std::vector<queue::ConsumerOptions> subscribed;
  std::vector<queue::ConsumerId> released;
  int share_calls = 0;

  void let_go() {
    hold_answers = false;
    for (auto& waiting : waiting_) waiting->notify();
  }
  void add(broker::QueueRef ref) { queues_[ref]; }
  std::uint64_t remove(broker::QueueRef ref, runtime::Shard& here) {
    std::uint64_t messages = queues_[ref].ready.size();
    for (auto& [id, consumer] : queues_[ref].consumers) {
      if (consumer.sink) here.post([sink = consumer.sink, id] { sink->ended(id, queue::EndReason::kQueueDeleted); });
    }
    queues_.erase(ref);
    return messages;
  }
  /// In their order.
  std::vector<broker::Delivery> ready_in(broker::QueueRef ref) {
    std::vector<broker::Delivery> ready;
    for (const auto& [id, message] : queues_[ref].ready) ready.push_back(message);
    return ready;
  }
  broker::QueueCounts counts_of(broker::QueueRef ref) {
    Queue& queue = queues_[ref];
    broker::QueueCounts counts{.ready = queue.ready.size()};
    for (auto& [id, consumer] : queue.consumers) {
      counts.unsettled += consumer.held.size();
      counts.consumers += consumer.sink && !consumer.stopped ? 1 : 0;
    }
    return counts;
  }

  runtime::Task<std::vector<Result<void>>> enqueue(runtime::Shard& here,
                                                   std::vector<broker::EnqueuePart> parts) override {
    enqueued_parts.push_back(parts.size());
    std::vector<Result<void>> outcomes;
    for (broker::EnqueuePart& part : parts) {
      if (refusal) {
        outcomes.push_back(fail(*refusal));
      } else if (!queues_.contains(part.queue)) {
        outcomes.push_back(fail(ErrorCode::kNotFound, "the queue is gone"));
      } else {
        append(queues_[part.queue], std::move(part.messages));
        outcomes.emplace_back();
        hand_out(here, queues_[part.queue]);
      }
    }
    co_await until_let_go(here);
    co_return outcomes;
  }

  queue::ConsumerId new_consumer_id(runtime::Shard&) override { return queue::ConsumerId(++last_consumer_); }
  runtime::Task<Result<void>> subscribe(runtime::Shard& here, broker::QueueRef ref, queue::ConsumerId id,
                                        broker::ConsumerRequest request,
                                        std::shared_ptr<broker::ConsumerSink> sink) override {
    if (!queues_.contains(ref)) co_return fail(ErrorCode::kNotFound, "gone");
    Queue& queue = queues_[ref];
    for (auto& [other_id, other] : queue.consumers) {
      if (other.sink && (other.request.options.exclusive || request.options.exclusive))
        co_return fail(ErrorCode::kLocked, "exclusive");
    }
    subscribed.push_back(request.options);
    queue.consumers[id] = {.request = request, .sink = std::move(sink)};
    hand_out(here, queue);
    co_return Result<void>();
  }
  void wrote(runtime::Shard&, broker::QueueRef, queue::ConsumerId, std::uint64_t) override {}
  void change_share(runtime::Shard& here, broker::QueueRef ref, queue::ConsumerId id, std::int64_t more) override {
    if (!queues_.contains(ref)) return;
    ++share_calls;
    Consumer& consumer = queues_[ref].consumers.at(id);
    consumer.request.options.share += more;
    consumer.asked = false;
    hand_out(here, queues_[ref]);
  }
  void take_share(runtime::Shard& here, broker::QueueRef ref, queue::ConsumerId id, bool all) override {
    if (!queues_.contains(ref)) return;
    ++share_calls;
    Consumer& consumer = queues_[ref].consumers.at(id);
    const std::int64_t unused = consumer.request.options.share - static_cast<std::int64_t>(consumer.held.size());
    const std::int64_t taken = all ? unused : (unused + 1) / 2;
    here.post([sink = consumer.sink, id, taken] { sink->returned(id, static_cast<std::uint64_t>(taken)); });
    change_share(here, ref, id, -taken);
  }
  void settle(runtime::Shard& here, broker::QueueRef ref, queue::ConsumerId id, Settlements settlements) override {
    if (!queues_.contains(ref)) return;
    Queue& queue = queues_[ref];
    for (const queue::Settlement& one : settlements) {
      for (queue::MessageId at = one.first; at.offset <= one.last; at.offset = at.offset.plus(1)) {
        auto& held = queue.consumers[id].held;
        auto found = held.find(at);
        if (found == held.end()) continue;
        if (one.verdict == queue::Verdict::kReturn || one.verdict == queue::Verdict::kGiveBack) {
          put_back(queue, std::move(found->second), one.verdict == queue::Verdict::kReturn);
        }
        held.erase(found);
      }
    }
    settled.push_back(std::move(settlements));
    hand_out(here, queue);
  }
  runtime::Task<Result<void>> settle_durably(runtime::Shard& here, broker::QueueRef ref, queue::ConsumerId id,
                                             Settlements settlements) override {
    settle(here, ref, id, std::move(settlements));
    co_return Result<void>();
  }
  runtime::Task<void> stop(runtime::Shard&, broker::QueueRef ref, queue::ConsumerId id) override {
    if (queues_.contains(ref)) queues_[ref].consumers[id].stopped = true;
    co_return;
  }
  using Queues::release;
  runtime::Task<void> release(runtime::Shard& here, broker::QueueRef ref, std::vector<queue::Leaver> leaving) override {
    for (const queue::Leaver& one : leaving) {
      released.push_back(one.consumer);
      auto waiting = waiting_gets_.find(one.consumer);
      if (waiting != waiting_gets_.end()) waiting->second->notify();
    }
    co_await until_let_go(here);
    if (!queues_.contains(ref)) co_return;
    Queue& queue = queues_[ref];
    for (const queue::Leaver& one : leaving) {
      for (auto& [message_id, message] : queue.consumers[one.consumer].held) {
        bool was_sent = std::ranges::find(one.unsent, message_id) == one.unsent.end();
        put_back(queue, std::move(message), was_sent);
      }
      queue.consumers.erase(one.consumer);
    }
    hand_out(here, queue);
  }
  runtime::Task<Result<std::optional<broker::Got>>> get(runtime::Shard& here, broker::QueueRef ref,
                                                        queue::ConsumerId holder, bool settles) override {
    if (hold_gets) {
      runtime::Signal* released_now =
          waiting_gets_.emplace(holder, std::make_unique<runtime::Signal>(here)).first->second.get();
      co_await released_now->wait();
      co_return fail(ErrorCode::kClosed, "its consumer has gone");
    }
    if (!queues_.contains(ref)) co_return fail(ErrorCode::kNotFound, "gone");
    Queue& queue = queues_[ref];
    if (queue.ready.empty()) co_return std::optional<broker::Got>();
    broker::Got got{queue.ready.begin()->second, queue.ready.size() - 1};
    queue.ready.erase(queue.ready.begin());
    if (!settles) queue.consumers[holder].held.emplace(got.delivery.id, got.delivery);
    co_return std::optional(got);
  }
  void used(runtime::Shard&, broker::QueueRef) override { ++times_used; }
  runtime::Task<Result<void>> until_kept(runtime::Shard&, broker::QueueRef, queue::MessageId) override {
    co_return Result<void>();
  }
  runtime::Task<Result<void>> hold(runtime::Shard&, broker::QueueRef, queue::ConsumerId, queue::MessageId,
                                   std::uint32_t) override {
    co_return fail(ErrorCode::kUnavailable, "not in memory");
  }
  using Queues::purge;
  runtime::Task<Result<std::uint64_t>> purge(runtime::Shard&, broker::QueueRef ref, std::uint64_t) override {
    co_return std::exchange(queues_[ref].ready, {}).size();
  }
  /// AMQP has no word for it.
  runtime::Task<Result<std::uint64_t>> purge_selected(runtime::Shard&, broker::QueueRef,
                                                      broker::SelectivePurge) override {
    co_return fail(ErrorCode::kUnavailable, "not in memory");
  }
  runtime::Task<std::vector<broker::QueueCounts>> counts_of(runtime::Shard&,
                                                            std::vector<broker::QueueRef> refs) override {
    std::vector<broker::QueueCounts> counts;
    for (const broker::QueueRef& ref : refs)
      counts.push_back(queues_.contains(ref) ? counts_of(ref) : broker::QueueCounts{});
    co_return counts;
  }
  /// AMQP has no word for it, nor for hold().
  runtime::Task<Result<broker::Browsed>> browse(runtime::Shard&, broker::QueueRef, broker::BrowseRequest) override {
    co_return fail(ErrorCode::kUnavailable, "not in memory");
  }
  runtime::Task<Result<queue::QueueReport>> report(runtime::Shard&, broker::QueueRef) override {
    co_return queue::QueueReport();
  }
  runtime::Task<Result<broker::QueueCounts>> counts(runtime::Shard&, broker::QueueRef ref) override {
    co_return counts_of(ref);
  }

 private:
  struct Consumer {
    broker::ConsumerRequest request;
    std::shared_ptr<broker::ConsumerSink> sink;  // none: it gets
    std::map<queue::MessageId, broker::Delivery> held;
    bool stopped = false;
    bool asked = false;  // for a larger share

    bool fits_share() const { return static_cast<std::int64_t>(held.size()) < request.options.share; }
    bool would_have_room() const {
      return sink && !stopped && (request.options.prefetch == 0 || held.size() < request.options.prefetch);
    }
  };
  struct Queue {
    std::map<queue::MessageId, broker::Delivery> ready;
    std::map<queue::ConsumerId, Consumer> consumers;
    Offset next{0};
  };

  runtime::Task<void> until_let_go(runtime::Shard& here) {
    if (!hold_answers) co_return;
    runtime::Signal* turn = waiting_.emplace_back(std::make_unique<runtime::Signal>(here)).get();
    co_await turn->wait();
  }
  static void append(Queue& queue, queue::Incoming messages) {
    Result<BatchView> batch = read_batch(messages.batch.bytes);
    WHARF_ASSERT(batch);
    RecordReader reader(batch->header, batch->records());
    for (Record record; *reader.next(record);) {
      queue::MessageId id{messages.level, queue.next};
      queue.next = queue.next.plus(1);
      queue.ready[id] = {.id = id, .owner = messages.batch.owner, .record = record};
    }
  }
  static void put_back(Queue& queue, broker::Delivery message, bool counts) {
    if (counts) ++message.earlier_tries, message.redelivered = true;
    queue.ready[message.id] = std::move(message);
  }
  static void hand_out(runtime::Shard& here, Queue& queue) {
    for (auto& [id, consumer] : queue.consumers) {
      std::vector<broker::Delivery> deliveries;
      while (consumer.would_have_room() && consumer.fits_share() && !queue.ready.empty()) {
        deliveries.push_back(queue.ready.begin()->second);
        if (!consumer.request.options.settles_itself) consumer.held.emplace(deliveries.back().id, deliveries.back());
        queue.ready.erase(queue.ready.begin());
      }
      if (!deliveries.empty()) {
        here.post([sink = consumer.sink, id, deliveries = std::move(deliveries)]() mutable {
          sink->deliver(id, std::move(deliveries));
        });
      }
      const bool is_short = consumer.would_have_room() && !consumer.fits_share() && !queue.ready.empty();
      if (is_short && !std::exchange(consumer.asked, true)) here.post([sink = consumer.sink, id] { sink->wants(id); });
    }
  }

  std::map<broker::QueueRef, Queue> queues_;
  std::map<queue::ConsumerId, std::unique_ptr<runtime::Signal>> waiting_gets_;
  std::vector<std::unique_ptr<runtime::Signal>> waiting_;
  std::uint64_t last_consumer_ = 0;
};

class RepliesInMemory final : public broker::Replies {
 public:
  std::vector<std::size_t> sent;  // by each call

  std::size_t open_count() const { return sinks_.size(); }
  std::string open(runtime::Shard&, std::shared_ptr<broker::ReplySink> sink) override {
    std::string address = fmt::format("0-{}.secret", ++last_);
    sinks_.emplace(address, std::move(sink));
    return address;
  }
  void close(runtime::Shard&, std::string_view address) override { sinks_.erase(std::string(address)); }
  void send(runtime::Shard& here, std::vector<broker::Reply> replies) override {
    sent.push_back(replies.size());
    std::map<std::string, std::vector<queue::Delivery>> by_address;
    for (broker::Reply& reply : replies) by_address[reply.address].push_back(std::move(reply.message));
    for (auto& [address, messages] : by_address) {
      auto known = sinks_.find(address);
      if (known == sinks_.end()) continue;
      here.post([sink = known->second, batch = std::move(messages)] { sink->replied(batch); });
    }
  }
  runtime::Task<bool> is_open(runtime::Shard&, std::string address) override { co_return sinks_.contains(address); }

 private:
  std::map<std::string, std::shared_ptr<broker::ReplySink>> sinks_;
  int last_ = 0;
};

class HistoriesInMemory final : public broker::Histories {
 public:
  std::vector<std::vector<broker::HistoryEntry>> remembered;  // by each call
  void remember(runtime::Shard&, std::vector<broker::HistoryEntry> entries) override {
    remembered.push_back(std::move(entries));
  }
};

/// Remembers what is to be decided about, and answers when the test says so.
class DeduplicationInMemory final : public broker::Deduplication {
 public:
  std::vector<std::vector<broker::ToDeduplicate>> asked;  // by each call
  Result<broker::PassedOn> answer = broker::PassedOn::kKept;

  runtime::Task<std::vector<Result<broker::PassedOn>>> pass_on(runtime::Shard&,
                                                               std::vector<broker::ToDeduplicate> messages) override {
    std::vector<Result<broker::PassedOn>> outcomes(messages.size(), answer);
    asked.push_back(std::move(messages));
    co_return outcomes;
  }
};

/// Carries out what it is given.
class TransactionsInMemory final : public broker::Transactions {
 public:
  explicit TransactionsInMemory(broker::OutgoingPorts to) : to_(to) {}
  runtime::Task<std::vector<Result<void>>> commit(runtime::Shard& here, broker::TransactionParts parts) override {
    return broker::carry_out(here, to_, std::move(parts));
  }

 private:
  broker::OutgoingPorts to_;
};

/// One namespace, "/".
class EntitiesInMemory final : public broker::Entities {
 public:
  explicit EntitiesInMemory(QueuesInMemory& queues) : queues_(queues) {}

  std::optional<broker::NamespaceView> find(const runtime::Shard&, std::string_view name) const override {
    if (name != "/") return std::nullopt;
    return broker::NamespaceView{&table_, &by_destination_, default_queue_type_};
  }
  runtime::Task<Result<broker::DeclaredQueue>> declare_queue(runtime::Shard&, std::string vhost,
                                                             broker::QueueDeclaration asked) override {
    auto id = table_.add_destination({routing::DestinationKind::kQueue, asked.name});
    if (by_destination_.size() <= id) by_destination_.resize(id + 1);
    if (by_destination_[id]) co_return broker::DeclaredQueue{by_destination_[id], false};
    TopicId topic;
    topic.bytes.back() = ++last_queue_;
    auto info = std::make_shared<broker::QueueInfo>();
    info->name_space = std::move(vhost);
    info->name = std::move(asked.name);
    info->ref = {topic, ShardIndex(0)};
    info->durable = asked.durable;
    info->auto_delete = asked.auto_delete;
    info->exclusive = asked.exclusive;
    info->type = std::move(asked.type);
    info->arguments = std::move(asked.arguments);
    info->declared = info->settings = asked.settings;
    by_destination_[id] = info;
    queues_.add(info->ref);
    co_return broker::DeclaredQueue{info, true};
  }
  runtime::Task<Result<std::uint64_t>> delete_queue(runtime::Shard& here, std::string, std::string name,
                                                    broker::QueueDeletion how) override {
    auto id = table_.find(routing::DestinationKind::kQueue, name);
    if (!id) co_return std::uint64_t{0};
    broker::QueueCounts counts = queues_.counts_of(by_destination_[*id]->ref);
    std::string queue = routing::resource(routing::DestinationKind::kQueue, name, "/");
    if (how.if_unused && counts.consumers > 0) co_return fail(ErrorCode::kPreconditionFailed, queue + " in use");
    if (how.if_empty && counts.ready > 0) co_return fail(ErrorCode::kPreconditionFailed, queue + " not empty");
    std::uint64_t messages = queues_.remove(by_destination_[*id]->ref, here);
    table_.remove_destination({routing::DestinationKind::kQueue, name});
    by_destination_[*id] = nullptr;
    co_return messages;
  }
  runtime::Task<void> delete_unused(runtime::Shard& here, broker::QueueRef queue) override {
    for (auto& known : by_destination_) {
      if (!known || known->ref != queue || queues_.counts_of(queue).consumers > 0) continue;
      queues_.remove(queue, here);
      table_.remove_destination({routing::DestinationKind::kQueue, known->name});
      known = nullptr;
    }
    co_return;
  }
  runtime::Task<void> delete_exclusive(runtime::Shard& here, broker::ConnectionId owner) override {
    for (auto& queue : by_destination_) {
      if (!queue || queue->exclusive != owner) continue;
      queues_.remove(queue->ref, here);
      table_.remove_destination({routing::DestinationKind::kQueue, queue->name});
      queue = nullptr;
    }
    co_return;
  }
  runtime::Task<Result<bool>> declare_exchange(runtime::Shard&, std::string, routing::Exchange exchange) override {
    co_return table_.declare(std::move(exchange));
  }
  runtime::Task<Result<void>> delete_exchange(runtime::Shard&, std::string, std::string name, bool if_unused) override {
    co_return outcome(table_.delete_exchange(name, if_unused));
  }
  runtime::Task<Result<void>> bind(runtime::Shard&, std::string, routing::Binding binding) override {
    co_return outcome(table_.bind(std::move(binding)));
  }
  runtime::Task<Result<void>> unbind(runtime::Shard&, std::string, routing::Binding binding) override {
    co_return outcome(table_.unbind(std::move(binding)));
  }
  std::vector<std::string> namespaces(const runtime::Shard&) const override { return {"/"}; }
  runtime::Task<Result<void>> create_namespace(runtime::Shard&, std::string) override { co_return Result<void>(); }
  runtime::Task<Result<void>> set_default_queue_type(runtime::Shard&, std::string, std::string type) override {
    default_queue_type_ = std::move(type);
    co_return Result<void>();
  }
  runtime::Task<Result<void>> delete_namespace(runtime::Shard&, std::string) override { co_return Result<void>(); }

  /// A log topic that messages can be routed to.
  void add_topic(std::string name) { table_.add_destination({routing::DestinationKind::kLogTopic, std::move(name)}); }
  void remove_topic(std::string name) {
    table_.remove_destination({routing::DestinationKind::kLogTopic, std::move(name)});
  }
  std::shared_ptr<const broker::QueueInfo> queue(std::string_view name) const {
    return broker::NamespaceView{&table_, &by_destination_}.queue(name);
  }

 private:
  template <class T>
  static Result<void> outcome(Result<T> result) {
    if (!result) return fail(result.error());
    return {};
  }

  QueuesInMemory& queues_;
  routing::RoutingTable table_{"/", 7};
  std::vector<std::shared_ptr<const broker::QueueInfo>> by_destination_;
  std::string default_queue_type_;
  std::uint8_t last_queue_ = 0;
};

/// Remembers what is to wait; nothing ever gets due.
class DelaysInMemory final : public broker::Delays {
 public:
  std::vector<broker::Delayed> waiting;
  std::optional<Error> refusal;  // of every message

  runtime::Task<std::vector<Result<broker::ScheduledId>>> schedule(runtime::Shard&,
                                                                   std::vector<broker::Delayed> messages) override {
    std::vector<Result<broker::ScheduledId>> outcomes;
    for (broker::Delayed& message : messages) {
      outcomes.push_back(broker::ScheduledId{});
      if (refusal) outcomes.back() = fail(*refusal);
      waiting.push_back(std::move(message));
    }
    co_return outcomes;
  }
  runtime::Task<Result<broker::ScheduledPage>> list(runtime::Shard&, broker::ScheduledQuery) override {
    co_return broker::ScheduledPage();
  }
  runtime::Task<Result<void>> cancel(runtime::Shard&, broker::ScheduledId) override { co_return Result<void>(); }
  runtime::Task<Result<void>> hasten(runtime::Shard&, broker::ScheduledId) override { co_return Result<void>(); }
  runtime::Task<std::uint64_t> pending(runtime::Shard&) override { co_return waiting.size(); }
};

/// With guest as a first start makes it. Tests set the rest in `users`.
class AccessInMemory final : public broker::Access {
 public:
  AccessInMemory() {
    for (const security::Definition& one : security::first_definitions({1, 2, 3, 4})) put(one);
  }
  void put(const security::Definition& definition) { EXPECT_TRUE(users.apply(definition)); }
  void put_user(std::string name, std::string_view password) {
    put(security::User{.name = std::move(name), .password_hash = security::hash_password({}, password)});
  }

  const security::AccessTable& table(const runtime::Shard&) const override { return users; }
  Result<security::Principal> sign_in(const runtime::Shard&, std::string_view name, std::string_view password,
                                      const Endpoint&) const override {
    return users.sign_in(name, password, peer);
  }
  std::string hash_password(std::string_view password) override { return security::hash_password({}, password); }
  runtime::Task<Result<void>> put_user(runtime::Shard&, security::User user) override { co_return users.apply(user); }
  runtime::Task<Result<void>> delete_user(runtime::Shard&, std::string name) override {
    for (const security::Definition& one : users.removal_of_user(name)) put(one);
    co_return Result<void>();
  }
  runtime::Task<Result<void>> set_permission(runtime::Shard&, security::Permission permission) override {
    co_return users.apply(permission);
  }
  runtime::Task<Result<void>> set_topic_permission(runtime::Shard&, security::TopicPermission permission) override {
    co_return users.apply(permission);
  }
  runtime::Task<Result<void>> clear_permission(runtime::Shard&, security::PermissionRemoved which) override {
    co_return users.apply(which);
  }
  runtime::Task<Result<void>> clear_topic_permission(runtime::Shard&, security::TopicPermissionRemoved which) override {
    co_return users.apply(which);
  }

  security::AccessTable users;
  security::Peer peer = security::Peer::kLoopback;  // of whoever comes
};

}  // namespace wharf::amqp091
