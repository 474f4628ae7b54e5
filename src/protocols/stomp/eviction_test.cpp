// What was deleted takes the connections along that belong to it.
#include "protocols/stomp/door_testing.hpp"

namespace wharf::stomp {
namespace {

class StompEviction : public DoorTest {
 protected:
  void delete_vhost(std::string name) {
    EXPECT_TRUE(simulation_.run(shard(), node_->entities().delete_namespace(shard(), std::move(name))));
  }
};

TEST_F(StompEviction, AConnectionHearsThatItsVirtualHostIsDeletedAndEnds) {
  add_vhost("v");
  Peer& evicted = open({}, "guest", "v");
  Peer& bystander = open();
  delete_vhost("v");
  EXPECT_EQ(evicted.error(), "Connection closed: vhost 'v' is down");
  bystander.publish("/queue/a", "still here");
}

TEST_F(StompEviction, AConnectionHearsThatItsUserIsDeletedAndEnds) {
  add_user("u");
  Peer& evicted = open({}, "u");
  Peer& bystander = open();
  evicted.subscribe("1", "/queue/a", {{"ack", "client"}});
  bystander.publish("/queue/a", "held");
  evicted.next("MESSAGE");
  EXPECT_TRUE(simulation_.run(shard(), node_->access().delete_user(shard(), "u")));
  EXPECT_EQ(evicted.error(), "Connection closed: user 'u' is deleted");
  bystander.subscribe("1", "/queue/a");
  EXPECT_EQ(bystander.next("MESSAGE").body, "held");
}

}  // namespace
}  // namespace wharf::stomp
