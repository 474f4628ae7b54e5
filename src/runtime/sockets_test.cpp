// What is TCP's own; the contract that all networks share is tested in sim/stream_contract_test.cpp.
#include "runtime/sockets.hpp"

#include <atomic>
#include <cstdlib>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/posix_files.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/temporary_folder_testing.hpp"

namespace wharf::runtime {
namespace {

using StreamResult = Result<std::unique_ptr<Stream>>;

Task<void> then_stop(Task<void> task, Shard* shard) {
  co_await std::move(task);
  shard->stop();
}

/// A peer written with system calls: a blocking socket connected to `port`.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;  // NOLINT: the C API
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  void reset() {
    linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void send(std::string_view text) { EXPECT_EQ(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text)); }
  void end_sending() { ::shutdown(descriptor_, SHUT_WR); }
  std::string receive(std::size_t length) {
    std::string text(length, '\0');
    std::size_t got = 0;
    while (got < length) {
      ssize_t count = ::recv(descriptor_, text.data() + got, length - got, 0);
      if (count <= 0) break;
      got += static_cast<std::size_t>(count);
    }
    text.resize(got);
    return text;
  }

 private:
  int descriptor_;
  bool connected_ = false;
};

class SocketsTest : public testing::Test {
 protected:
  SocketsTest() : listener_(std::move(*network_.listen(shard_, {"127.0.0.1", 0}))) {}

  std::uint16_t port() const { return listener_->local().port; }
  void run(Task<void> task) {
    TaskScope scope(shard_);
    scope.spawn("test", then_stop(std::move(task), &shard_));
    shard_.run();
    while (shard_.poll() > 0) continue;
  }

  SystemClock clock_;
  ThreadPool pool_{1};
  Shard shard_{ShardIndex(0), clock_, pool_};
  TcpNetwork network_;
  std::unique_ptr<Listener> listener_;
};

Task<void> accept_one(Listener* listener, Shard* shard, StreamResult* into) { *into = co_await listener->accept(*shard); }

TEST_F(SocketsTest, AClientThatLeftBeforeItWasAcceptedDoesNotEndTheAcceptLoop) {
  RawClient left(port());
  ASSERT_TRUE(left.connected());
  left.reset();
  RawClient stays(port());
  ASSERT_TRUE(stays.connected());
  StreamResult accepted = fail(ErrorCode::kInternal, "");
  run(accept_one(listener_.get(), &shard_, &accepted));
  ASSERT_TRUE(accepted) << accepted.error().message;
}

TEST_F(SocketsTest, OutOfDescriptorsIsBusyAndPasses) {
  RawClient client(port());
  ASSERT_TRUE(client.connected());
  StreamResult refused = fail(ErrorCode::kInternal, "");
  StreamResult accepted = fail(ErrorCode::kInternal, "");
  auto scenario = [](Listener* listener, Shard* shard, StreamResult* first, StreamResult* second) -> Task<void> {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    int lowest_free = ::dup(0);
    ::close(lowest_free);
    rlimit low{static_cast<rlim_t>(lowest_free), limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    *first = co_await listener->accept(*shard);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    *second = co_await listener->accept(*shard);
  };
  run(scenario(listener_.get(), &shard_, &refused, &accepted));
  EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
  EXPECT_TRUE(accepted);
}

TEST_F(SocketsTest, FileRangesGoByTheKernelBetweenBytesOfMemory) {
  PosixFileSystem files;
  TemporaryFolder folder;
  std::shared_ptr<File> file = std::move(*files.open(folder.path() / "segment", OpenMode::kCreate));
  std::string content(8 << 20, ' ');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>('a' + i % 23);
  ASSERT_TRUE(file->write_at(0, as_bytes(content)));

  auto serve = [](Listener* listener, Shard* shard, std::shared_ptr<File> segment) -> Task<void> {
    StreamResult stream = co_await listener->accept(*shard);
    EXPECT_TRUE(stream);
    std::vector<OutPiece> pieces;
    pieces.emplace_back(SharedBytes::copy_of(as_bytes("head")));
    pieces.emplace_back(FileRange{segment, 1000, (8 << 20) - 1000});
    pieces.emplace_back(SharedBytes::copy_of(as_bytes("middle")));
    pieces.emplace_back(FileRange{segment, 0, 10});
    pieces.emplace_back(SharedBytes::copy_of(as_bytes("tail")));
    Result<void> sent = co_await (*stream)->write(std::move(pieces));
    EXPECT_TRUE(sent);
    std::vector<OutPiece> too_much;
    too_much.emplace_back(FileRange{segment, (8 << 20) - 5, 10});
    Result<void> damaged = co_await (*stream)->write(std::move(too_much));
    EXPECT_EQ(damaged.error().code, ErrorCode::kDamaged);
  };
  std::string expected = "head" + content.substr(1000) + "middle" + content.substr(0, 10) + "tail" + content.substr(content.size() - 5);
  std::string received;
  std::jthread reader([&] {
    RawClient client(port());
    received = client.receive(expected.size());
  });
  run(serve(listener_.get(), &shard_, file));
  reader.join();
  EXPECT_TRUE(received == expected);
  ASSERT_TRUE(files.remove_folder(folder.path()));
}

TEST_F(SocketsTest, AClientThatOnlyEndedSendingGetsItsAnswer) {
  auto serve = [](Listener* listener, Shard* shard) -> Task<void> {
    StreamResult stream = co_await listener->accept(*shard);
    std::vector<std::byte> buffer(100);
    std::string request;
    while (true) {
      Result<std::size_t> got = co_await (*stream)->read_some(buffer);
      EXPECT_TRUE(got);
      if (!got || *got == 0) break;
      request += as_text(ByteView(buffer).first(*got));
    }
    EXPECT_EQ(request, "request");
    std::vector<OutPiece> answer;
    answer.emplace_back(SharedBytes::copy_of(as_bytes("answer")));
    Result<void> sent = co_await (*stream)->write(std::move(answer));
    EXPECT_TRUE(sent);
  };
  std::string answer;
  std::jthread peer([&] {
    RawClient client(port());
    client.send("request");
    client.end_sending();
    answer = client.receive(100);
  });
  run(serve(listener_.get(), &shard_));
  peer.join();
  EXPECT_EQ(answer, "answer");
}

TEST_F(SocketsTest, AResetIsClosedNotTheEnd) {
  auto serve = [](Listener* listener, Shard* shard, RawClient* peer) -> Task<void> {
    StreamResult stream = co_await listener->accept(*shard);
    peer->reset();
    std::byte byte{};
    Result<std::size_t> got = co_await (*stream)->read_some(MutableBytes(&byte, 1));
    EXPECT_EQ(got.error().code, ErrorCode::kClosed);
  };
  RawClient client(port());
  run(serve(listener_.get(), &shard_, &client));
}

TEST_F(SocketsTest, NamesAndBothFamiliesCanBeListenedOn) {
  for (const char* host : {"localhost", "0.0.0.0", "::1", "::"}) {
    Result<std::unique_ptr<Listener>> listener = network_.listen(shard_, {host, 0});
    ASSERT_TRUE(listener) << host << ": " << listener.error().message;
    EXPECT_EQ((*listener)->local().host, host);
    EXPECT_GT((*listener)->local().port, 0);
  }
  EXPECT_EQ(network_.listen(shard_, {"no.such.name.invalid", 0}).error().code, ErrorCode::kInvalidArgument);
}

Task<void> echo(Stream* stream) {
  std::vector<std::byte> buffer(4096);
  while (true) {
    Result<std::size_t> got = co_await stream->read_some(buffer);
    if (!got || *got == 0) break;
    std::vector<OutPiece> back;
    back.emplace_back(SharedBytes::copy_of(ByteView(buffer).first(*got)));
    Result<void> sent = co_await stream->write(std::move(back));
    if (!sent) break;
  }
  stream->close();
}

/// What one shard of a server owns: its connections and their tasks.
struct ConnectionHolder {
  explicit ConnectionHolder(Shard& shard) : tasks(shard) {}
  std::vector<std::unique_ptr<Stream>> streams;
  TaskScope tasks;
};

Task<void> accept_for_all(Listener* listener, std::vector<std::unique_ptr<Shard>>* shards,
                          std::vector<std::unique_ptr<ConnectionHolder>>* holders) {
  for (std::size_t next = 0;; next = (next + 1) % shards->size()) {
    Shard& owner = *(*shards)[next];
    StreamResult stream = co_await listener->accept(owner);
    if (!stream) co_return;
    owner.post([holder = (*holders)[next].get(), accepted = std::move(*stream)]() mutable {
      holder->streams.push_back(std::move(accepted));
      holder->tasks.spawn("echo", echo(holder->streams.back().get()));
    });
  }
}

Task<void> close_all(Listener* listener, TaskScope* acceptor, std::vector<std::unique_ptr<Shard>>* shards,
                     std::vector<std::unique_ptr<ConnectionHolder>>* holders, std::atomic<bool>* closed) {
  listener->close();
  co_await acceptor->close();
  for (std::size_t i = 0; i < shards->size(); ++i) {
    ConnectionHolder* holder = (*holders)[i].get();
    auto close_streams = [holder] {
      for (std::unique_ptr<Stream>& stream : holder->streams) stream->close();
    };
    co_await call_on(*(*shards)[0], *(*shards)[i], close_streams);
    auto make = [holder] { return holder->tasks.close(); };
    co_await await_on(*(*shards)[0], *(*shards)[i], make);
  }
  closed->store(true);
  closed->notify_all();
}

TEST(Sockets, OneListenerHandsConnectionsToSeveralShardsAndTheServerClosesInOrder) {
  SystemClock clock;
  ThreadPool pool(1);
  TcpNetwork network;
  std::vector<std::unique_ptr<Shard>> shards;
  std::vector<std::unique_ptr<ConnectionHolder>> holders;
  for (std::uint32_t i = 0; i < 3; ++i) {
    shards.push_back(std::make_unique<Shard>(ShardIndex(i), clock, pool));
    holders.push_back(std::make_unique<ConnectionHolder>(*shards.back()));
  }
  std::unique_ptr<Listener> listener = std::move(*network.listen(*shards[0], {"127.0.0.1", 0}));
  std::uint16_t port = listener->local().port;
  TaskScope acceptor(*shards[0]);
  acceptor.spawn("accept", accept_for_all(listener.get(), &shards, &holders));
  TaskScope closer(*shards[0]);
  std::vector<std::jthread> threads;
  for (std::unique_ptr<Shard>& shard : shards) threads.emplace_back([&shard] { shard->run(); });

  std::vector<std::jthread> peers;
  for (int peer = 0; peer < 6; ++peer) {
    peers.emplace_back([port, peer] {
      RawClient client(port);
      for (int round = 0; round < 50; ++round) {
        std::string text(static_cast<std::size_t>(1 + round * 37 % 900), static_cast<char>('a' + peer));
        client.send(text);
        ASSERT_EQ(client.receive(text.size()), text);
      }
    });
  }
  RawClient idle(port);  // still connected when the server closes
  idle.send("x");
  EXPECT_EQ(idle.receive(1), "x");
  peers.clear();

  std::atomic<bool> closed = false;
  shards[0]->post([&] { closer.spawn("close", close_all(listener.get(), &acceptor, &shards, &holders, &closed)); });
  closed.wait(false);
  EXPECT_EQ(idle.receive(1), "") << "the server has ended";
  for (std::unique_ptr<Shard>& shard : shards) shard->stop();
  threads.clear();
  for (std::unique_ptr<Shard>& shard : shards) {
    while (shard->poll() > 0) continue;
  }
  EXPECT_TRUE(std::ranges::all_of(holders, [](const auto& holder) { return holder->tasks.running() == 0; }));
}

Task<void> connect_to(TcpNetwork* network, Shard* shard, Endpoint endpoint, std::optional<Error>* into) {
  Result<std::unique_ptr<Stream>> stream = co_await network->connect(*shard, endpoint);
  if (!stream) *into = stream.error();
  shard->stop();
}

TEST(Sockets, AnAddressThatDoesNotAnswerIsGivenUpAfterTheTimeout) {
  // A full queue of connections that nobody accepts: the kernel leaves the next one without an answer.
  int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(place);
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&place), size), 0);  // NOLINT
  ASSERT_EQ(::listen(listening, 0), 0);
  ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&place), &size), 0);  // NOLINT
  std::uint16_t port = ntohs(place.sin_port);
  RawClient filler(port);

  SystemClock clock;
  ThreadPool pool(1);
  Shard shard(ShardIndex(0), clock, pool);
  TcpNetwork network({.connect_timeout = Milliseconds(50)});
  TaskScope scope(shard);
  std::optional<Error> error;
  scope.spawn("connect", connect_to(&network, &shard, {"127.0.0.1", port}, &error));
  shard.run();
  while (shard.poll() > 0) continue;
  ::close(listening);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, fmt::format("cannot connect to 127.0.0.1:{}: no answer within 50 ms", port));
}

}  // namespace
}  // namespace wharf::runtime
