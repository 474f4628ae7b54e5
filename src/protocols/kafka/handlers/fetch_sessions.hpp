#pragma once
// Incremental fetch sessions (KIP-227): the broker remembers which partitions a consumer reads, so that the consumer
// sends changes only and hears of partitions with something to say only. One cache per shard; a client that comes back
// by another shard is told FETCH_SESSION_ID_NOT_FOUND, and begins anew. No I/O.
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/time.hpp"
#include "protocols/kafka/api/fetch.hpp"

namespace wharf::kafka {

/// How a partition is named in a fetch: by name before version 13, by id from there on. The other is empty.
struct FetchPlace {
  std::string topic;
  TopicId topic_id;
  std::int32_t partition = 0;
  friend auto operator<=>(const FetchPlace&, const FetchPlace&) = default;
};

struct FetchSession {
  /// What the client asks of a partition, and what it was told last.
  struct Entry {
    FetchRequest::Partition asked;
    Offset high_watermark{-1};
    Offset log_start{-1};
  };
  std::int32_t id = 0;
  std::int32_t next_epoch = 1;
  bool by_id = false;
  MonotonicTime next_note;  // of who reads: see fetch.cpp
  MonotonicTime used;
  /// In the order of the answer; a partition that had data goes to the back, so that none starves.
  std::list<FetchPlace> order;
  std::map<FetchPlace, std::pair<Entry, std::list<FetchPlace>::iterator>> partitions;

  void put(const FetchPlace& place, const FetchRequest::Partition& asked);
  void forget(const FetchPlace& place);
  void move_to_back(const FetchPlace& place);
  /// In an incremental answer only partitions with records, an error, a history that parts from the reader's, or marks
  /// that moved since they were told last.
  bool says_something(const FetchPlace& place, const FetchResponse::Partition& answer);
};

/// What a fetch is about: either a session (incremental, or new), or the request alone.
struct FetchScope {
  KafkaError error = KafkaError::kNone;
  std::shared_ptr<FetchSession> session;  // nullptr: none
  bool incremental = false;               // leave out what has nothing to say
};

class FetchSessions {
 public:
  /// `slots`: max.incremental.fetch.session.cache.slots, this shard's share. 0: never a session.
  explicit FetchSessions(std::size_t slots) : slots_(slots) {}

  /// Applies what the request says of sessions. `new_id`: random, positive, for a session that is begun. Where all
  /// slots are in use none is begun: one that was used within the last two minutes is not taken from its client, or
  /// those that are one too many would take each other's for ever.
  FetchScope enter(const FetchRequest& request, std::int16_t version, std::int32_t new_id, MonotonicTime now);
  std::size_t size() const { return by_id_.size(); }

 private:
  FetchScope begin(const FetchRequest& request, bool by_id, std::int32_t new_id, MonotonicTime now);
  FetchScope go_on(const FetchRequest& request, bool by_id, MonotonicTime now);
  void remove(std::int32_t id);
  void touch(FetchSession& session, MonotonicTime now);
  bool make_room(MonotonicTime now);

  std::size_t slots_;
  std::list<std::int32_t> by_use_;  // the longest unused first
  std::unordered_map<std::int32_t, std::pair<std::shared_ptr<FetchSession>, std::list<std::int32_t>::iterator>> by_id_;
};

}  // namespace wharf::kafka
