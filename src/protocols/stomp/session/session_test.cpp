// Heart-beats, names of deliveries, transactions.
#include <gtest/gtest.h>

#include "protocols/stomp/session/heart_beat.hpp"
#include "protocols/stomp/session/message_ids.hpp"
#include "protocols/stomp/session/transactions.hpp"

namespace wharf::stomp {
namespace {

TEST(HeartBeat, TheServerSendsWhatIsWantedAndWantsWhatCanBeSent) {
  EXPECT_EQ(heart_beat_of("10000,500"), (HeartBeat{10'000, 500}));
  EXPECT_EQ(answer_to({10'000, 500}), (HeartBeat{500, 10'000}));
  EXPECT_EQ(answer_to({0, 0}), (HeartBeat{0, 0}));
  EXPECT_EQ(answer_to({1, 1}), (HeartBeat{kShortestHeartBeatMs, kShortestHeartBeatMs}));
  for (std::string_view text : {"", "1", "1,", ",1", "1,2,3", "a,b", "-1,0", "1, 2", "99999999999,0"})
    EXPECT_EQ(heart_beat_of(text), std::nullopt) << text;
}

TEST(MessageIds, OnlyWhatTheSessionGaveIsADelivery) {
  EXPECT_EQ(message_id_of({3, 17}, "session-x"), "T_3@@session-x@@17");
  EXPECT_EQ(delivery_of("T_3@@session-x@@17", "session-x"), (DeliveryName{3, 17}));
  for (std::string_view text :
       {"", "T_3", "T_3@@session-x", "T_3@@session-y@@17", "3@@session-x@@17", "T_@@session-x@@17", "T_3@@session-x@@",
        "T_3@@session-x@@1x", "T_3@@session-x@@99999999999999999999999"})
    EXPECT_EQ(delivery_of(text, "session-x"), std::nullopt) << text;
}

Frame send_of(std::string_view body) {
  return {.command = "SEND", .headers = {{"destination", "/queue/a"}, {"transaction", "t"}}, .body = as_bytes(body)};
}

TEST(Transactions, WhatIsKeptOutlivesTheFrame) {
  Transactions transactions;
  ASSERT_TRUE(transactions.begin("t"));
  {
    std::string body = "hello";
    transactions.keep(*transactions.find("t"), send_of(body));
    body = "xxxxx";
  }
  auto taken = transactions.take("t");
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->sends.size(), 1u);
  Frame frame = taken->sends[0].frame();
  EXPECT_EQ(frame.command, "SEND");
  EXPECT_EQ(frame.header("destination"), "/queue/a");
  EXPECT_EQ(as_text(frame.body), "hello");
}

TEST(Transactions, ANameIsFreeAgainOnceItsTransactionHasEnded) {
  Transactions transactions;
  EXPECT_TRUE(transactions.begin("a"));
  EXPECT_FALSE(transactions.begin("a"));
  EXPECT_TRUE(transactions.begin("b"));
  EXPECT_EQ(transactions.find("c"), nullptr);
  EXPECT_TRUE(transactions.take("a"));
  EXPECT_FALSE(transactions.take("a"));
  EXPECT_TRUE(transactions.begin("a"));
  EXPECT_EQ(transactions.size(), 2u);
}

TEST(Transactions, TheBytesOfAllAreCountedUntilTheyEnd) {
  Transactions transactions;
  transactions.begin("a");
  transactions.begin("b");
  transactions.keep(*transactions.find("a"), send_of(std::string(1000, 'x')));
  transactions.keep(*transactions.find("b"), send_of(std::string(500, 'x')));
  EXPECT_GE(transactions.bytes(), 1500u);
  transactions.take("a");
  EXPECT_LT(transactions.bytes(), 1000u);
  transactions.take("b");
  EXPECT_EQ(transactions.bytes(), 0u);
}

}  // namespace
}  // namespace wharf::stomp
