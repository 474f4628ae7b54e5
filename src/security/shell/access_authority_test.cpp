// Users and permissions on three shards of a simulated machine, through restarts and with a disk that fails.
#include <gtest/gtest.h>

#include "security/shell/access_authority_testing.hpp"

namespace wharf::security {
namespace {

using testing::Told;
using testing::World;

TEST(AccessAuthority, AFirstStartMakesGuestAndNoLaterOneMakesHimAgain) {
  World world;
  Result<Principal> guest = world.authority->table(world.shard(1)).sign_in("guest", "guest", Peer::kLoopback);
  ASSERT_TRUE(guest) << guest.error().message;
  EXPECT_TRUE(guest->has_tag("administrator"));
  EXPECT_TRUE(world.authority->table(world.shard(2)).may_use_namespace(*guest, "/"));
  EXPECT_FALSE(world.authority->table(world.shard(2)).sign_in("guest", "guest", Peer::kRemote));
  Told first = world.told();
  world.power_loss();
  EXPECT_EQ(world.told(), first) << "the same salt: it is the same guest";
  ASSERT_TRUE(world.delete_user(1, "guest"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.told(), Told());
    i == 1 ? world.power_loss() : world.restart();
  }
}

TEST(AccessAuthority, WhatWasSetFromAnyShardIsOnEveryShardAndThereAfterAPowerLoss) {
  World world;
  ASSERT_TRUE(world.put_user(0, "alice"));
  ASSERT_TRUE(world.put_user(1, "a/b%"));
  ASSERT_TRUE(world.put_user(2, "alice", "changed"));
  ASSERT_TRUE(world.set(1, Permission{"alice", "/", "", "^a", ".*"}));
  ASSERT_TRUE(world.set(2, Permission{"a/b%", "v", "", "", "^b"}));
  ASSERT_TRUE(world.set(0, TopicPermission{"alice", "/", "amq.topic", "^x", ""}));
  ASSERT_TRUE(world.set(0, TopicPermission{"alice", "/", "amq.topic", "^y", ""}));
  Told told = world.told();
  EXPECT_EQ(told.size(), 2u + 2u + 2u + 1u) << "guest's two among them";
  world.power_loss();
  EXPECT_EQ(world.told(), told);
  const AccessTable& table = world.authority->table(world.shard(2));
  Result<Principal> alice = table.sign_in("alice", "changed", Peer::kRemote);
  ASSERT_TRUE(alice);
  EXPECT_TRUE(table.may(*alice, "/", Verb::kWrite, Resource::topic_key("amq.topic", "yes")));
  EXPECT_FALSE(table.may(*alice, "/", Verb::kWrite, Resource::topic_key("amq.topic", "x")));
}

TEST(AccessAuthority, WhatCannotBeIsRefusedAndChangesNothing) {
  World world;
  ASSERT_TRUE(world.put_user(0, "alice"));
  Told before = world.told();
  std::size_t changes = world.machine->disk().changes();
  EXPECT_EQ(world.put_user(1, "").error().code, ErrorCode::kInvalidName);
  EXPECT_EQ(world.delete_user(1, "bob").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(world.set(1, Permission{"bob", "/", "", "", ""}).error().message, "user 'bob' does not exist");
  EXPECT_EQ(world.set(1, Permission{"alice", "w", "", "", ""}).error().message, "vhost 'w' does not exist");
  EXPECT_EQ(world.set(1, Permission{"alice", "/", "(", "", ""}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(world.set(1, TopicPermission{"alice", "/", "t", "", "[["}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(world.machine->disk().changes(), changes);
  EXPECT_EQ(world.told(), before);
}

TEST(AccessAuthority, WhatIsClearedIsGoneAndMayBeClearedTwice) {
  World world;
  ASSERT_TRUE(world.put_user(0, "alice"));
  Told before = world.told();
  ASSERT_TRUE(world.set(0, Permission{"alice", "/", "", "^a", ".*"}));
  ASSERT_TRUE(world.set(0, TopicPermission{"alice", "/", "amq.topic", "^x", ""}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(world.done(1, world.authority->clear_permission(world.shard(1), {"alice", "/"})));
    auto topic = world.authority->clear_topic_permission(world.shard(2), {"alice", "/", "amq.topic"});
    EXPECT_TRUE(world.done(2, std::move(topic)));
    EXPECT_EQ(world.told(), before);
  }
  world.restart();
  EXPECT_EQ(world.told(), before);
  auto nobody = world.authority->clear_permission(world.shard(1), {"bob", "/"});
  EXPECT_EQ(world.done(1, std::move(nobody)).error().code, ErrorCode::kNotFound);
}

TEST(AccessAuthority, ADeletedUserLeavesNothingToTheNextOfTheName) {
  World world;
  ASSERT_TRUE(world.put_user(0, "alice"));
  for (const char* in : {"/", "v"}) {
    ASSERT_TRUE(world.set(1, Permission{"alice", in, ".*", ".*", ".*"}));
    ASSERT_TRUE(world.set(2, TopicPermission{"alice", in, "amq.topic", "^x", ""}));
  }
  ASSERT_TRUE(world.delete_user(2, "alice"));
  EXPECT_EQ(world.told().size(), 2u);
  ASSERT_TRUE(world.put_user(1, "alice"));
  EXPECT_EQ(world.told().size(), 3u);
  world.power_loss();
  EXPECT_EQ(world.told().size(), 3u);
}

TEST(AccessAuthority, ANamespaceTakesItsPermissionsAlong) {
  World world;
  ASSERT_TRUE(world.set(1, Permission{"guest", "v", ".*", ".*", ".*"}));
  ASSERT_TRUE(world.set(2, TopicPermission{"guest", "v", "amq.topic", "^x", ""}));
  ASSERT_TRUE(world.forget_namespace(0, "v"));
  EXPECT_EQ(world.told().size(), 4u) << "it is there: nothing is forgotten";
  world.namespaces.erase("v");
  ASSERT_TRUE(world.forget_namespace(1, "v"));
  EXPECT_EQ(world.told().size(), 2u);
  world.namespaces.insert("v");
  world.restart();
  EXPECT_EQ(world.told().size(), 2u);
}

TEST(AccessAuthority, ANamespaceThatWentWithoutAWordToUsLosesItsPermissionsAtTheNextStart) {
  World world;
  ASSERT_TRUE(world.set(1, Permission{"guest", "v", ".*", ".*", ".*"}));
  ASSERT_TRUE(world.set(2, TopicPermission{"guest", "v", "amq.topic", "^x", ""}));
  world.namespaces.erase("v");
  world.power_loss();
  EXPECT_EQ(world.told().size(), 2u);
  world.namespaces.insert("v");
  world.restart();
  EXPECT_EQ(world.told().size(), 2u) << "they are not the next one's";
}

TEST(AccessAuthority, WhatCannotBeWrittenLeavesNothingOnAnyShard) {
  World world;
  ASSERT_TRUE(world.put_user(0, "alice"));
  ASSERT_TRUE(world.set(1, Permission{"alice", "/", ".*", ".*", ".*"}));
  ASSERT_TRUE(world.set(2, TopicPermission{"alice", "/", "amq.topic", "^x", ""}));
  Told before = world.told();
  world.break_disk();
  EXPECT_FALSE(world.put_user(1, "bob"));
  EXPECT_FALSE(world.set(2, Permission{"alice", "v", ".*", ".*", ".*"}));
  EXPECT_FALSE(world.done(1, world.authority->clear_permission(world.shard(1), {"alice", "/"})));
  EXPECT_FALSE(world.delete_user(2, "alice"));
  EXPECT_EQ(world.told(), before);
  world.mend_disk();
  EXPECT_EQ(world.told(), before);
  world.power_loss();
  EXPECT_EQ(world.told(), before);
}

TEST(AccessAuthority, RightsInANamespaceThatWentAreGoneThoughTheDiskFailsAndAreForgottenWithTheNextChange) {
  World world;
  ASSERT_TRUE(world.set(1, Permission{"guest", "v", ".*", ".*", ".*"}));
  world.namespaces.erase("v");
  world.break_disk();
  EXPECT_FALSE(world.forget_namespace(1, "v")) << "so that none is made of that name meanwhile";
  EXPECT_EQ(world.told().size(), 2u);
  world.mend_disk();
  ASSERT_TRUE(world.forget_namespace(1, "v"));
  world.namespaces.insert("v");
  world.power_loss();
  EXPECT_EQ(world.told().size(), 2u);
}

runtime::Task<void> keep(runtime::Task<Result<void>> task, Result<void>* into) {
  *into = co_await std::move(task);
}

TEST(AccessAuthority, APermissionThatCrossesItsUsersDeletionIsNotThereAfterwards) {
  std::set<bool> outcomes;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World world(seed);
    ASSERT_TRUE(world.put_user(0, "alice"));
    Result<void> set, deleted;
    runtime::TaskScope setting(world.shard(1)), deleting(world.shard(2));
    Permission permission{"alice", "/", ".*", ".*", ".*"};
    setting.spawn("set", keep(world.authority->set_permission(world.shard(1), permission), &set));
    deleting.spawn("delete", keep(world.authority->delete_user(world.shard(2), "alice"), &deleted));
    world.simulation.run(world.shard(1), setting.close());
    world.simulation.run(world.shard(2), deleting.close());
    ASSERT_TRUE(deleted);
    outcomes.insert(set.has_value());
    EXPECT_EQ(world.told().size(), 2u) << "seed " << seed;
    world.restart();
    EXPECT_EQ(world.told().size(), 2u) << "seed " << seed;
  }
  EXPECT_EQ(outcomes.size(), 2u) << "the seeds reach both orders";
}

}  // namespace
}  // namespace wharf::security
