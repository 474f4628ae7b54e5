// One contract, two networks: the kernel's TCP and the simulator's behave alike.
#include <array>
#include <optional>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "runtime/memory_files.hpp"
#include "runtime/posix_files.hpp"
#include "runtime/signal.hpp"
#include "runtime/sockets.hpp"
#include "sim/simulation.hpp"

namespace wharf::sim {
namespace {

using runtime::FileRange;
using runtime::Listener;
using runtime::Network;
using runtime::OutPiece;
using runtime::Shard;
using runtime::Signal;
using runtime::Stream;
using runtime::Task;
using runtime::TaskScope;
using StreamResult = Result<std::unique_ptr<Stream>>;

/// A shard, its network, and a way to run a task on it to its end.
class World {
 public:
  virtual ~World() = default;
  virtual Shard& shard() = 0;
  virtual Network& network() = 0;
  virtual void run(Task<void> task) = 0;
  /// More bytes than all buffers between two ends hold.
  virtual std::size_t overflow() const = 0;
};

class RealWorld final : public World {
 public:
  Shard& shard() override { return shard_; }
  Network& network() override { return network_; }
  std::size_t overflow() const override { return 12 << 20; }
  void run(Task<void> task) override {
    TaskScope scope(shard_);
    scope.spawn("scenario", and_stop(std::move(task), &shard_));
    shard_.run();
    while (shard_.poll() > 0) continue;
  }

 private:
  static Task<void> and_stop(Task<void> task, Shard* shard) {
    co_await std::move(task);
    shard->stop();
  }

  runtime::SystemClock clock_;
  runtime::ThreadPool pool_{1};
  Shard shard_{ShardIndex(0), clock_, pool_};
  runtime::TcpNetwork network_;
};

class SimulatedWorld final : public World {
 public:
  explicit SimulatedWorld(std::uint64_t seed) : simulation_(seed), machine_(simulation_.add_machine("localhost")) {}
  Shard& shard() override { return machine_.shard(); }
  Network& network() override { return simulation_.network(); }
  std::size_t overflow() const override { return 200'000; }
  void run(Task<void> task) override { simulation_.run(machine_.shard(), std::move(task)); }

 private:
  Simulation simulation_;
  Machine& machine_;
};

struct Pair {
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};

Task<void> accept_into(Listener* listener, Shard* shard, StreamResult* accepted) {
  *accepted = co_await listener->accept(*shard);
}

/// A connection; the listener stays open.
Task<Pair> connect_pair(World* world) {
  Pair pair;
  Result<std::unique_ptr<Listener>> listener = world->network().listen(world->shard(), {"127.0.0.1", 0});
  EXPECT_TRUE(listener);
  pair.listener = std::move(*listener);
  StreamResult accepted = fail(ErrorCode::kInternal, "not yet");
  TaskScope scope(world->shard());
  scope.spawn("accept", accept_into(pair.listener.get(), &world->shard(), &accepted));
  StreamResult client = co_await world->network().connect(world->shard(), pair.listener->local());
  co_await scope.close();
  EXPECT_TRUE(client);
  EXPECT_TRUE(accepted);
  pair.client = std::move(*client);
  pair.server = std::move(*accepted);
  co_return pair;
}

OutPiece piece(std::string_view text) {
  return SharedBytes::copy_of(as_bytes(text));
}

std::vector<OutPiece> one_piece(std::string_view text) {
  std::vector<OutPiece> pieces;
  pieces.push_back(piece(text));
  return pieces;
}

Task<Result<void>> write_text(Stream* stream, std::string text) {
  Result<void> sent = co_await stream->write(one_piece(text));
  co_return sent;
}

/// Reads until the peer ends or `length` bytes are there.
Task<std::string> read_text(Stream* stream, std::size_t length) {
  std::string text;
  std::vector<std::byte> buffer(8192);
  while (text.size() < length) {
    Result<std::size_t> got =
        co_await stream->read_some(MutableBytes(buffer).first(std::min(buffer.size(), length - text.size())));
    if (!got || *got == 0) break;
    text += as_text(ByteView(buffer).first(*got));
  }
  co_return text;
}

Task<void> read_into(Stream* stream, std::size_t length, std::string* text) {
  *text = co_await read_text(stream, length);
}
Task<void> write_into(Stream* stream, std::vector<OutPiece> pieces, std::optional<Result<void>>* outcome) {
  *outcome = co_await stream->write(std::move(pieces));
}
Task<void> read_once(Stream* stream, std::optional<Result<std::size_t>>* outcome) {
  std::byte byte{};
  *outcome = co_await stream->read_some(MutableBytes(&byte, 1));
}

std::string pattern(std::size_t length) {
  std::string text(length, ' ');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 1000) % 26);
  return text;
}

enum class Kind { kTcp, kSimulated };

class StreamContract : public testing::TestWithParam<Kind> {
 protected:
  void run(Task<void> (*scenario)(World*)) {
    if (GetParam() == Kind::kTcp) {
      RealWorld world;
      world.run(scenario(&world));
      return;
    }
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(seed);
      SimulatedWorld world(seed);
      world.run(scenario(&world));
    }
  }
};

Task<void> both_ways(World* world) {
  Pair pair = co_await connect_pair(world);
  EXPECT_EQ(pair.client->remote().port, pair.listener->local().port);
  EXPECT_EQ(pair.server->local().port, pair.listener->local().port);
  EXPECT_EQ(pair.server->remote(), pair.client->local());
  std::string sent = pattern(300'000);
  std::string at_server;
  std::string at_client;
  std::optional<Result<void>> client_sent;
  std::optional<Result<void>> server_sent;
  TaskScope scope(world->shard());
  scope.spawn("read", read_into(pair.server.get(), sent.size(), &at_server));
  scope.spawn("read", read_into(pair.client.get(), sent.size(), &at_client));
  scope.spawn("write", write_into(pair.client.get(), one_piece(sent), &client_sent));
  scope.spawn("write", write_into(pair.server.get(), one_piece(sent), &server_sent));
  co_await scope.close();
  EXPECT_TRUE(client_sent.value());
  EXPECT_TRUE(server_sent.value());
  EXPECT_EQ(at_server, sent);
  EXPECT_EQ(at_client, sent);
}
TEST_P(StreamContract, BytesGoBothWaysAtOnceInOrder) {
  run(both_ways);
}

Task<void> many_pieces(World* world) {
  Pair pair = co_await connect_pair(world);
  runtime::MemoryFileSystem memory(1 << 20);
  std::shared_ptr<runtime::File> file = std::move(*memory.open("f", runtime::OpenMode::kCreate));
  EXPECT_TRUE(file->write_at(0, as_bytes(pattern(100'000))));
  std::vector<OutPiece> pieces;
  std::string expected;
  for (std::size_t i = 0; i < 500; ++i) {
    std::string text = pattern(i % 97);  // some are empty
    pieces.push_back(piece(text));
    expected += text;
    if (i % 50 != 0) continue;
    pieces.emplace_back(FileRange{file, i * 10, 9'000});
    expected += pattern(100'000).substr(i * 10, 9'000);
    pieces.emplace_back(FileRange{file, 5, 0});
  }
  std::string received;
  TaskScope scope(world->shard());
  scope.spawn("read", read_into(pair.server.get(), expected.size(), &received));
  Result<void> sent = co_await pair.client->write(std::move(pieces));
  EXPECT_TRUE(sent);
  co_await scope.close();
  EXPECT_EQ(received, expected);
  Result<void> nothing = co_await pair.client->write({});
  EXPECT_TRUE(nothing);
}
TEST_P(StreamContract, PiecesOfMemoryAndFilesArriveOneAfterTheOther) {
  run(many_pieces);
}

Task<void> slow_reader(World* world) {
  Pair pair = co_await connect_pair(world);
  std::string sent = pattern(world->overflow());
  std::optional<Result<void>> outcome;
  TaskScope scope(world->shard());
  scope.spawn("write", write_into(pair.client.get(), one_piece(sent), &outcome));
  std::string first = co_await read_text(pair.server.get(), 1);
  EXPECT_FALSE(outcome.has_value()) << "the writer waits for the reader";
  std::string rest = co_await read_text(pair.server.get(), sent.size() - 1);
  co_await scope.close();
  EXPECT_TRUE(outcome.value());
  EXPECT_TRUE(first + rest == sent);
}
TEST_P(StreamContract, AWriterWaitsForASlowReader) {
  run(slow_reader);
}

Task<void> read_without_waiting(World* world) {
  Pair pair = co_await connect_pair(world);
  std::array<std::byte, 8> buffer{};
  Result<std::optional<std::size_t>> nothing = pair.server->read_now(buffer);
  EXPECT_EQ(nothing.value(), std::optional<std::size_t>());
  Result<void> sent = co_await write_text(pair.client.get(), "x");
  EXPECT_TRUE(sent);
  co_await pair.server->until_readable();
  Result<std::optional<std::size_t>> byte = pair.server->read_now(buffer);
  EXPECT_EQ(byte.value(), std::optional<std::size_t>(1));
  pair.client->close();
  co_await pair.server->until_readable();
  Result<std::optional<std::size_t>> end = pair.server->read_now(buffer);
  EXPECT_EQ(end.value(), std::optional<std::size_t>(0));
  pair.server->close();
  co_await pair.server->until_readable();
  Result<std::optional<std::size_t>> closed = pair.server->read_now(buffer);
  EXPECT_EQ(closed.error().code, ErrorCode::kClosed);
}
TEST_P(StreamContract, WhoWaitsForBytesIsToldOfThemAndOfTheEnd) {
  run(read_without_waiting);
}

Task<void> close_a_wait(World* world) {
  Pair pair = co_await connect_pair(world);
  TaskScope scope(world->shard());
  scope.spawn("wait", pair.server->until_readable());
  pair.server->close();
  co_await scope.close();
}
TEST_P(StreamContract, CloseEndsAWaitForBytes) {
  run(close_a_wait);
}

Task<void> write_without_waiting(World* world) {
  Pair pair = co_await connect_pair(world);
  std::string sent(world->overflow(), 'x');
  std::vector<OutPiece> pieces = one_piece(sent);
  pieces.push_back(piece("behind"));
  Result<void> begun = pair.client->write_now(pieces);
  EXPECT_TRUE(begun);
  EXPECT_EQ(pieces.size(), 2u);
  std::optional<Result<void>> outcome;
  TaskScope scope(world->shard());
  scope.spawn("write", write_into(pair.client.get(), std::move(pieces), &outcome));
  std::string received = co_await read_text(pair.server.get(), sent.size() + 6);
  co_await scope.close();
  EXPECT_TRUE(outcome.value());
  EXPECT_TRUE(received == sent + "behind");
}
TEST_P(StreamContract, WhatIsWrittenAtOnceIsAsMuchAsThereIsRoomFor) {
  run(write_without_waiting);
}

Task<void> close_pending(World* world) {
  Pair pair = co_await connect_pair(world);
  std::optional<Result<std::size_t>> read;
  std::optional<Result<void>> written;
  TaskScope scope(world->shard());
  scope.spawn("read", read_once(pair.client.get(), &read));
  scope.spawn("write", write_into(pair.client.get(), one_piece(pattern(world->overflow())), &written));
  std::string some = co_await read_text(pair.server.get(), 1000);
  EXPECT_FALSE(read.has_value());
  EXPECT_FALSE(written.has_value());
  pair.client->close();
  co_await scope.close();
  EXPECT_EQ(read.value().error().code, ErrorCode::kClosed);
  EXPECT_EQ(written.value().error().code, ErrorCode::kClosed);
  pair.client->close();
  std::byte byte{};
  Result<std::size_t> after = co_await pair.client->read_some(MutableBytes(&byte, 1));
  EXPECT_EQ(after.error().code, ErrorCode::kClosed);
  Result<void> written_after = co_await write_text(pair.client.get(), "x");
  EXPECT_EQ(written_after.error().code, ErrorCode::kClosed);
}
TEST_P(StreamContract, CloseEndsPendingCalls) {
  run(close_pending);
}

Task<void> peer_ends(World* world) {
  Pair pair = co_await connect_pair(world);
  Result<void> sent = co_await write_text(pair.client.get(), "last words");
  EXPECT_TRUE(sent);
  pair.client->close();
  std::string text = co_await read_text(pair.server.get(), 100);
  EXPECT_EQ(text, "last words");
  std::byte byte{};
  Result<std::size_t> end = co_await pair.server->read_some(MutableBytes(&byte, 1));
  EXPECT_EQ(end, std::size_t{0});
}
TEST_P(StreamContract, AfterThePeersCloseItsBytesAreReadAndThenTheEnd) {
  run(peer_ends);
}

Task<void> acknowledged(World* world) {
  Pair pair = co_await connect_pair(world);
  EXPECT_EQ(pair.client->unacknowledged(), 0u);
  Result<void> sent = co_await write_text(pair.client.get(), "are you there?");
  EXPECT_TRUE(sent);
  Signal never(world->shard());
  while (pair.client->unacknowledged() > 0) {  // nobody reads: the machine answers by itself
    [[maybe_unused]] bool woken = co_await never.wait_until(world->shard().now() + Milliseconds(1));
  }
  pair.client->close();
  EXPECT_EQ(pair.client->unacknowledged(), 0u);
}
TEST_P(StreamContract, WhatThePeersMachineHasIsAcknowledged) {
  run(acknowledged);
}

Task<void> write_to_nobody(World* world) {
  Pair pair = co_await connect_pair(world);
  pair.client->close();
  Result<void> sent;
  for (int i = 0; i < 1000 && sent; ++i) sent = co_await write_text(pair.server.get(), pattern(100'000));
  EXPECT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kClosed);
}
TEST_P(StreamContract, WritingToAPeerThatHasClosedFailsSoon) {
  run(write_to_nobody);
}

Task<void> short_file(World* world) {
  Pair pair = co_await connect_pair(world);
  runtime::MemoryFileSystem memory(1 << 20);
  std::shared_ptr<runtime::File> file = std::move(*memory.open("f", runtime::OpenMode::kCreate));
  EXPECT_TRUE(file->write_at(0, as_bytes("short")));
  std::vector<OutPiece> pieces;
  pieces.emplace_back(FileRange{file, 0, 10});
  Result<void> sent = co_await pair.client->write(std::move(pieces));
  EXPECT_EQ(sent.error().code, ErrorCode::kDamaged);
}
TEST_P(StreamContract, AFileShorterThanItsRangeFails) {
  run(short_file);
}

Task<void> listeners(World* world) {
  Result<std::unique_ptr<Listener>> listener = world->network().listen(world->shard(), {"127.0.0.1", 0});
  EXPECT_GT((*listener)->local().port, 0);
  EXPECT_EQ((*listener)->local().host, "127.0.0.1");
  Result<std::unique_ptr<Listener>> second = world->network().listen(world->shard(), (*listener)->local());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);

  StreamResult accepted = fail(ErrorCode::kInternal, "not yet");
  TaskScope scope(world->shard());
  scope.spawn("accept", accept_into(listener->get(), &world->shard(), &accepted));
  Signal turn(world->shard());
  turn.notify();
  co_await turn.wait();
  bool timed_out = !co_await turn.wait_until(world->shard().now() + Milliseconds(1));
  EXPECT_TRUE(timed_out);
  (*listener)->close();
  co_await scope.close();
  EXPECT_EQ(accepted.error().code, ErrorCode::kClosed);
  StreamResult again = co_await (*listener)->accept(world->shard());
  EXPECT_EQ(again.error().code, ErrorCode::kClosed);
  StreamResult refused = co_await world->network().connect(world->shard(), (*listener)->local());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
}
TEST_P(StreamContract, AListenerHasARealPortAndClosesItsAccept) {
  run(listeners);
}

Task<void> several_connections(World* world) {
  Result<std::unique_ptr<Listener>> listener = world->network().listen(world->shard(), {"127.0.0.1", 0});
  std::vector<std::unique_ptr<Stream>> clients;
  std::vector<std::unique_ptr<Stream>> servers;
  for (int i = 0; i < 10; ++i) {
    StreamResult client = co_await world->network().connect(world->shard(), (*listener)->local());
    EXPECT_TRUE(client);
    clients.push_back(std::move(*client));
  }
  for (int i = 0; i < 10; ++i) {
    StreamResult server = co_await (*listener)->accept(world->shard());
    EXPECT_TRUE(server);
    servers.push_back(std::move(*server));
  }
  std::set<Endpoint> seen;
  for (const std::unique_ptr<Stream>& server : servers) seen.insert(server->remote());
  EXPECT_EQ(seen.size(), 10u);
  for (const std::unique_ptr<Stream>& client : clients) EXPECT_TRUE(seen.contains(client->local()));
}
TEST_P(StreamContract, ConnectionsWaitUntilTheyAreAccepted) {
  run(several_connections);
}

INSTANTIATE_TEST_SUITE_P(Each, StreamContract, testing::Values(Kind::kTcp, Kind::kSimulated),
                         [](const testing::TestParamInfo<Kind>& info) {
                           return info.param == Kind::kTcp ? "Tcp" : "Simulated";
                         });

}  // namespace
}  // namespace wharf::sim
