#include "queue/core/schedule.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "queue/core/due.hpp"
#include "queue/core/schedule_envelope.hpp"

namespace wharf::queue {
namespace {

constexpr std::int64_t kHour = 3'600'000, kDay = 24 * kHour;
constexpr Timestamp kNow{1'800'000'000'000};

Timestamp in(std::int64_t ms) {
  return Timestamp{kNow.ms + ms};
}

TEST(DueAfter, IsNotBeforeTheWaitIsOverHoweverLateInItsMillisecondItBegan) {
  EXPECT_EQ(due_after(kNow, 300).ms, kNow.ms + 301);
  EXPECT_EQ(due_after(kNow, 0), kNow);
  EXPECT_EQ(due_after(kNow, std::numeric_limits<std::int64_t>::min()), kNow);
  EXPECT_EQ(due_after(kNow, std::numeric_limits<std::int64_t>::max()), kLatestDue);
}

TEST(ScheduleBucket, the_farther_away_a_message_is_due_the_wider_is_its_bucket) {
  auto width_of = [](std::int64_t delay_ms) {
    BucketId bucket = bucket_for(in(delay_ms), kNow);
    EXPECT_LE(begin_of(bucket), in(delay_ms));
    EXPECT_GT(end_of(bucket), in(delay_ms));
    return end_of(bucket).ms - begin_of(bucket).ms;
  };
  EXPECT_EQ(width_of(0), kHour / 6);
  EXPECT_EQ(width_of(kHour - 1), kHour / 6);
  EXPECT_EQ(width_of(kHour), 2 * kHour);
  EXPECT_EQ(width_of(kDay), kDay);
  EXPECT_EQ(width_of(60 * kDay), 30 * kDay);
  EXPECT_EQ(width_of(kLatestDue.ms - kNow.ms), 30 * kDay);
}

TEST(ScheduleBucket, its_logs_have_names_that_nothing_else_has_and_that_say_whose_they_are) {
  BucketId bucket{2, 20'833, 0x9F3C21AA};
  PartitionId messages = messages_of(bucket, Lane(7));
  EXPECT_EQ(messages.folder(), "7363686402000000000051619f3c21aa-1073742343");
  EXPECT_EQ(lane_of(messages), Lane(7));
  EXPECT_EQ(bucket_of(messages), bucket);
  PartitionId state = schedule_state_of(Lane(7));
  EXPECT_EQ(lane_of(state), Lane(7));
  EXPECT_FALSE(bucket_of(state));
  messages.topic.bytes[6] = 0x40;
  EXPECT_FALSE(lane_of(messages));
  EXPECT_FALSE(lane_of({TopicId{}, PartitionIndex(0)}));
}

TEST(ScheduleBucket, a_messages_id_reads_back_from_its_text_and_nothing_else_does) {
  ScheduledId id{Lane(3), {1, 244'153, 0x9F3C21AA}, Offset(17)};
  EXPECT_EQ(id.text(), "3-1-244153-9f3c21aa-17");
  EXPECT_EQ(ScheduledId::from_text(id.text()), id);
  for (std::string_view wrong : {"", "3", "3-1-244153-9f3c21aa", "3-1-244153-9f3c21aa-17-", "3-1-244153-9f3c21aa-17x",
                                 "3-9-1-1-1", "3-1-1-1--1", "x-1-1-1-1"}) {
    EXPECT_FALSE(ScheduledId::from_text(wrong)) << wrong;
  }
}

TEST(ScheduleEnvelope, it_reads_back_and_its_time_alone_too) {
  ScheduleEnvelope envelope{kNow, "/", "later", {"a", ""}, "key", {}};
  EXPECT_EQ(decode_envelope(encode(envelope)), envelope);
  EXPECT_EQ(encode(envelope)[0], std::byte{1});  // as it was before there was a queue
  envelope.queue = "one";
  EXPECT_EQ(decode_envelope(encode(envelope)), envelope);
  EXPECT_EQ(due_of(encode(envelope)), kNow);
  envelope = {.due = kNow};
  EXPECT_EQ(decode_envelope(encode(envelope)), envelope);
}

TEST(ScheduleEnvelope, what_is_cut_or_longer_or_of_a_later_version_is_none) {
  std::vector<std::byte> bytes = encode(ScheduleEnvelope{kNow, "/", "later", {"a", "b"}, "key", "queue"});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_envelope(ByteView(bytes).first(size))) << size;
  bytes.push_back({});
  EXPECT_FALSE(decode_envelope(bytes));
  bytes.pop_back();
  bytes[0] = std::byte{3};
  EXPECT_EQ(decode_envelope(bytes).error().code, ErrorCode::kUnsupportedVersion);
}

TEST(Schedule, a_bucket_that_comes_back_after_it_was_finished_is_not_found_again_even_with_the_clock_set_back) {
  Schedule schedule(10);
  Schedule::Placement place = schedule.place(in(5), kNow, 1);
  schedule.arrived(place.bucket, {place.due, Offset(0)}, kNow);
  Timestamp later = in(kHour);
  std::vector<Schedule::Entry> due = schedule.take_due(later, 10);
  ASSERT_EQ(due.size(), 1u);
  schedule.fired(due);
  ASSERT_EQ(schedule.take_finished(later), std::vector{place.bucket});
  Schedule restarted(10);
  ASSERT_TRUE(restarted.replay(encode(schedule.snapshot())));
  EXPECT_FALSE(restarted.found(place.bucket, Offset(0), Offset(1)));
  EXPECT_EQ(restarted.place(in(5), kNow, 2).bucket.generation, 2u);
  Schedule again(10);
  ASSERT_TRUE(again.replay(encode(restarted.snapshot())));
  EXPECT_FALSE(again.found(place.bucket, Offset(0), Offset(1)));
}

TEST(Schedule, new_messages_are_not_taken_for_those_that_a_damaged_log_has_lost) {
  Schedule schedule(10);
  Schedule::Placement place = schedule.place(in(5), kNow, 1);
  for (std::int64_t i = 0; i < 3; ++i) schedule.arrived(place.bucket, {place.due, Offset(i)}, kNow);
  std::vector<Schedule::Entry> due = schedule.take_due(in(5), 10);
  ASSERT_EQ(due.size(), 3u);
  schedule.fired(due);
  Schedule restarted(10);
  ASSERT_TRUE(restarted.replay(encode(schedule.snapshot())));
  ASSERT_TRUE(restarted.found(place.bucket, Offset(0), Offset(1)));
  Schedule again(10);
  ASSERT_TRUE(again.replay(encode(restarted.snapshot()))) << "what it says of it can be read";
  place = restarted.place(in(5), kNow, 2);
  EXPECT_FALSE(place.is_new);
  restarted.arrived(place.bucket, {place.due, Offset(1)}, kNow);
  EXPECT_TRUE(restarted.is_pending(place.bucket, {place.due, Offset(1)}));
  std::optional<Schedule::Scan> scan = restarted.wanted_scan(in(10));
  ASSERT_TRUE(scan);
  restarted.scan_begun(*scan);
  restarted.scanned(place.bucket, {in(5), Offset(0)});
  restarted.scanned(place.bucket, {place.due, Offset(1)});
  restarted.scan_ended(place.bucket);
  EXPECT_EQ(restarted.take_due(in(10), 10).size(), 1u);
}

TEST(Schedule, what_went_out_past_one_that_did_not_stays_out_after_a_restart) {
  Schedule schedule(10);
  Schedule::Placement place = schedule.place(in(5), kNow, 1);
  for (std::int64_t i = 0; i < 4; ++i) schedule.arrived(place.bucket, {place.due, Offset(i)}, kNow);
  std::vector<Schedule::Entry> due = schedule.take_due(in(5), 3);
  ASSERT_EQ(due.size(), 3u);
  schedule.fired(std::vector{due[0], due[2]});
  EXPECT_EQ(schedule.pending(), 2u);
  Schedule restarted(10);
  ASSERT_TRUE(restarted.replay(encode(schedule.take_change())));
  ASSERT_TRUE(restarted.found(place.bucket, Offset(0), Offset(4)));
  restarted.scan_begun(*restarted.wanted_scan(in(10)));
  for (std::int64_t i = 0; i < 4; ++i) restarted.scanned(place.bucket, {in(5), Offset(i)});
  restarted.scan_ended(place.bucket);
  std::vector<Schedule::Entry> again = restarted.take_due(in(10), 10);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].key.offset, Offset(1));
  EXPECT_EQ(again[1].key.offset, Offset(3));
}

TEST(Schedule, one_that_does_not_go_out_lets_so_many_pass_and_no_more) {
  Schedule schedule(3);
  Schedule::Placement place = schedule.place(in(5), kNow, 1);
  for (std::int64_t i = 0; i < 3; ++i) schedule.arrived(place.bucket, {place.due, Offset(i)}, kNow);
  std::vector<Schedule::Entry> due = schedule.take_due(in(5), 10);
  ASSERT_EQ(due.size(), 3u);
  schedule.fired(std::vector{due[1], due[2]});
  schedule.arrived(place.bucket, {place.due, Offset(3)}, in(5));
  due.push_back(schedule.take_due(in(5), 10).at(0));
  schedule.fired(std::vector{due[3]});
  schedule.arrived(place.bucket, {place.due, Offset(4)}, in(5));
  EXPECT_TRUE(schedule.take_due(in(5), 10).empty());
  schedule.fired(std::vector{due[0]});
  EXPECT_EQ(schedule.take_due(in(5), 10).size(), 1u);
}

TEST(ScheduleRecord, what_cannot_be_leaves_the_state_as_it_was) {
  ScheduleChange change;
  change.buckets[{1, 2, 3}] = {.fired = DueKey{kNow, Offset(4)},
                               .cancelled = {{Offset(7), Offset(9)}, {Offset(1), Offset(2)}}};
  std::vector<std::byte> bytes = encode(change);
  std::map<BucketId, BucketState> state;
  ASSERT_TRUE(apply_schedule_record(bytes, state));
  EXPECT_EQ((state[{1, 2, 3}].fired), (DueKey{kNow, Offset(4)}));
  EXPECT_EQ((state[{1, 2, 3}].cancelled.count()), 3);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::map<BucketId, BucketState> other;
    if (apply_schedule_record(ByteView(bytes).first(size), other)) EXPECT_LT((other[{1, 2, 3}].cancelled.count()), 3);
  }
  EXPECT_FALSE(apply_schedule_record({}, state));
  EXPECT_EQ(state.size(), 1u);
}

}  // namespace
}  // namespace wharf::queue
