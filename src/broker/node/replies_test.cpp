// Direct replies over real shards.
#include "broker/node/replies.hpp"

#include <gmock/gmock.h>

#include "broker/node/node_testing.hpp"
#include "runtime/memory_files.hpp"
#include "runtime/signal.hpp"

namespace wharf::broker {
namespace {

constexpr int kReplies = 1'000;

class Inbox final : public ReplySink {
 public:
  explicit Inbox(runtime::Shard& shard) : arrived(shard) {}
  void replied(std::vector<queue::Delivery> replies) override {
    for (const queue::Delivery& one : replies) tries.push_back(one.earlier_tries);
    arrived.notify();
  }
  std::vector<std::uint32_t> tries;  // tells one from the other
  runtime::Signal arrived;
};

Reply reply(std::string address, std::uint32_t number) {
  return {std::move(address), {.earlier_tries = number}};
}

runtime::Task<void> open(Replies* replies, runtime::Shard* here, std::shared_ptr<Inbox>* inbox, std::string* address) {
  *inbox = std::make_shared<Inbox>(*here);
  *address = replies->open(*here, *inbox);
  co_return;
}

runtime::Task<void> answer(Replies* replies, runtime::Shard* here, std::vector<std::string> addresses) {
  for (int i = 0; i < kReplies; i += 2) {
    std::vector<Reply> batch;
    for (const std::string& address : addresses) {
      batch.push_back(reply(address, static_cast<std::uint32_t>(i)));
      batch.push_back(reply(address, static_cast<std::uint32_t>(i + 1)));
    }
    replies->send(*here, std::move(batch));
    if (i % 100 == 0) co_await runtime::next_turn(*here);
  }
}

runtime::Task<void> wait_for_all(Inbox* inbox, std::size_t count) {
  while (inbox->tries.size() < count) co_await inbox->arrived.wait();
}

TEST(NodeReplies, ReachTheirConsumerFromEveryShardAndInOrder) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 3);
  Replies* replies = &running.node().replies();
  std::vector<std::shared_ptr<Inbox>> inboxes(3);
  std::vector<std::string> addresses(3);
  for (std::size_t i = 0; i < 3; ++i) running.on(i, open(replies, &running.shard(i), &inboxes[i], &addresses[i]));
  std::vector<std::future<void>> servers;
  for (std::size_t i = 0; i < 3; ++i)
    servers.push_back(running.start(i, answer(replies, &running.shard(i), addresses)));
  for (std::size_t i = 0; i < 3; ++i) running.on(i, wait_for_all(inboxes[i].get(), 3 * kReplies));
  for (std::future<void>& one : servers) one.wait();
  for (const auto& inbox : inboxes) {
    std::vector<std::uint32_t> next(kReplies, 0);
    for (std::uint32_t number : inbox->tries) {
      ++next[number];
      EXPECT_TRUE(number == 0 || next[number - 1] >= next[number])
          << "from one of the shards " << number << " overtook";
    }
    EXPECT_THAT(next, testing::Each(3u));
  }
}

runtime::Task<void> look(Replies* replies, runtime::Shard* here, std::string address, bool* there) {
  *there = co_await replies->is_open(*here, std::move(address));
}

runtime::Task<void> close(Replies* replies, runtime::Shard* here, std::string address) {
  replies->close(*here, address);
  co_return;
}

TEST(NodeReplies, AnAddressIsKnownToAllShardsUntilItIsClosedAndIsNotGuessed) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 3);
  Replies* replies = &running.node().replies();
  std::shared_ptr<Inbox> inbox;
  std::string address;
  running.on(1, open(replies, &running.shard(1), &inbox, &address));
  auto is_open = [&](const std::string& text) {
    bool there = false;
    running.on(2, look(replies, &running.shard(2), text, &there));
    return there;
  };
  EXPECT_TRUE(is_open(address));
  std::string guessed = address;
  guessed.back() = guessed.back() == 'A' ? 'B' : 'A';
  for (const std::string& other : {guessed, address + "A", address.substr(0, address.size() - 1), std::string("1-1."),
                                   std::string("7-1.x"), std::string("-1-1.x"), std::string("1-1"), std::string()}) {
    EXPECT_FALSE(is_open(other)) << other;
  }
  running.on(1, close(replies, &running.shard(1), guessed));
  EXPECT_TRUE(is_open(address));
  running.on(1, close(replies, &running.shard(1), address));
  EXPECT_FALSE(is_open(address));
  running.on(2, answer(replies, &running.shard(2), {address}));
}

}  // namespace
}  // namespace wharf::broker
