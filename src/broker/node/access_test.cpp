// Users and permissions in a whole node: on real shards, with real namespaces, and through restarts.
#include "broker/node/access.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

const Endpoint kHere{"127.0.0.1", 1}, kElsewhere{"192.0.2.1", 1};

runtime::Task<void> give_rights(Node* node, runtime::Shard* here) {
  security::User alice{.name = "alice", .password_hash = node->access().hash_password("secret"), .tags = {}};
  Result<void> put = co_await node->access().put_user(*here, alice);
  EXPECT_TRUE(put);
  Result<void> made = co_await node->entities().create_namespace(*here, "v");
  EXPECT_TRUE(made);
  security::Permission all{"alice", "v", ".*", ".*", ".*"};
  Result<void> set = co_await node->access().set_permission(*here, all);
  EXPECT_TRUE(set);
  all.name_space = "w";
  Result<void> nowhere = co_await node->access().set_permission(*here, all);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound);
  Result<void> again = co_await node->entities().create_namespace(*here, "v");
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
}

runtime::Task<void> look(Node* node, runtime::Shard* here, bool may_enter) {
  Result<security::Principal> alice = node->access().sign_in(*here, "alice", "secret", kElsewhere);
  EXPECT_TRUE(alice);
  if (!alice) co_return;
  EXPECT_EQ(node->access().table(*here).may_use_namespace(*alice, "v"), may_enter);
  EXPECT_TRUE(node->access().sign_in(*here, "guest", "guest", kHere));
  EXPECT_EQ(node->access().sign_in(*here, "guest", "guest", kElsewhere).error().code, ErrorCode::kSignInRefused);
}

runtime::Task<void> make_anew(Node* node, runtime::Shard* here) {
  Result<void> deleted = co_await node->entities().delete_namespace(*here, "v");
  EXPECT_TRUE(deleted);
  Result<void> made = co_await node->entities().create_namespace(*here, "v");
  EXPECT_TRUE(made);
}

TEST(NodeAccess, RightsAreKeptAndGoWithTheirNamespace) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  for (int start = 0; start < 4; ++start) {
    NodeThreads running(files, start % 2 == 0 ? 3 : 2);
    Node* node = &running.node();
    if (start == 0) running.on(1, give_rights(node, &running.shard(1)));
    if (start == 2) running.on(2, make_anew(node, &running.shard(2)));
    for (std::size_t i = 0; i < 2; ++i) running.on(i, look(node, &running.shard(i), start < 2));
  }
}

TEST(NodeAccess, OnlyAddressesOfThisMachineAreLoopback) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"10.127.0.1", "::ffff:10.0.0.1", "fe80::1", "localhost.example", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace wharf::broker
