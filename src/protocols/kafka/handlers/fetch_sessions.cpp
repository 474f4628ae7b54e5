#include "protocols/kafka/handlers/fetch_sessions.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int32_t kNoSession = 0;
constexpr std::int32_t kFinalEpoch = -1;
constexpr std::int32_t kInitialEpoch = 0;
constexpr std::int16_t kFirstVersionWithSessions = 7;
constexpr std::int16_t kFirstVersionWithTopicIds = 13;
/// Kafka's min.incremental.fetch.session.eviction.ms, which is no setting there either.
constexpr Milliseconds kKeptFor{120'000};

FetchPlace place_of(const FetchRequest::Topic& topic, PartitionIndex partition, bool by_id) {
  if (by_id) return {{}, topic.topic_id, partition.value};
  return {topic.topic, {}, partition.value};
}

void take_topics(FetchSession& session, const FetchRequest& request) {
  for (const FetchRequest::Topic& topic : request.topics) {
    for (const FetchRequest::Partition& partition : topic.partitions) {
      session.put(place_of(topic, partition.partition, session.by_id), partition);
    }
  }
}

}  // namespace

void FetchSession::put(const FetchPlace& place, const FetchRequest::Partition& asked) {
  auto found = partitions.find(place);
  if (found != partitions.end()) {
    found->second.first.asked = asked;
    return;
  }
  auto at = order.insert(order.end(), place);
  partitions.emplace(place, std::pair(Entry{.asked = asked}, at));
}

void FetchSession::forget(const FetchPlace& place) {
  auto found = partitions.find(place);
  if (found == partitions.end()) return;
  order.erase(found->second.second);
  partitions.erase(found);
}

void FetchSession::move_to_back(const FetchPlace& place) {
  auto found = partitions.find(place);
  if (found != partitions.end()) order.splice(order.end(), order, found->second.second);
}

bool FetchSession::says_something(const FetchPlace& place, const FetchResponse::Partition& answer) {
  auto found = partitions.find(place);
  if (found == partitions.end()) return false;
  Entry& told = found->second.first;
  bool moved = told.high_watermark != answer.high_watermark || told.log_start != answer.log_start_offset;
  bool failed = answer.error_code != KafkaError::kNone;
  bool parts = answer.diverging_epoch != FetchResponse::EpochEndOffset{};
  // After an error the reader is told the marks anew, though they be the same.
  told.high_watermark = failed ? Offset(-1) : answer.high_watermark;
  told.log_start = answer.log_start_offset;
  return moved || failed || parts || (answer.records && answer.records->size() > 0);
}

FetchScope FetchSessions::enter(const FetchRequest& request, std::int16_t version, std::int32_t new_id,
                                MonotonicTime now) {
  bool by_id = version >= kFirstVersionWithTopicIds;
  if (version < kFirstVersionWithSessions) return {};
  if (request.session_epoch == kFinalEpoch) {
    remove(request.session_id);
    return {};
  }
  if (request.session_epoch == kInitialEpoch) {
    remove(request.session_id);
    return begin(request, by_id, new_id, now);
  }
  return go_on(request, by_id, now);
}

FetchScope FetchSessions::begin(const FetchRequest& request, bool by_id, std::int32_t new_id, MonotonicTime now) {
  if (new_id == kNoSession || by_id_.contains(new_id) || !make_room(now)) return {};
  auto session = std::make_shared<FetchSession>();
  session->id = new_id;
  session->by_id = by_id;
  session->used = now;
  take_topics(*session, request);
  by_id_.emplace(new_id, std::pair(session, by_use_.insert(by_use_.end(), new_id)));
  return {.session = std::move(session)};
}

FetchScope FetchSessions::go_on(const FetchRequest& request, bool by_id, MonotonicTime now) {
  auto found = by_id_.find(request.session_id);
  if (found == by_id_.end()) return {.error = KafkaError::kFetchSessionIdNotFound};
  std::shared_ptr<FetchSession> session = found->second.first;
  if (session->next_epoch != request.session_epoch) return {.error = KafkaError::kInvalidFetchSessionEpoch};
  if (session->by_id != by_id) return {.error = KafkaError::kFetchSessionTopicIdError};
  touch(*session, now);
  // Epochs wrap past 0, which begins a session.
  session->next_epoch = session->next_epoch == INT32_MAX ? 1 : session->next_epoch + 1;
  take_topics(*session, request);
  for (const FetchRequest::ForgottenTopic& topic : request.forgotten_topics_data) {
    for (PartitionIndex partition : topic.partitions) {
      session->forget(by_id ? FetchPlace{{}, topic.topic_id, partition.value}
                            : FetchPlace{topic.topic, {}, partition.value});
    }
  }
  return {.session = std::move(session), .incremental = true};
}

void FetchSessions::remove(std::int32_t id) {
  auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  by_use_.erase(found->second.second);
  by_id_.erase(found);
}

bool FetchSessions::make_room(MonotonicTime now) {
  if (by_id_.size() < slots_) return true;
  if (by_use_.empty()) return false;
  const FetchSession& longest_unused = *by_id_.at(by_use_.front()).first;
  if (now - longest_unused.used < kKeptFor) return false;
  remove(longest_unused.id);
  return true;
}

void FetchSessions::touch(FetchSession& session, MonotonicTime now) {
  session.used = now;
  auto found = by_id_.find(session.id);
  if (found != by_id_.end()) by_use_.splice(by_use_.end(), by_use_, found->second.second);
}

}  // namespace wharf::kafka
