#include "protocols/mqtt/session/publish_numbers.hpp"

#include <gtest/gtest.h>

namespace wharf::mqtt {
namespace {

TEST(MqttPublishNumbers, RiseAndTellTheirLimitBeforeTheyAreUsed) {
  PublishNumbers numbers;
  EXPECT_FALSE(numbers.take_limit());
  MessageNumber last = numbers.next(7);
  EXPECT_TRUE(numbers_messages(last.sender));
  auto limit = decode_number(numbers.take_limit().value());
  for (int i = 0; i < 20'000; ++i) {
    MessageNumber one = numbers.next(9);
    EXPECT_EQ(one.sender, last.sender);
    EXPECT_EQ(one.number, last.number + 1);
    if (auto more = numbers.take_limit()) limit = decode_number(*more);
    EXPECT_LT(one, *limit);
    last = one;
  }
}

TEST(MqttPublishNumbers, GoOnAboveWhatASessionMayHaveUsed) {
  PublishNumbers before;
  MessageNumber used = before.next(7);
  std::string limit = before.take_limit().value();
  PublishNumbers after;
  after.restore(limit);
  MessageNumber next = after.next(8);
  EXPECT_EQ(next.sender, used.sender);
  EXPECT_GT(next.number, used.number);
  EXPECT_EQ(encode_number({next.sender, next.number}), limit);
  EXPECT_TRUE(after.take_limit());
}

TEST(MqttPublishNumbers, WhatCannotBeReadIsNoSender) {
  for (std::string_view text : {"", "1:1", "4611686018427387904", "4611686018427387904:-1", "4611686018427387904:1x"}) {
    EXPECT_FALSE(decode_number(text)) << text;
    PublishNumbers numbers;
    numbers.restore(text);
    EXPECT_EQ(numbers.next(0).number, 0);
  }
  EXPECT_TRUE(decode_number("4611686018427387904:1"));
}

TEST(MqttPublishNumbers, AnotherSenderBeginsAtZero) {
  PublishNumbers numbers;
  MessageNumber old = numbers.next(1);
  numbers.begin_anew();
  EXPECT_FALSE(numbers.is_current(old));
  EXPECT_FALSE(numbers.take_limit());
  MessageNumber next = numbers.next(2);
  EXPECT_NE(next.sender, old.sender);
  EXPECT_EQ(next.number, 0);
  EXPECT_TRUE(numbers.take_limit());
}

TEST(MqttPublishNumbers, WhatComesAgainKeepsItsNumberAsLongAsItComesInOrder) {
  PublishNumbers numbers;
  MessageNumber a = numbers.next(1), b = numbers.next(1), c = numbers.next(1);
  MessageNumber other{ProducerId(a.sender.value + 1), 0};
  EXPECT_EQ(numbers.again(a), a);
  EXPECT_EQ(numbers.again(c), c);
  EXPECT_FALSE(numbers.again(b));
  EXPECT_EQ(numbers.again(other), other);
}

}  // namespace
}  // namespace wharf::mqtt
