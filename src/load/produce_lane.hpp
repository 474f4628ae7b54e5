#pragma once
// One connection that sends prepared frames: a task that writes, a task that reads the answers.
#include <deque>
#include <memory>
#include <vector>

#include "client/connection.hpp"
#include "load/produce_load.hpp"
#include "runtime/signal.hpp"

namespace wharf::load {

class ProduceLane {
 public:
  /// Batches go to `partitions` of the topic in turn, beginning with the one at `first`. With a rate, the lane's
  /// requests are due at `offset`, `offset + interval`, ... after the start.
  ProduceLane(ProduceState* state, runtime::Shard* shard, std::unique_ptr<client::Connection> connection);

  Result<void> prepare(const client::Topic& topic, const std::vector<client::Partition>& partitions, std::size_t first);
  void pace(Nanoseconds offset, Nanoseconds interval);
  runtime::Task<void> send_all();
  runtime::Task<void> receive_all();
  void wake();

 private:
  struct Frame {
    SharedBytes before, batch, after;
    std::size_t batch_bytes = 0;
  };
  struct Pending {
    MonotonicTime due;
    std::size_t batch_bytes = 0;
  };

  std::size_t sendable() const;
  bool more_to_claim() const;
  Result<void> refused(const Error& error);
  runtime::Task<void> send(std::size_t count);
  runtime::Task<void> await_all_taken();
  Result<void> answered(const kafka::Frame& frame);
  void count(const Pending& sent);
  void count_unanswered(std::size_t batch_bytes);
  void fail_all(Error error);

  ProduceState& state_;
  runtime::Shard& shard_;
  std::unique_ptr<client::Connection> connection_;
  std::int16_t version_ = 0;
  std::vector<Frame> frames_;
  std::size_t next_frame_ = 0;
  std::deque<Pending> pending_;
  std::optional<Nanoseconds> interval_;
  Nanoseconds next_due_{0};  // since the start
  bool all_sent_ = false;
  std::optional<MonotonicTime> refused_since_;  // no batch was taken since
  MonotonicTime hold_until_;                    // after a refusal: a broker that is not ready is not hammered
  runtime::Signal can_send_;
  runtime::Signal can_receive_;
};

}  // namespace wharf::load
