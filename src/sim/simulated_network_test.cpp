#include "sim/simulated_network.hpp"

#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "sim/simulation.hpp"

namespace wharf::sim {
namespace {

using runtime::Listener;
using runtime::OutPiece;
using runtime::Stream;
using runtime::Task;
using runtime::TaskScope;
using StreamResult = Result<std::unique_ptr<Stream>>;
using namespace std::chrono_literals;

Task<Result<void>> write(Stream* stream, std::string text) {
  std::vector<OutPiece> pieces;
  pieces.emplace_back(SharedBytes::copy_of(as_bytes(text)));
  Result<void> sent = co_await stream->write(std::move(pieces));
  co_return sent;
}

/// Two machines with one connection: `a` connected, `b` accepted.
class NetworkTest : public testing::Test {
 protected:
  explicit NetworkTest(std::uint64_t seed = 11) { start(seed); }

  void start(std::uint64_t seed) {
    simulation_.emplace(seed);
    a_ = &simulation_->add_machine("a");
    b_ = &simulation_->add_machine("b");
    listener_ = std::move(*network().listen(b_->shard(), {"0.0.0.0", 9092}));
    client_ = connect(*a_);
    server_ = std::move(*simulation_->run(b_->shard(), listener_->accept(b_->shard())));
  }
  void stop() {
    client_.reset();
    server_.reset();
    listener_.reset();
    simulation_.reset();
  }

  SimulatedNetwork& network() { return simulation_->network(); }
  std::unique_ptr<Stream> connect(Machine& from) {
    StreamResult stream = simulation_->run(from.shard(), network().connect(from.shard(), {"b", 9092}));
    return stream ? std::move(*stream) : nullptr;
  }
  Result<void> send(Stream& stream, Machine& from, std::string text) {
    return simulation_->run(from.shard(), write(&stream, std::move(text)));
  }
  /// One read: its text, "end", or the error's name.
  std::string read(Stream& stream, Machine& at, std::size_t length = 100) {
    std::vector<std::byte> buffer(length);
    Result<std::size_t> got = simulation_->run(at.shard(), stream.read_some(buffer));
    if (!got) return std::string(to_string(got.error().code));
    return *got == 0 ? "end" : std::string(as_text(ByteView(buffer).first(*got)));
  }
  std::string read_all(Stream& stream, Machine& at, std::size_t length) {
    std::string text;
    while (text.size() < length) text += read(stream, at, length - text.size());
    return text;
  }

  std::optional<Simulation> simulation_;
  Machine* a_ = nullptr;
  Machine* b_ = nullptr;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Stream> client_;
  std::unique_ptr<Stream> server_;
};

TEST_F(NetworkTest, ReadsSplitAnywhere) {
  std::set<std::size_t> first_reads;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    stop();
    start(seed);
    ASSERT_TRUE(send(*client_, *a_, "0123456789"));
    std::string first = read(*server_, *b_);
    first_reads.insert(first.size());
    EXPECT_EQ(first + read_all(*server_, *b_, 10 - first.size()), "0123456789");
  }
  EXPECT_GT(first_reads.size(), 5u);
}

TEST_F(NetworkTest, ConnectionsOvertakeEachOther) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    stop();
    start(seed);
    std::unique_ptr<Stream> second = connect(*a_);
    std::unique_ptr<Stream> second_server = std::move(*simulation_->run(b_->shard(), listener_->accept(b_->shard())));
    ASSERT_TRUE(send(*client_, *a_, "1"));
    ASSERT_TRUE(send(*second, *a_, "2"));
    std::string order;
    TaskScope scope(b_->shard());
    auto note = [](Stream* stream, std::string* into) -> Task<void> {
      std::byte byte{};
      Result<std::size_t> got = co_await stream->read_some(MutableBytes(&byte, 1));
      EXPECT_EQ(got, std::size_t{1});
      *into += static_cast<char>(byte);
    };
    scope.spawn("first", note(server_.get(), &order));
    scope.spawn("second", note(second_server.get(), &order));
    simulation_->run(b_->shard(), scope.close());
    orders.insert(order);
  }
  EXPECT_EQ(orders, (std::set<std::string>{"12", "21"}));
}

TEST_F(NetworkTest, ANeverReadingPeerStopsTheWriterAtTheBuffersSize) {
  network().set_conditions({.buffer_bytes = 1000});
  std::optional<Result<void>> outcome;
  auto fill = [](Stream* stream, std::optional<Result<void>>* into) -> Task<void> {
    *into = co_await write(stream, std::string(1001, 'x'));
  };
  TaskScope scope(a_->shard());
  scope.spawn("fill", fill(client_.get(), &outcome));
  simulation_->run_for(1h);
  EXPECT_FALSE(outcome.has_value());
  EXPECT_EQ(read(*server_, *b_, 1), "x");
  simulation_->run(a_->shard(), scope.close());
  EXPECT_TRUE(outcome.value());
}

TEST_F(NetworkTest, BandwidthIsTime) {
  network().set_conditions({.bytes_per_second = 1000});
  MonotonicTime start = simulation_->now();
  ASSERT_TRUE(send(*client_, *a_, std::string(10'000, 'x')));
  read_all(*server_, *b_, 10'000);
  EXPECT_GE(simulation_->now() - start, Nanoseconds(9900ms));
}

TEST_F(NetworkTest, AfterAPeersEndOfSendingItStillReceives) {
  ASSERT_TRUE(send(*client_, *a_, "request"));
  SimulatedNetwork::end_sending(*client_);
  EXPECT_EQ(read_all(*server_, *b_, 7), "request");
  EXPECT_EQ(read(*server_, *b_), "end");
  ASSERT_TRUE(send(*server_, *b_, "answer"));
  EXPECT_EQ(read_all(*client_, *a_, 6), "answer");
  EXPECT_EQ(send(*client_, *a_, "more").error().code, ErrorCode::kClosed);
}

TEST_F(NetworkTest, AResetLosesWhatWasNotRead) {
  ASSERT_TRUE(send(*client_, *a_, "lost"));
  SimulatedNetwork::reset(*client_);
  simulation_->run_for(1s);
  EXPECT_EQ(read(*server_, *b_), "closed");
  EXPECT_EQ(send(*server_, *b_, "x").error().code, ErrorCode::kClosed);
}

TEST_F(NetworkTest, ClosingWithBytesUnreadResetsThePeer) {
  ASSERT_TRUE(send(*client_, *a_, "request"));
  ASSERT_TRUE(send(*server_, *b_, "answer"));
  simulation_->run_for(1s);
  server_->close();
  simulation_->run_for(1s);
  EXPECT_EQ(read(*client_, *a_), "closed") << "the answer went with the reset";
}

TEST_F(NetworkTest, APartitionDelaysBytesUntilItHeals) {
  network().partition("a", "b");
  ASSERT_TRUE(send(*client_, *a_, "late"));
  MonotonicTime start = simulation_->now();
  simulation_->events().after(30s, [this] { network().heal(); });
  EXPECT_EQ(read_all(*server_, *b_, 4), "late");
  EXPECT_GE(simulation_->now() - start, Nanoseconds(30s));
}

TEST_F(NetworkTest, ACutOfOneWayLeavesTheOther) {
  network().cut("a", "b");
  ASSERT_TRUE(send(*client_, *a_, "held"));
  ASSERT_TRUE(send(*server_, *b_, "through"));
  EXPECT_EQ(read_all(*client_, *a_, 7), "through");
  network().heal();
  EXPECT_EQ(read_all(*server_, *b_, 4), "held");
}

TEST_F(NetworkTest, AConnectIntoAPartitionTimesOut) {
  network().partition("a", "b");
  MonotonicTime start = simulation_->now();
  EXPECT_EQ(connect(*a_), nullptr);
  EXPECT_GE(simulation_->now() - start, Nanoseconds(10s));
  network().heal();
  EXPECT_NE(connect(*a_), nullptr);
}

TEST_F(NetworkTest, AKilledMachinesPeersHearAReset) {
  Machine& reborn = simulation_->kill(*b_);
  EXPECT_EQ(read(*client_, *a_), "closed");
  EXPECT_EQ(read(*server_, *b_), "closed") << "the ghost hears nothing";
  EXPECT_EQ(network().listen(b_->shard(), {"", 9092}).error().code, ErrorCode::kClosed);
  EXPECT_EQ(connect(*a_), nullptr) << "nobody listens yet";
  Result<std::unique_ptr<Listener>> again = network().listen(reborn.shard(), {"", 9092});
  ASSERT_TRUE(again) << "the port is free for the successor";
  EXPECT_NE(connect(*a_), nullptr);
}

TEST_F(NetworkTest, AfterAPowerLossPeersHearNothingUntilTheySend) {
  simulation_->power_loss(*b_);
  std::optional<Result<std::size_t>> heard;
  std::byte byte{};
  auto listen = [](Stream* stream, MutableBytes into, std::optional<Result<std::size_t>>* outcome) -> Task<void> {
    *outcome = co_await stream->read_some(into);
  };
  TaskScope scope(a_->shard());
  scope.spawn("listen", listen(client_.get(), MutableBytes(&byte, 1), &heard));
  simulation_->run_for(1h);
  EXPECT_FALSE(heard.has_value());
  EXPECT_TRUE(send(*client_, *a_, "anybody there?"));
  simulation_->run(a_->shard(), scope.close());
  EXPECT_EQ(heard.value().error().code, ErrorCode::kClosed) << "the successor does not know the connection";
}

TEST_F(NetworkTest, SeveredConnectionsFailAtBothEnds) {
  network().reset_between("a", "b");
  EXPECT_EQ(read(*client_, *a_), "closed");
  EXPECT_EQ(read(*server_, *b_), "closed");
}

}  // namespace
}  // namespace wharf::sim
