// A queue whose policy says that messages wait until the time that a header has.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

class StompHolding : public DoorTest {
 protected:
  void SetUp() override {
    routing::Policy policy{.name = "eta", .pattern = "^held$", .definition = {{"hold-until", "eta"}}};
    auto set =
        simulation_.run(shard(), node_->policies().set(shard(), routing::PolicyKind::kPolicy, "/", std::move(policy)));
    ASSERT_TRUE(set) << set.error().message;
  }
  /// From now, as ISO 8601 writes it: the simulation begins with the year 2026.
  std::string in(int seconds) {
    auto now_s = shard().clock().wall_now().ms / 1000 - 1767225600 + seconds;
    EXPECT_LT(now_s, 86'400);
    return fmt::format("2026-01-01T{:02}:{:02}:{:02}.000000+00:00", now_s / 3600, now_s / 60 % 60, now_s % 60);
  }
  std::uint64_t ready(std::string_view queue) { return counts(queue)->ready; }
};

TEST_F(StompHolding, AMessageComesAtItsTimeAndOthersBeforeIt) {
  Peer& peer = open();
  peer.publish("/queue/held", "later", {{"eta", in(60)}});
  peer.publish("/queue/held", "past", {{"eta", in(-1)}});
  peer.publish("/queue/held", "no time", {{"eta", "tomorrow"}});
  peer.publish("/queue/held", "none");
  EXPECT_EQ(ready("held"), 3u);
  simulation_.run_for(std::chrono::seconds(58));
  EXPECT_EQ(ready("held"), 3u);
  kill();
  simulation_.run_for(std::chrono::seconds(5));
  EXPECT_EQ(ready("held"), 4u);
}

TEST_F(StompHolding, OtherQueuesHaveItAtOnceAndOnce) {
  for (std::string_view name : {"held", "other"}) {
    Peer& peer = open();
    peer.subscribe("s", fmt::format("/queue/{}", name));
    peer.cut();
    routing::Binding binding{"amq.topic", {routing::DestinationKind::kQueue, std::string(name)}, "a.#", {}};
    ASSERT_TRUE(simulation_.run(shard(), node_->entities().bind(shard(), "/", binding)));
  }
  Peer& peer = open();
  peer.publish("/topic/a.b", "x", {{"eta", in(60)}});
  EXPECT_EQ(ready("held"), 0u);
  EXPECT_EQ(ready("other"), 1u);
  simulation_.run_for(std::chrono::seconds(62));
  EXPECT_EQ(ready("held"), 1u);
  EXPECT_EQ(ready("other"), 1u);
}

}  // namespace
}  // namespace wharf::stomp
