#pragma once
// One connection of the simulated network: two ends, two directions.
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/stream.hpp"
#include "sim/network_fabric.hpp"

namespace wharf::sim {

/// One way of a connection. What is sent lies on the wire as segments in order, then arrived until it is read.
struct Direction {
  enum class Mark { kBytes, kEnd, kReset };
  struct Segment {
    Mark mark;
    std::vector<std::byte> bytes;
  };

  std::deque<Segment> wire;
  std::size_t stalled = 0;  // of the wire: due, but the way is cut
  std::size_t on_wire = 0;  // bytes
  std::vector<std::byte> arrived;
  std::size_t read = 0;  // of `arrived`
  MonotonicTime last_arrival{};
  bool sent_end = false;
  bool end_arrived = false;

  std::size_t unread() const { return arrived.size() - read; }
};

/// One end. Direction `i` of the connection is what end `i` sends.
struct End {
  runtime::Shard* owner = nullptr;  // null until accepted
  std::string host;
  Endpoint endpoint;
  bool closed = false;    // by its own side
  bool broken = false;    // by a reset
  bool vanished = false;  // its machine is gone without a word
  std::optional<runtime::Resume<bool>> reader;
  std::optional<runtime::Resume<bool>> writer;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<SimulatedNetwork::Fabric> fabric, std::uint64_t number, End first, End second);

  End& end(std::size_t side) { return ends_[side]; }
  Direction& sent_by(std::size_t side) { return ways_[side]; }
  SimulatedNetwork::Fabric& fabric() { return *fabric_; }

  std::size_t room(std::size_t side) const;
  void send(std::size_t side, Direction::Mark mark, ByteView bytes);
  /// The longest part that a segment sent now may have.
  std::size_t next_segment();
  /// Copies a part of what has arrived at `side`.
  std::size_t take(std::size_t side, MutableBytes into);
  void close(std::size_t side);
  void end_sending(std::size_t side);
  void break_from(std::size_t side);
  void vanish(std::size_t side, Farewell farewell);
  /// Breaks both ends at once, whatever is cut.
  void sever();
  /// Lets what waited for a cut or a dead machine arrive.
  void resume_stalled();
  void wake(std::size_t side);

 private:
  void schedule(std::size_t side);
  bool delivers(std::size_t side) const;
  void arrive(std::size_t side);
  void break_end(std::size_t side);

  std::shared_ptr<SimulatedNetwork::Fabric> fabric_;
  std::uint64_t number_;
  std::array<End, 2> ends_;
  std::array<Direction, 2> ways_;
};

class SimulatedStream final : public runtime::Stream {
 public:
  SimulatedStream(std::shared_ptr<Connection> connection, std::size_t side)
      : connection_(std::move(connection)), side_(side) {}
  ~SimulatedStream() override { close(); }
  SimulatedStream(const SimulatedStream&) = delete;
  SimulatedStream& operator=(const SimulatedStream&) = delete;

  runtime::Task<Result<std::size_t>> read_some(MutableBytes into) override;
  Result<std::optional<std::size_t>> read_now(MutableBytes into) override;
  runtime::Task<void> until_readable() override;
  runtime::Task<Result<void>> write(std::vector<runtime::OutPiece> pieces) override;
  Result<void> write_now(std::vector<runtime::OutPiece>& pieces) override;
  void close() override { connection_->close(side_); }
  std::size_t unacknowledged() override { return connection_->sent_by(side_).on_wire; }
  const Endpoint& local() const override { return connection_->end(side_).endpoint; }
  const Endpoint& remote() const override { return connection_->end(1 - side_).endpoint; }

  Connection& connection() { return *connection_; }
  std::size_t side() const { return side_; }

 private:
  runtime::Task<Result<void>> send_bytes(SharedBytes bytes);
  runtime::Task<Result<void>> send_file(runtime::FileRange range);

  std::shared_ptr<Connection> connection_;
  std::size_t side_;
};

/// An open port. Dies before its fabric's shards do.
class SimulatedListener final : public runtime::Listener {
 public:
  SimulatedListener(std::shared_ptr<SimulatedNetwork::Fabric> fabric, runtime::Shard& shard, std::string host,
                    Endpoint local)
      : fabric_(std::move(fabric)), shard_(shard), host_(std::move(host)), local_(std::move(local)) {}
  ~SimulatedListener() override { close(); }
  SimulatedListener(const SimulatedListener&) = delete;
  SimulatedListener& operator=(const SimulatedListener&) = delete;

  runtime::Task<Result<std::unique_ptr<runtime::Stream>>> accept(runtime::Shard& owner) override;
  void close() override;
  const Endpoint& local() const override { return local_; }

  void arrive(std::shared_ptr<Connection> connection);
  const runtime::Shard& shard() const { return shard_; }

 private:
  std::shared_ptr<SimulatedNetwork::Fabric> fabric_;
  runtime::Shard& shard_;
  std::string host_;
  Endpoint local_;
  bool closed_ = false;
  std::deque<std::shared_ptr<Connection>> backlog_;
  std::optional<runtime::Resume<bool>> waiter_;
};

/// Hands `resume` its value at the next turn of `shard`; nothing when nobody waits.
void resume_on(runtime::Shard& shard, std::optional<runtime::Resume<bool>>& resume);

}  // namespace wharf::sim
