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
  StreamConsumer(const Door& door, StreamPlace place, std::uint32_t prefetch, queue::ConsumerId id,
                 std::shared_ptr<broker::ConsumerSink> sink);

  /// Reads in tasks of `tasks` until stop(), that scope's end, or the log's, which the sink is told.
  static void begin(std::shared_ptr<StreamConsumer> self, runtime::TaskScope& tasks);

  /// So many messages are the client's no more.
  void settled(std::uint64_t messages);
  /// So many bytes of its window are out of the way.
  void wrote(std::uint64_t bytes);
  /// No delivery follows.
  void stop();

 private:
  static runtime::Task<void> read_on(std::shared_ptr<StreamConsumer> self, std::stop_token scope_ends);
  static runtime::Task<void> watch_end(std::shared_ptr<StreamConsumer> self);
  bool stopped() const { return stop_.stop_requested(); }
  bool has_room() const;
  runtime::Task<void> hand_out(std::vector<broker::CursorRecord> records);
  void end(const Error& error);

  const Door& door_;
  StreamPlace place_;
  std::uint32_t prefetch_;
  queue::ConsumerId id_;
  std::shared_ptr<broker::ConsumerSink> sink_;
  broker::RecordCursor cursor_;
  std::stop_source stop_;
  runtime::Signal changed_;
  std::uint64_t unsettled_ = 0;
  std::uint64_t unwritten_bytes_ = 0;
};

}  // namespace wharf::amqp091
