// QoS 2 in sessions that last: each message once, whatever happens to the connection and to the broker.
#include <algorithm>
#include <charconv>
#include <deque>
#include <set>

#include "protocols/mqtt/door_testing.hpp"
#include "sim/seeds.hpp"

namespace wharf::mqtt {
namespace {

class MqttExactlyOnce : public DoorTest {
 protected:
  Publish message(std::uint16_t id, std::string_view payload, bool dup = false) {
    return {.dup = dup, .qos = 2, .topic = "t", .packet_id = id, .properties = {}, .payload = as_bytes(payload)};
  }
  /// What came without more being said than PUBREC and PUBCOMP.
  std::vector<std::string> read_all(Peer& reader) {
    std::vector<std::string> payloads;
    while (reader.hears_something(std::chrono::seconds(1))) {
      if (reader.next_is(kPubRel)) {
        reader.send(PubComp{.packet_id = reader.next<PubRel>().packet_id});
        continue;
      }
      Publish publish = reader.next<Publish>();
      payloads.emplace_back(as_text(publish.payload));
      reader.send(PubRec{.packet_id = publish.packet_id});
    }
    return payloads;
  }
  using Payloads = std::vector<std::string>;
};

TEST_F(MqttExactlyOnce, AMessageThatComesAgainBecauseItsAnswerWasLostIsThereOnce) {
  Peer& reader = open(lasting("reader"));
  EXPECT_EQ(reader.subscribe("t", 2), 2);
  Peer* publisher = &open(lasting("publisher"));
  publisher->send(message(1, "a"));
  publisher->next<PubRec>();
  publisher->send(message(2, "b"));
  publisher->next<PubRec>();
  for (bool restarts : {false, true, true}) {
    publisher->cut();
    if (restarts) kill_and_start();
    publisher = &open(lasting("publisher"));
    publisher->send(message(1, "a", true));
    EXPECT_EQ(publisher->next<PubRec>().packet_id, 1);
  }
  publisher->send(message(2, "b", true));
  EXPECT_EQ(publisher->next<PubRec>().packet_id, 2);
  publisher->send(PubRel{.packet_id = 1});
  EXPECT_EQ(publisher->next<PubComp>().reason, ReasonCode::kSuccess);
  publisher->send(message(1, "c"));
  publisher->next<PubRec>();
  EXPECT_EQ(read_all(open(lasting("reader"))), (Payloads{"a", "b", "c"}));
}

TEST_F(MqttExactlyOnce, AnIdentifierThatIsUsedAnewWithoutBeingReleasedIsAnotherMessage) {
  Peer& reader = open(lasting("reader"));
  EXPECT_EQ(reader.subscribe("t", 2), 2);
  Peer& first = open(lasting("publisher"));
  first.send(message(1, "a"));
  first.next<PubRec>();
  first.cut();
  Peer& again = open(lasting("publisher"));
  again.send(message(1, "b"));
  again.next<PubRec>();
  EXPECT_EQ(read_all(reader), (Payloads{"a", "b"}));
}

TEST_F(MqttExactlyOnce, WhatComesAgainOutOfOrderIsNotTakenForWhatIsThere) {
  Peer& reader = open(lasting("reader"));
  EXPECT_EQ(reader.subscribe("t", 2), 2);
  Peer& first = open(lasting("publisher"));
  for (std::uint16_t id : std::initializer_list<std::uint16_t>{1, 2}) first.add(message(id, std::to_string(id)));
  first.start_sending();
  for (int i = 0; i < 2; ++i) first.next<PubRec>();
  first.cut();
  Peer& again = open(lasting("publisher"));
  for (std::uint16_t id : std::initializer_list<std::uint16_t>{2, 1}) {
    again.send(message(id, std::to_string(id), true));
    again.next<PubRec>();
  }
  EXPECT_EQ(read_all(reader), (Payloads{"1", "2", "1"})) << "the broker cannot know; it does not lose it";
}

/// A device that publishes 1, 2, 3, ... and keeps to the protocol, as its reader does, through kills at drawn moments.
class Life final : public DoorTest {
 public:
  explicit Life(std::uint64_t seed) : DoorTest({}, seed), draw_(simulation_.random("kills")) {}

  std::uint64_t run() {
    come_back();
    reader_->subscribe("t", 2);
    for (int kill = 0; kill < 5; ++kill) {
      live_for(draw_.between(std::uint64_t{1}, std::uint64_t{40}));
      kill_and_start();
      come_back();
    }
    publishes_no_more_ = true;
    EXPECT_TRUE(settle_down());
    EXPECT_EQ(came_.size(), static_cast<std::size_t>(published_));
    EXPECT_TRUE(std::ranges::is_sorted(came_));
    EXPECT_EQ(std::set<int>(came_.begin(), came_.end()).size(), came_.size()) << "seed " << simulation_.seed();
    return simulation_.hash();
  }

 private:
  struct UnderWay {
    std::uint16_t id = 0;
    int number = 0;
    bool is_received = false;
  };
  void TestBody() override {}

  void come_back() {
    publisher_ = &open(lasting("publisher"));
    reader_ = &open(lasting("reader"));
    for (UnderWay& one : under_way_) send(one, true);
    publisher_->start_sending();
  }
  void send(const UnderWay& one, bool dup) {
    std::string payload = std::to_string(one.number);
    if (one.is_received) {
      publisher_->add(PubRel{.packet_id = one.id});
    } else {
      publisher_->add(Publish{
          .dup = dup, .qos = 2, .topic = "t", .packet_id = one.id, .properties = {}, .payload = as_bytes(payload)});
    }
  }
  void publish_more() {
    while (!publishes_no_more_ && under_way_.size() < 8) {
      next_id_ = static_cast<std::uint16_t>(next_id_ % 20 + 1);
      send(under_way_.emplace_back(UnderWay{next_id_, ++published_}), false);
    }
  }
  void hear_publisher() {
    while (publisher_->hears_something(Nanoseconds(0))) {
      if (publisher_->next_is(kPubRec)) {
        PubRec answer = publisher_->next<PubRec>();
        EXPECT_FALSE(is_failure(answer.reason));
        auto one = std::ranges::find(under_way_, answer.packet_id, &UnderWay::id);
        if (one == under_way_.end()) continue;
        one->is_received = true;
        send(*one, false);
      } else {
        std::uint16_t id = publisher_->next<PubComp>().packet_id;
        std::erase_if(under_way_, [id](const UnderWay& one) { return one.id == id; });
      }
    }
  }
  void hear_reader() {
    while (reader_->hears_something(Nanoseconds(0))) {
      if (reader_->next_is(kPubRel)) {
        std::uint16_t id = reader_->next<PubRel>().packet_id;
        not_released_.erase(id);
        reader_->add(PubComp{.packet_id = id});
        continue;
      }
      Publish publish = reader_->next<Publish>();
      std::string_view text = as_text(publish.payload);
      int number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      if (not_released_.insert(publish.packet_id).second) came_.push_back(number);
      reader_->add(PubRec{.packet_id = publish.packet_id});
    }
  }
  void step() {
    publish_more();
    hear_publisher();
    hear_reader();
    publisher_->start_sending();
    reader_->start_sending();
    simulation_.run_for(std::chrono::microseconds(draw_.between(std::uint64_t{1}, std::uint64_t{500})));
  }
  void live_for(std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps; ++i) step();
  }
  bool settle_down() {
    for (int i = 0; i < 5'000; ++i) {
      step();
      if (under_way_.empty() && not_released_.empty() && came_.size() >= static_cast<std::size_t>(published_))
        return true;
    }
    return false;
  }

  sim::SeededRandom draw_;
  Peer* publisher_ = nullptr;
  Peer* reader_ = nullptr;
  std::deque<UnderWay> under_way_;
  std::set<std::uint16_t> not_released_;
  std::vector<int> came_;
  std::uint16_t next_id_ = 0;
  int published_ = 0;
  bool publishes_no_more_ = false;
};

TEST(MqttExactlyOnceOverKills, EachMessageArrivesOnceAndInOrder) {
  EXPECT_TRUE(sim::run_seeds(10, [](std::uint64_t seed) { return Life(seed).run(); }).empty());
}

}  // namespace
}  // namespace wharf::mqtt
