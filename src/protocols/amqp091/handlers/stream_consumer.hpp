#pragma once
// A consumer of a stream: reads a log on its own and hands its records to the client's inbox as a queue would, as far
// as there is room. A settlement gives room for another message and does nothing else: everything stays in the log, and
// each consumer sees all of it.
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "broker/queues.hpp"
#include "broker/record_cursor.hpp"
#include "protocols/amqp091/handlers/door.hpp"
#include "protocols/amqp091/session/stream_arguments.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::amqp091 {

/// Where a consumer's start lies in the log as it is now.
struct StreamPlace {
  PartitionId partition;
  Offset read_from;
  Offset first;  // what lies below is passed over: it may be far ahead of the log's end
};
/// kNotFound: the log is gone.
runtime::Task<Result<StreamPlace>> stream_place(const Door* door, PartitionId partition, StreamStart start);

class StreamConsumer {
 public:
  /// As queue::ConsumerOptions has them.
  struct Limits {
    std::uint32_t prefetch = 0;
    std::int64_t share = queue::kWholeShare;
  };
  /// `expected`: about so many messages it will have at a time.
  StreamConsumer(const Door& door, StreamPlace place, Limits limits, std::uint32_t expected, queue::ConsumerId id,
                 std::shared_ptr<broker::ConsumerSink> sink);

  /// Reads in tasks of `tasks` until stop(), that scope's end, or the log's, which the sink is told.
  static void begin(std::shared_ptr<StreamConsumer> self, runtime::TaskScope& tasks);

  /// So many messages are the client's no more.
  void settled(std::uint64_t messages);
  /// So many bytes of its window are out of the way.
  void wrote(std::uint64_t bytes);
  /// Its part of a limit that it shares with others is larger, or smaller.
  void change_share(std::int64_t more);
  /// What it does not use of it, or half of that, is its no more; how much.
  std::uint64_t take_share(bool all);
  /// No delivery follows.
  void stop();

 private:
  static runtime::Task<void> read_on(std::shared_ptr<StreamConsumer> self, std::stop_token scope_ends);
  static runtime::Task<void> watch_end(std::shared_ptr<StreamConsumer> self);
  bool stopped() const { return stop_.stop_requested(); }
  bool fits_share() const { return static_cast<std::int64_t>(unsettled_) < limits_.share; }
  bool would_have_room() const;  // but for its share
  bool has_room() const { return would_have_room() && fits_share(); }
  void ask_for_share();
  runtime::Task<void> hand_out(std::vector<broker::CursorRecord> records);
  void end(const Error& error);

  const Door& door_;
  StreamPlace place_;
  Limits limits_;
  queue::ConsumerId id_;
  std::shared_ptr<broker::ConsumerSink> sink_;
  broker::RecordCursor cursor_;
  std::stop_source stop_;
  runtime::Signal changed_;
  std::uint64_t read_ = 0;  // and waits for room
  bool asked_ = false;      // for a larger share, since it was changed
  std::uint64_t unsettled_ = 0;
  std::uint64_t unwritten_bytes_ = 0;
};

}  // namespace wharf::amqp091
