// A protocol of lines over the simulated network: each is answered with itself.
#include "runtime/conversation.hpp"

#include <functional>
#include <string>
#include <utility>

#include <gmock/gmock.h>

#include "model/received_bytes.hpp"
#include "sim/simulation.hpp"

namespace wharf::runtime {
namespace {

using testing::ElementsAre;
using testing::EndsWith;

class Lines final : public Conversation::Protocol {
 public:
  Lines(Shard& shard, std::unique_ptr<Stream> stream)
      : shard_(shard),
        conversation_(shard, std::move(stream), *this, tasks_, "lines"),
        can_read_(shard),
        tasks_(shard) {}

  Task<void> run() { return conversation_.run(); }
  Conversation& conversation() { return conversation_; }
  void say(std::string_view text) {
    out_.raw(as_bytes(text));
    conversation_.can_write().notify();
  }
  void say_large(std::size_t bytes) {
    out_.splice(SharedBytes::copy_of(as_bytes(std::string(bytes, 'x'))));
    conversation_.can_write().notify();
  }
  void end() {
    ended_ = true;
    conversation_.can_write().notify();
    can_read_.notify();
  }
  void hold_back(bool whether) {
    held_back_ = whether;
    if (!whether) can_read_.notify();
  }
  void let_slow_line_go() { go_.notify(); }
  /// Something of the protocol's own that runs for so long.
  void work_for(Nanoseconds time) { tasks_.spawn("work", work(this, time)); }
  /// The same, for as long as the client is there.
  void work_for_client() { tasks_.spawn("work-for-client", work_until(&unwanted_)); }

  std::vector<std::string> heard;
  std::size_t turns = 0, writes = 0, bytes_written = 0;
  bool told_of_end = false, has_left = false, lingering = false;
  Nanoseconds look_in = std::chrono::seconds(60);
  std::size_t looks = 0;
  bool is_too_late = false;
  std::function<void()> after_write = [] {};

 private:
  bool has_ended() const override { return ended_; }
  bool is_overloaded() const override { return held_back_; }
  Signal& can_read() override { return can_read_; }
  MutableBytes space() override { return in_.space(0); }
  void received(std::size_t count) override { in_.received(count); }
  void rest() override { in_.rest(); }
  bool take() override {
    while (!ended_ && !held_back_) {
      std::string_view pending = as_text(in_.pending());
      std::size_t end = pending.find('\n');
      if (end == std::string_view::npos) return true;
      std::string line(pending.substr(0, end + 1));
      in_.skip(line.size());
      heard.push_back(line.substr(0, end));
      if (heard.back() == "slow") return false;
      if (heard.back() == "end") ended_ = true;
      say(line);
    }
    return true;
  }
  Task<void> take_slow() override {
    co_await go_.wait();
    say("slow\n");
  }
  void end_turn() override { ++turns; }
  void stopped_reading() override { unwanted_.notify(); }
  GatheredBytes& out() override { return out_; }
  void writing(std::uint64_t bytes) override { writing_ = bytes; }
  void wrote() override {
    ++writes;
    bytes_written += writing_;
    after_write();
  }
  bool lingers() const override { return lingering; }
  Nanoseconds next_look() const override { return look_in; }
  bool look_at_time() override {
    ++looks;
    return !is_too_late;
  }
  void disconnected() override {
    told_of_end = true;
    ended_ = true;
    can_read_.notify();
    go_.notify();
  }
  Task<void> leave() override {
    EXPECT_TRUE(told_of_end);
    has_left = true;
    co_return;
  }
  static Task<void> work(Lines* lines, Nanoseconds time) {
    Signal never(lines->shard_);
    [[maybe_unused]] bool notified = co_await never.wait_until(lines->shard_.now() + time);
    lines->say("worked\n");
  }
  static Task<void> work_until(Signal* unwanted) { co_await unwanted->wait(); }

  Shard& shard_;
  Conversation conversation_;
  ReceivedBytes in_;
  GatheredBytes out_;
  Signal can_read_;
  Signal go_{shard_};
  Signal unwanted_{shard_};
  bool ended_ = false, held_back_ = false;
  std::uint64_t writing_ = 0;
  TaskScope tasks_;
};

class ConversationTest : public testing::Test {
 protected:
  ConversationTest() {
    simulation_.run(broker_.shard(), accept(this));
    EXPECT_TRUE(until([this] { return client_ != nullptr; }));
    served_.spawn("lines", lines_->run());
  }
  ~ConversationTest() override {
    client_->close();
    if (!lines_->has_left) lines_->conversation().disconnect();
    simulation_.run(broker_.shard(), served_.close());
    EXPECT_TRUE(lines_->has_left);
    listening_.reset();
    simulation_.run(machine_.shard(), heard_.close());
  }

  static Task<void> connect(ConversationTest* test) {
    Result<std::unique_ptr<Stream>> stream =
        co_await test->simulation_.network().connect(test->machine_.shard(), test->listening_->local());
    EXPECT_TRUE(stream);
    test->client_ = std::move(*stream);
  }
  static Task<void> accept(ConversationTest* test) {
    auto listening = test->simulation_.network().listen(test->broker_.shard(), {"broker", 0});
    EXPECT_TRUE(listening);
    test->listening_ = std::move(*listening);
    test->heard_.spawn("connect", connect(test));
    Result<std::unique_ptr<Stream>> stream = co_await test->listening_->accept(test->broker_.shard());
    EXPECT_TRUE(stream);
    test->lines_ = std::make_unique<Lines>(test->broker_.shard(), std::move(*stream));
  }
  static Task<void> send_text(Stream* stream, std::string text) {
    std::vector<OutPiece> pieces;
    pieces.emplace_back(SharedBytes::copy_of(as_bytes(text)));
    std::ignore = co_await stream->write(std::move(pieces));
  }
  static Task<void> listen(ConversationTest* test) {
    std::vector<std::byte> buffer(8192);
    while (true) {
      Result<std::size_t> count = co_await test->client_->read_some(buffer);
      if (!count || *count == 0) break;
      test->answers_ += as_text(ByteView(buffer).first(*count));
    }
    test->hung_up_ = true;
  }

  void send(std::string text) { heard_.spawn("send", send_text(client_.get(), std::move(text))); }
  /// From here on the client reads.
  void listen() { heard_.spawn("listen", listen(this)); }
  bool until(const std::function<bool()>& done, Nanoseconds within = std::chrono::seconds(20)) {
    return simulation_.run_until(done, simulation_.now() + within);
  }
  static Task<void> wait(Shard* shard, Nanoseconds time) {
    Signal never(*shard);
    [[maybe_unused]] bool notified = co_await never.wait_until(shard->now() + time);
  }
  void pass(Nanoseconds time) { simulation_.run(machine_.shard(), wait(&machine_.shard(), time)); }

  sim::Simulation simulation_{7};
  sim::Machine& machine_ = simulation_.add_machine("client");
  sim::Machine& broker_ = simulation_.add_machine("broker");
  std::unique_ptr<Listener> listening_;
  std::unique_ptr<Stream> client_;
  std::unique_ptr<Lines> lines_;
  std::string answers_;
  bool hung_up_ = false;
  TaskScope served_{broker_.shard()};
  TaskScope heard_{machine_.shard()};
};

TEST_F(ConversationTest, WhatComesIsAnsweredInItsOrder) {
  listen();
  send("a\nb\n");
  EXPECT_TRUE(until([&] { return answers_ == "a\nb\n"; }));
  send("c\n");
  EXPECT_TRUE(until([&] { return answers_ == "a\nb\nc\n"; }));
}

TEST_F(ConversationTest, WhatGathersInATurnIsWrittenTogether) {
  listen();
  for (int i = 0; i < 100; ++i) lines_->say("x");
  EXPECT_TRUE(until([&] { return answers_.size() == 100; }));
  EXPECT_EQ(lines_->writes, 1u);
}

TEST_F(ConversationTest, NothingIsReadBeforeWhatTakesTimeIsDone) {
  listen();
  send("slow\nbehind\n");
  pass(std::chrono::seconds(1));
  EXPECT_THAT(lines_->heard, ElementsAre("slow"));
  lines_->let_slow_line_go();
  EXPECT_TRUE(until([&] { return answers_ == "slow\nbehind\n"; }));
}

TEST_F(ConversationTest, WhoIsOverloadedIsNotReadFrom) {
  listen();
  send("a\n");
  EXPECT_TRUE(until([&] { return answers_ == "a\n"; }));
  lines_->hold_back(true);
  send("b\n");  // the read that waits takes it, and what is behind it stays in the socket
  pass(std::chrono::seconds(1));
  send(std::string(1'000'000, 'c') + "\n");
  pass(std::chrono::seconds(1));
  EXPECT_THAT(lines_->heard, ElementsAre("a"));
  const std::size_t turns = lines_->turns;
  pass(std::chrono::seconds(60));
  EXPECT_EQ(lines_->turns, turns);
  lines_->hold_back(false);
  EXPECT_TRUE(until([&] { return answers_.size() == 2 + 2 + 1'000'001; }));
}

TEST_F(ConversationTest, WhoWaitsForTheBrokerIsNotListenedToAndSoNotSilent) {
  send("a\n");
  EXPECT_TRUE(until([&] { return lines_->turns > 0; }));
  EXPECT_TRUE(lines_->conversation().is_listening());
  send("slow\n");
  pass(std::chrono::seconds(1));
  EXPECT_FALSE(lines_->conversation().is_listening());
  lines_->hold_back(true);
  lines_->let_slow_line_go();
  pass(std::chrono::seconds(1));
  EXPECT_FALSE(lines_->conversation().is_listening());
  const MonotonicTime held_until = simulation_.now();
  lines_->hold_back(false);
  EXPECT_TRUE(until([&] { return lines_->conversation().is_listening(); }));
  EXPECT_GE(lines_->conversation().last_read(), held_until);
}

TEST_F(ConversationTest, AClientThatReadsSlowlyGetsAllOfIt) {
  lines_->say_large(1 << 20);
  pass(std::chrono::seconds(1));
  EXPECT_EQ(lines_->writes, 0u) << "the socket has not taken all of it";
  lines_->say("behind\n");
  listen();
  EXPECT_TRUE(until([&] { return answers_.size() == (1 << 20) + 7; }));
  EXPECT_THAT(answers_, EndsWith("xbehind\n"));
  EXPECT_EQ(lines_->bytes_written, (1u << 20) + 7);
}

TEST_F(ConversationTest, WhatIsSaidOfAWriteGoesOut) {
  listen();
  lines_->after_write = [this] {
    if (lines_->writes < 5) lines_->say("more\n");
  };
  lines_->say("first\n");
  EXPECT_TRUE(until([&] { return answers_ == "first\nmore\nmore\nmore\nmore\n"; }));
}

TEST_F(ConversationTest, WhatIsInLineAtTheEndIsStillWritten) {
  listen();
  send("a\nend\nnever\n");
  EXPECT_TRUE(until([&] { return hung_up_ && lines_->has_left; }));
  EXPECT_EQ(answers_, "a\nend\n");
}

TEST_F(ConversationTest, AnEndByTheBrokerComesBehindWhatIsInLineForASlowClient) {
  lines_->say_large(1 << 20);
  pass(std::chrono::seconds(1));
  lines_->say("bye\n");
  lines_->end();
  listen();
  EXPECT_TRUE(until([&] { return hung_up_ && lines_->has_left; }));
  EXPECT_THAT(answers_, EndsWith("xbye\n"));
}

TEST_F(ConversationTest, WhoDoesNotReadItsLastWordsIsLeftAfterAWhile) {
  lines_->say_large(1 << 20);
  pass(std::chrono::seconds(1));
  lines_->end();
  pass(std::chrono::seconds(4));
  EXPECT_FALSE(lines_->has_left);
  EXPECT_TRUE(until([&] { return lines_->has_left; }, std::chrono::seconds(2)));
}

TEST_F(ConversationTest, LastWordsHaveTheirTimeThoughALookAtItIsDueJustThen) {
  lines_->say_large(1 << 20);
  simulation_.run_for(std::chrono::seconds(1));  // jumps to the look
  lines_->say("bye\n");
  lines_->end();
  listen();
  EXPECT_TRUE(until([&] { return hung_up_ && lines_->has_left; }));
  EXPECT_THAT(answers_, EndsWith("xbye\n"));
}

TEST_F(ConversationTest, AClientThatLeavesEndsItOnceWhatWasBegunIsDone) {
  lines_->work_for(std::chrono::seconds(30));
  send("a\n");
  EXPECT_TRUE(until([&] { return !lines_->heard.empty(); }));
  client_->close();
  pass(std::chrono::seconds(20));
  EXPECT_FALSE(lines_->has_left);
  EXPECT_TRUE(until([&] { return lines_->has_left; }));
}

TEST_F(ConversationTest, WhatOnlyTheClientWantedIsNotWaitedFor) {
  lines_->work_for_client();
  send("a\n");
  EXPECT_TRUE(until([&] { return !lines_->heard.empty(); }));
  client_->close();
  EXPECT_TRUE(until([&] { return lines_->has_left; }, std::chrono::seconds(2)));
}

TEST_F(ConversationTest, TheTimeIsLookedAtAsOftenAsTheProtocolWants) {
  lines_->look_in = std::chrono::seconds(10);
  lines_->conversation().watch();
  pass(std::chrono::seconds(35));
  EXPECT_EQ(lines_->looks, 3u);
  lines_->is_too_late = true;
  EXPECT_TRUE(until([&] { return lines_->has_left; }, std::chrono::seconds(6)));
}

TEST_F(ConversationTest, WhoWasRefusedMayReadWhyWhileWhatItStillSendsIsPassedOver) {
  lines_->lingering = true;
  send("a\nend\n" + std::string(100'000, 'x'));
  pass(std::chrono::milliseconds(300));
  EXPECT_FALSE(lines_->has_left);
  listen();
  EXPECT_TRUE(until([&] { return hung_up_ && lines_->has_left; }, std::chrono::seconds(2)));
  EXPECT_EQ(answers_, "a\nend\n");
  EXPECT_THAT(lines_->heard, ElementsAre("a", "end"));
}

}  // namespace
}  // namespace wharf::runtime
