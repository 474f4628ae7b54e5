#include "broker/node/recent_history.hpp"

#include <gmock/gmock.h>

#include "broker/routed_message.hpp"

namespace wharf::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

queue::Delivery message(std::string_view body) {
  return delivery_of({.origin = Protocol::kAmqp091, .body = as_bytes(body)}, Timestamp{0});
}

std::vector<std::string> bodies(const RecentHistory& history, const RecentHistory::Exchange& exchange) {
  std::vector<std::string> bodies;
  for (const queue::Delivery& one : history.messages_of(exchange)) bodies.emplace_back(as_text(*one.record.value));
  return bodies;
}

TEST(RecentHistory, AnExchangeRemembersItsLastMessagesTheOldestFirst) {
  RecentHistory history;
  for (const char* body : {"1", "2", "3"}) history.add({"/", "a"}, 2, message(body));
  history.add({"other", "a"}, 2, message("4"));
  EXPECT_THAT(bodies(history, {"/", "a"}), ElementsAre("2", "3"));
  EXPECT_THAT(bodies(history, {"other", "a"}), ElementsAre("4"));
  history.add({"/", "a"}, 1, message("5"));
  EXPECT_THAT(bodies(history, {"/", "a"}), ElementsAre("5"));
  history.forget_if([](const RecentHistory::Exchange& one) { return one.name_space == "/"; });
  EXPECT_THAT(bodies(history, {"/", "a"}), IsEmpty());
  EXPECT_THAT(bodies(history, {"other", "a"}), SizeIs(1));
}

TEST(RecentHistory, ItIsBoundedInBytesTooButForTheLastMessage) {
  RecentHistory history;
  std::string body(RecentHistory::kMostBytes / 4, 'x');
  queue::Delivery large = message(body);
  for (int i = 0; i < 10; ++i) history.add({"/", "a"}, 1'000'000, large);
  EXPECT_THAT(history.messages_of({"/", "a"}), SizeIs(3));
  std::string larger(RecentHistory::kMostBytes + 1, 'x');
  history.add({"/", "a"}, 1'000'000, message(larger));
  EXPECT_THAT(history.messages_of({"/", "a"}), SizeIs(1));
}

}  // namespace
}  // namespace wharf::broker
