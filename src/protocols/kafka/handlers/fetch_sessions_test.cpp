#include "protocols/kafka/handlers/fetch_sessions.hpp"

#include <gtest/gtest.h>

namespace wharf::kafka {
namespace {

constexpr std::int16_t kVersion = 12;

struct Client {
  /// True: it goes on with the session that it has, or has a new one.
  bool fetch(FetchSessions& sessions, MonotonicTime now) {
    FetchRequest request;
    request.session_id = id;
    request.session_epoch = epoch;
    FetchScope scope = sessions.enter(request, kVersion, new_id, now);
    bool is_in_one = scope.session != nullptr;
    id = is_in_one ? scope.session->id : 0;
    epoch = is_in_one ? scope.session->next_epoch : 0;
    begun += is_in_one && !scope.incremental ? 1 : 0;
    return is_in_one;
  }
  std::int32_t new_id;
  std::int32_t id = 0, epoch = 0;
  int begun = 0;
};

TEST(FetchSessions, OneClientTooManyHasNoneAndTakesNobodyElses) {
  FetchSessions sessions(2);
  Client clients[] = {{.new_id = 1}, {.new_id = 2}, {.new_id = 3}};
  MonotonicTime now{std::chrono::hours(1)};
  for (int round = 0; round < 10; ++round, now += std::chrono::seconds(1)) {
    EXPECT_TRUE(clients[0].fetch(sessions, now));
    EXPECT_TRUE(clients[1].fetch(sessions, now));
    EXPECT_FALSE(clients[2].fetch(sessions, now));
  }
  EXPECT_EQ(clients[0].begun + clients[1].begun, 2);
  // One that was away for so long leaves its place.
  now += std::chrono::minutes(2);
  EXPECT_TRUE(clients[1].fetch(sessions, now));
  EXPECT_TRUE(clients[2].fetch(sessions, now));
  EXPECT_EQ(sessions.size(), 2u);
}

TEST(FetchSessions, NoSlotsAreNoSessions) {
  FetchSessions sessions(0);
  Client client{.new_id = 1};
  EXPECT_FALSE(client.fetch(sessions, MonotonicTime{}));
}

TEST(FetchSessions, APartitionSpeaksOfMarksThatMovedOfErrorsAndOfAHistoryThatPartsFromTheReaders) {
  FetchSession session;
  FetchPlace place{"t", {}, 0};
  session.put(place, {});
  FetchResponse::Partition answer;
  answer.high_watermark = Offset(7);
  EXPECT_TRUE(session.says_something(place, answer));
  EXPECT_FALSE(session.says_something(place, answer));
  FetchResponse::Partition parted = answer;
  parted.diverging_epoch = {LeaderEpoch(3), Offset(5)};
  EXPECT_TRUE(session.says_something(place, parted));
  EXPECT_TRUE(session.says_something(place, parted)) << "until the reader has followed";
  EXPECT_FALSE(session.says_something(place, answer));
  FetchResponse::Partition failed = answer;
  failed.error_code = KafkaError::kKafkaStorageError;
  EXPECT_TRUE(session.says_something(place, failed));
  EXPECT_TRUE(session.says_something(place, answer)) << "the error is gone";
  EXPECT_FALSE(session.says_something(place, answer));
  EXPECT_FALSE(session.says_something({"other", {}, 0}, failed));
}

}  // namespace
}  // namespace wharf::kafka
