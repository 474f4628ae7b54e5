// What is deleted takes the connections along that belong to it, on every shard, and no other.
#include "broker/node/evictions.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kShards = 3;
constexpr int kPairs = 100;  // more than are looked at in one go

/// In a shard's list until it is closed.
class Visitor final : public OpenConnection {
 public:
  Visitor(ShardTraffic& traffic, std::string user, std::string vhost) : traffic_(traffic) {
    ConnectionIntroduction introduction;
    introduction.user = std::move(user);
    introduction.vhost = std::move(vhost);
    of_ = std::make_shared<const ConnectionIntroduction>(std::move(introduction));
    serial_ = traffic_.opened(*this);
  }
  ConnectionFacts facts() const override { return {.id = {}, .of = of_, .state = "running", .traffic = {}}; }
  void force_close(std::string reason) override {
    told.push_back(std::move(reason));
    traffic_.closed(serial_);
  }

  std::vector<std::string> told;

 private:
  ShardTraffic& traffic_;
  IntroductionPointer of_;
  std::uint64_t serial_ = 0;
};

class Evicted : public testing::Test {
 protected:
  /// On every shard some that what is deleted concerns, between others that it does not.
  void fill(const std::string& user, const std::string& vhost) {
    for (std::size_t shard = 0; shard < kShards; ++shard) running_.on(shard, come(this, shard, user, vhost));
  }
  static runtime::Task<void> come(Evicted* test, std::size_t shard, std::string user, std::string vhost) {
    ShardTraffic& traffic = test->running_.node().traffic(shard);
    for (int i = 0; i < kPairs; ++i) {
      test->staying_.emplace_back(traffic, "guest", "/");
      test->leaving_.emplace_back(traffic, user, vhost);
    }
    co_return;
  }
  void expect_told(const std::string& reason) {
    for (const Visitor& one : leaving_) EXPECT_THAT(one.told, ElementsAre(reason));
    for (const Visitor& one : staying_) EXPECT_THAT(one.told, IsEmpty());
  }

  runtime::MemoryFileSystem files_{std::uint64_t{1} << 30};
  std::deque<Visitor> staying_, leaving_;
  NodeThreads running_{files_, kShards};
};

TEST_F(Evicted, ANamespaceThatIsDeletedTakesItsConnectionsAlong) {
  Node* node = &running_.node();
  running_.on(0, create_namespace(node, &running_.shard(0), "v"));
  fill("guest", "v");
  running_.on(1, delete_namespace(node, &running_.shard(1), "v"));
  expect_told("vhost 'v' is down");
}

TEST_F(Evicted, ANamespaceThatCannotBeDeletedKeepsItsConnections) {
  fill("guest", "/");
  running_.on(0, delete_namespace(&running_.node(), &running_.shard(0), "/", false));
  for (const Visitor& one : leaving_) EXPECT_THAT(one.told, IsEmpty());
}

runtime::Task<void> make_user(Node* node, runtime::Shard* here, std::string name) {
  Result<void> made = co_await node->access().put_user(*here, {.name = std::move(name), .password_hash = {}});
  EXPECT_TRUE(made);
}

runtime::Task<void> change_password(Node* node, runtime::Shard* here, std::string name) {
  security::User changed{.name = std::move(name), .password_hash = node->access().hash_password("another")};
  Result<void> put = co_await node->access().put_user(*here, std::move(changed));
  EXPECT_TRUE(put);
}

runtime::Task<void> delete_user(Node* node, runtime::Shard* here, std::string name, bool is_done) {
  Result<void> deleted = co_await node->access().delete_user(*here, std::move(name));
  EXPECT_EQ(deleted.has_value(), is_done);
}

TEST_F(Evicted, AUserWhoIsDeletedTakesTheConnectionsAlong) {
  Node* node = &running_.node();
  running_.on(0, make_user(node, &running_.shard(0), "u"));
  fill("u", "/");
  running_.on(2, delete_user(node, &running_.shard(2), "u", true));
  expect_told("user 'u' is deleted");
}

TEST_F(Evicted, AUserWhoIsNotDeletedKeepsTheConnections) {
  Node* node = &running_.node();
  running_.on(0, make_user(node, &running_.shard(0), "u"));
  fill("u", "/");
  running_.on(1, change_password(node, &running_.shard(1), "u"));
  running_.on(1, delete_user(node, &running_.shard(1), "nobody", false));
  for (const Visitor& one : leaving_) EXPECT_THAT(one.told, IsEmpty());
}

}  // namespace
}  // namespace wharf::broker
