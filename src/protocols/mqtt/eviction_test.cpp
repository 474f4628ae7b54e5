// What was deleted takes the connections along that belong to it.
#include "protocols/mqtt/door_testing.hpp"

namespace wharf::mqtt {
namespace {

class MqttEviction : public DoorTest {
 protected:
  void delete_vhost(std::string name) {
    EXPECT_TRUE(simulation_.run(shard(), node_->entities().delete_namespace(shard(), std::move(name))));
  }
  static runtime::Task<void> begin_delete(broker::Entities* entities, runtime::Shard* here, std::string name) {
    Result<void> deleted = co_await entities->delete_namespace(*here, std::move(name));
    EXPECT_TRUE(deleted);
  }
  void expect_told(Peer& peer, std::string_view reason) {
    Disconnect told = peer.next<Disconnect>();
    EXPECT_EQ(told.reason, ReasonCode::kAdministrativeAction);
    EXPECT_EQ(told.properties.reason_string, reason);
    EXPECT_TRUE(peer.until([&] { return peer.ended(); }));
  }
};

TEST_F(MqttEviction, AConnectionHearsThatItsVirtualHostIsDeletedAndEnds) {
  add_vhost("v");
  std::vector<Peer*> evicted;
  for (const char* name : {"a", "b", "c"}) evicted.push_back(&open(lasting(name, "v:guest", true, "guest")));
  Connect old = lasting("d", "v:guest", true, "guest");
  old.level = 4;
  Peer& of_old_version = open(old);
  Peer& bystander = open("bystander");
  delete_vhost("v");
  for (Peer* one : evicted) expect_told(*one, "vhost 'v' is down");
  EXPECT_TRUE(of_old_version.until([&] { return of_old_version.ended(); }));
  EXPECT_EQ(bystander.subscribe("t", 1), 1);
}

TEST_F(MqttEviction, AConnectionHearsThatItsUserIsDeletedAndEnds) {
  add_user("u");
  Peer& evicted = open(lasting("c", "u"));
  EXPECT_EQ(evicted.subscribe("t", 1), 1);
  Peer& bystander = open("bystander");
  EXPECT_TRUE(simulation_.run(shard(), node_->access().delete_user(shard(), "u")));
  expect_told(evicted, "user 'u' is deleted");
  EXPECT_EQ(bystander.subscribe("t", 1), 1);
}

/// It is in no list while it waits for its session.
TEST_F(MqttEviction, WhoConnectsWhileItsVirtualHostIsDeletedDoesNotStay) {
  int connected = 0;
  constexpr int kTries = 60;
  for (int i = 0; i < kTries; ++i) {
    add_vhost("v");
    Peer& peer = connect();
    runtime::TaskScope deleting(shard());
    deleting.spawn("delete", begin_delete(&node_->entities(), &shard(), "v"));
    simulation_.run_for(std::chrono::microseconds(i * 20));
    peer.add(lasting("c", "v:guest", false, "guest")).start_sending();
    simulation_.run(shard(), deleting.close());
    EXPECT_TRUE(peer.until([&] { return peer.ended(); })) << i;
    if (peer.hears_something() && peer.next<ConnAck>().code == 0) ++connected;
    peer.cut();
  }
  EXPECT_GT(connected, 0);
  EXPECT_LT(connected, kTries);
}

}  // namespace
}  // namespace wharf::mqtt
