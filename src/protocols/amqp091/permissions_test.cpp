// Who may sign in, enter a virtual host, and do what there.
#include "protocols/amqp091/door_testing.hpp"

namespace wharf::amqp091 {
namespace {

class AmqpPermissions : public DoorTest {
 protected:
  AmqpPermissions() {
    access_.put_user("alice", "secret");
    access_.put_user("stranger", "secret");
    access_.put(security::Permission{"alice", "/", "^mine", "^mine|^amq\\.topic$", "^mine|^amq\\.topic$"});
    access_.put(security::TopicPermission{"alice", "/", "amq.topic", "^{username}\\.", "^read\\."});
    Peer& guest = open();
    guest.send(QueueDeclare{.queue = "theirs"});
    guest.next<QueueDeclareOk>();
    guest.send(ExchangeDeclare{.exchange = "theirs", .type = "fanout"});
    guest.next<ExchangeDeclareOk>();
    alice_ = &connect();
    alice_->shake_hands(login("alice", "secret"));
    alice_->open_channel(1);
    alice_->send(QueueDeclare{.queue = "mine"});
    alice_->next<QueueDeclareOk>();
    alice_->send(ExchangeDeclare{.exchange = "mine", .type = "topic"});
    alice_->next<ExchangeDeclareOk>();
  }
  /// What closes alice's channel, which is opened again.
  std::string refusal() {
    std::string refused = alice_->channel_close();
    alice_->open_channel(1);
    return refused;
  }
  Peer& tuning(ConnectionStartOk answer) {
    Peer& peer = connect();
    peer.send_raw(kProtocolHeader);
    peer.next<ConnectionStart>(0);
    peer.send(answer, 0);
    peer.next<ConnectionTune>(0);
    peer.add(ConnectionTuneOk{0, 0, 0}, 0);
    return peer;
  }

  Peer* alice_ = nullptr;
};

constexpr std::string_view kLoginRefused =
    "403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.";

TEST_F(AmqpPermissions, WrongPasswordsUnknownUsersAndGuestFromElsewhereHearTheSame) {
  auto refusal = [&](std::string_view user, std::string_view password) {
    Peer& peer = connect();
    peer.send_raw(kProtocolHeader);
    peer.next<ConnectionStart>(0);
    peer.send(login(user, password), 0);
    return peer.connection_close();
  };
  EXPECT_EQ(refusal("alice", "wrong"), kLoginRefused);
  EXPECT_EQ(refusal("nobody", "secret"), kLoginRefused);
  EXPECT_EQ(refusal("alice", ""), kLoginRefused);
  access_.peer = security::Peer::kRemote;
  EXPECT_EQ(refusal("guest", "guest"), kLoginRefused);
  tuning(login("alice", "secret"));
}

TEST_F(AmqpPermissions, AVirtualHostWithoutAnyPermissionIsNotEntered) {
  Peer& stranger = tuning(login("stranger", "secret"));
  stranger.send(ConnectionOpen{}, 0);
  EXPECT_EQ(stranger.connection_close(), "530 NOT_ALLOWED - access to vhost '/' refused for user 'stranger'");
}

struct Refused {
  const char* what;
  std::function<void(Peer&)> ask;
};

const Refused kRefused[] = {
    {"configure access to queue 'theirs'", [](Peer& p) { p.send(QueueDeclare{.queue = "theirs"}); }},
    {"configure access to queue 'other'", [](Peer& p) { p.send(QueueDeclare{.queue = "other"}); }},
    {"configure access to queue 'theirs'", [](Peer& p) { p.send(QueueDelete{.queue = "theirs"}); }},
    {"configure access to queue 'nope'", [](Peer& p) { p.send(QueueDelete{.queue = "nope"}); }},
    {"read access to queue 'theirs'", [](Peer& p) { p.send(QueuePurge{.queue = "theirs"}); }},
    {"read access to queue 'theirs'", [](Peer& p) { p.send(BasicGet{.queue = "theirs"}); }},
    {"read access to queue 'theirs'", [](Peer& p) { p.send(BasicConsume{.queue = "theirs"}); }},
    {"read access to queue 'nope'", [](Peer& p) { p.send(BasicConsume{.queue = "nope"}); }},
    {"write access to queue 'theirs'", [](Peer& p) { p.send(QueueBind{.queue = "theirs", .exchange = "mine"}); }},
    {"read access to exchange 'theirs'", [](Peer& p) { p.send(QueueBind{.queue = "mine", .exchange = "theirs"}); }},
    {"read access to exchange 'theirs'", [](Peer& p) { p.send(QueueUnbind{.queue = "mine", .exchange = "theirs"}); }},
    {"configure access to exchange 'theirs'", [](Peer& p) { p.send(ExchangeDeclare{.exchange = "theirs"}); }},
    {"configure access to exchange 'theirs'", [](Peer& p) { p.send(ExchangeDelete{.exchange = "theirs"}); }},
    {"write access to exchange 'theirs'",
     [](Peer& p) { p.send(ExchangeBind{.destination = "theirs", .source = "mine"}); }},
    {"read access to exchange 'theirs'",
     [](Peer& p) { p.send(ExchangeUnbind{.destination = "mine", .source = "theirs"}); }},
    {"write access to exchange 'theirs'",
     [](Peer& p) {
       p.send(ExchangeDeclare{.exchange = "mine2", .arguments = {{"alternate-exchange", std::string("theirs")}}});
     }},
    {"write access to exchange 'theirs'",
     [](Peer& p) {
       p.send(QueueDeclare{.queue = "mine2", .arguments = {{"x-dead-letter-exchange", std::string("theirs")}}});
     }},
    {"write access to exchange 'theirs'", [](Peer& p) { p.publish("theirs", "k", "x"); }},
    {"write access to exchange 'nope'", [](Peer& p) { p.publish("nope", "k", "x"); }},
    {"write access to exchange 'amq.default'", [](Peer& p) { p.publish("", "mine", "x"); }},
    {"write access to exchange 'theirs'", [](Peer& p) { p.publish("theirs", "k", "x", {.user_id = "bob"}); }},
    {"write access to topic 'bob.x' in exchange 'amq.topic'", [](Peer& p) { p.publish("amq.topic", "bob.x", "x"); }},
    {"write access to topic 'bob.x' in exchange 'amq.topic'",
     [](Peer& p) {
       PropertyList keys{PropertyValue(std::string("bob.x"))};
       p.publish("amq.topic", "alice.x", "x", {.headers = PropertyTable{{"BCC", keys}}});
     }},
    {"write access to topic 'bob.x' in exchange 'amq.topic'",
     [](Peer& p) {
       p.send(TxSelect{});
       p.next<TxSelectOk>();
       p.publish("amq.topic", "bob.x", "x");
     }},
    {"read access to topic '#' in exchange 'amq.topic'",
     [](Peer& p) { p.send(QueueBind{.queue = "mine", .exchange = "amq.topic", .routing_key = "#"}); }},
    {"read access to topic '#' in exchange 'amq.topic'",
     [](Peer& p) { p.send(ExchangeBind{.destination = "mine", .source = "amq.topic", .routing_key = "#"}); }},
};

TEST_F(AmqpPermissions, WhatIsNotAllowedClosesTheChannelWithRabbitMqsSentence) {
  for (const Refused& one : kRefused) {
    one.ask(*alice_);
    EXPECT_EQ(refusal(), fmt::format("403 ACCESS_REFUSED - {} in vhost '/' refused for user 'alice'", one.what));
  }
  EXPECT_TRUE(entities_.queue("theirs"));
  EXPECT_FALSE(entities_.queue("mine2"));
}

TEST_F(AmqpPermissions, WhatIsAllowedIsDone) {
  Peer& alice = *alice_;
  alice.send(QueueDeclare{.queue = "theirs", .passive = true});
  EXPECT_EQ(alice.next<QueueDeclareOk>().queue, "theirs") << "whoever is in may look whether something is there";
  alice.send(ExchangeDeclare{.exchange = "theirs", .passive = true});
  alice.next<ExchangeDeclareOk>();
  alice.send(QueueBind{.queue = "mine", .exchange = "mine", .routing_key = "#"});
  alice.next<QueueBindOk>();
  alice.send(ExchangeBind{.destination = "mine", .source = "amq.topic", .routing_key = "read.#"});
  alice.next<ExchangeBindOk>();
  alice.send(ConfirmSelect{});
  alice.next<ConfirmSelectOk>();
  alice.publish("amq.topic", "alice.x", "nowhere");
  EXPECT_EQ(alice.next<BasicAck>().delivery_tag, 1u);
  alice.publish("mine", "any", "x", {.user_id = "alice"});
  EXPECT_EQ(alice.next<BasicAck>().delivery_tag, 2u);
  alice.send(BasicConsume{.queue = "mine", .consumer_tag = "c"});
  alice.next<BasicConsumeOk>();
  EXPECT_EQ(alice.delivery().second, "x");
  alice.send(QueueDelete{.queue = "mine"});
}

TEST_F(AmqpPermissions, WhoHasTheTagImpersonatorPublishesInAnothersName) {
  alice_->publish("mine", "any", "x", {.user_id = "bob"});
  EXPECT_EQ(refusal(), "406 PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was 'alice'");
  access_.put(security::User{
      .name = "proxy", .password_hash = security::hash_password({}, "secret"), .tags = {"impersonator"}});
  access_.put(security::Permission{"proxy", "/", ".*", ".*", ".*"});
  Peer& proxy = connect();
  proxy.shake_hands(login("proxy", "secret"));
  proxy.open_channel(1);
  proxy.publish("", "mine", "x", {.user_id = "bob"});
  proxy.send(BasicGet{.queue = "mine", .no_ack = true});
  proxy.next<BasicGetOk>();
  EXPECT_EQ(proxy.content().properties.user_id, "bob");
}

TEST_F(AmqpPermissions, WhatIsTakenAwayOrGivenCountsForOpenConnections) {
  alice_->send(BasicGet{.queue = "mine"});
  alice_->next<BasicGetEmpty>();
  access_.put(security::Permission{"alice", "/", "", "", "^theirs$"});
  alice_->send(BasicGet{.queue = "theirs"});
  alice_->next<BasicGetEmpty>();
  alice_->publish("mine", "k", "x");
  EXPECT_EQ(refusal(), "403 ACCESS_REFUSED - write access to exchange 'mine' in vhost '/' refused for user 'alice'");
  for (const security::Definition& one : access_.users.removal_of_user("alice")) access_.put(one);
  alice_->send(BasicGet{.queue = "theirs"});
  EXPECT_EQ(refusal(), "403 ACCESS_REFUSED - read access to queue 'theirs' in vhost '/' refused for user 'alice'");
}

}  // namespace
}  // namespace wharf::amqp091
