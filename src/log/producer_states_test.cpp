#include "log/producer_states.hpp"

#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "model/message_number.hpp"

namespace wharf::log {
namespace {

BatchHeader batch(std::int64_t producer, std::int16_t epoch, std::int32_t sequence, std::int32_t records, std::int64_t offset) {
  BatchHeader header;
  header.producer_id = ProducerId{producer};
  header.producer_epoch = ProducerEpoch{epoch};
  header.base_sequence = sequence;
  header.last_offset_delta = records - 1;
  header.record_count = records;
  header.base_offset = Offset{offset};
  header.max_timestamp = Timestamp{offset};
  return header;
}

ErrorCode refusal(const ProducerStates& states, const BatchHeader& header) { return states.check(header).error().code; }

TEST(ProducerStates, TheLastFiveBatchesAreRecognisedAndOlderOnesAreOutOfOrder) {
  ProducerStates states;
  for (std::int32_t i = 0; i < 8; ++i) {
    ASSERT_FALSE(states.check(batch(1, 0, i * 10, 10, 0))->has_value());
    states.take(batch(1, 0, i * 10, 10, 100 + i * 10), Timestamp{0});
  }
  for (std::int32_t i = 3; i < 8; ++i) {
    auto stored = *states.check(batch(1, 0, i * 10, 10, 0));
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->first, Offset{100 + i * 10});
    EXPECT_EQ(stored->next, Offset{110 + i * 10});
  }
  EXPECT_EQ(refusal(states, batch(1, 0, 20, 10, 0)), ErrorCode::kOutOfOrderSequence);
  EXPECT_EQ(refusal(states, batch(1, 0, 70, 9, 0)), ErrorCode::kOutOfOrderSequence);  // not the same batch
  EXPECT_EQ(refusal(states, batch(1, 0, 90, 10, 0)), ErrorCode::kOutOfOrderSequence);
}

TEST(ProducerStates, AnUnknownProducerMayBeginWithAnySequence) {
  ProducerStates states;
  EXPECT_FALSE(states.check(batch(7, 3, 4711, 1, 0))->has_value());
  states.take(batch(7, 3, 4711, 1, 0), Timestamp{10});
  EXPECT_EQ(refusal(states, batch(7, 3, 4713, 1, 0)), ErrorCode::kOutOfOrderSequence);
  states.expire(Timestamp{11});
  EXPECT_TRUE(states.empty());
  EXPECT_FALSE(states.check(batch(7, 3, 4713, 1, 0))->has_value());
}

const std::int64_t kSender = kFirstNumberingSender.value + 5;

TEST(ProducerStates, ASenderThatNumbersItsMessagesMayLeaveGapsAndIsKnownByItsLastNumber) {
  ProducerStates states;
  for (std::int32_t number : {3, 8, 20}) {
    ASSERT_FALSE(states.check(batch(kSender, 0, number, 4, 0))->has_value());
    states.take(batch(kSender, 0, number, 4, 100 + number), Timestamp{0});
  }
  for (std::int32_t number : {0, 3, 5, 8, 20}) {
    auto stored = *states.check(batch(kSender, 0, number, 1, 0));
    ASSERT_TRUE(stored.has_value()) << number;
    EXPECT_EQ(stored->next, Offset{124}) << "committed when the last one is";
  }
  EXPECT_FALSE(states.check(batch(kSender, 0, 21, 1, 0))->has_value());
  std::vector<std::byte> bytes;
  states.encode(bytes);
  ByteView from(bytes);
  EXPECT_TRUE((*ProducerStates::decode(from)->check(batch(kSender, 0, 20, 1, 0))).has_value());
}

TEST(ProducerStates, AfterOneThatWasRefusedNothingNewOfTheSenderIsTaken) {
  ProducerStates states;
  states.take(batch(kSender, 0, 7, 1, 0), Timestamp{10});
  states.refuse({ProducerId(kSender), 8}, Timestamp{10});
  states.refuse({ProducerId(kSender + 1), 0}, Timestamp{10});
  EXPECT_TRUE((*states.check(batch(kSender, 0, 7, 1, 0))).has_value());
  EXPECT_EQ(refusal(states, batch(kSender, 0, 9, 1, 0)), ErrorCode::kOutOfOrderSequence);
  EXPECT_EQ(refusal(states, batch(kSender + 1, 0, 0, 1, 0)), ErrorCode::kOutOfOrderSequence);
  std::vector<std::byte> bytes;
  states.encode(bytes);
  ByteView from(bytes);
  EXPECT_FALSE((*ProducerStates::decode(from)->check(batch(kSender, 0, 9, 1, 0))).has_value()) << "a start has none behind it";
}

TEST(ProducerStates, OfALaterEpochWhatComesBehindARefusalIsTakenAgain) {
  ProducerStates states;
  states.take(batch(kSender, 3, 7, 1, 0), Timestamp{10});
  states.refuse({ProducerId(kSender), 8, ProducerEpoch(3)}, Timestamp{10});
  EXPECT_EQ(refusal(states, batch(kSender, 3, 9, 1, 0)), ErrorCode::kOutOfOrderSequence);
  EXPECT_TRUE((*states.check(batch(kSender, 4, 7, 1, 0))).has_value());
  EXPECT_FALSE((*states.check(batch(kSender, 4, 9, 1, 0))).has_value());
  states.take(batch(kSender, 4, 9, 1, 5), Timestamp{10});
  EXPECT_FALSE((*states.check(batch(kSender, 4, 10, 1, 0))).has_value());
  EXPECT_TRUE((*states.check(batch(kSender, 4, 8, 1, 0))).has_value());
  states.refuse({ProducerId(kSender), 10, ProducerEpoch(4)}, Timestamp{10});
  EXPECT_EQ(refusal(states, batch(kSender, 4, 11, 1, 0)), ErrorCode::kOutOfOrderSequence);
}

TEST(ProducerStates, AnOlderEpochIsFencedAndANewOneBeginsAtZero) {
  ProducerStates states;
  states.take(batch(1, 5, 0, 3, 0), Timestamp{0});
  EXPECT_EQ(refusal(states, batch(1, 4, 3, 1, 0)), ErrorCode::kInvalidProducerEpoch);
  EXPECT_EQ(refusal(states, batch(1, 6, 3, 1, 0)), ErrorCode::kOutOfOrderSequence);
  EXPECT_FALSE(states.check(batch(1, 6, 0, 1, 0))->has_value());
  states.take(batch(1, 6, 0, 1, 3), Timestamp{0});
  EXPECT_FALSE(states.check(batch(1, 6, 1, 1, 0))->has_value());
  EXPECT_EQ(refusal(states, batch(1, 5, 3, 1, 0)), ErrorCode::kInvalidProducerEpoch);
}

TEST(ProducerStates, SequencesWrapFromTheLargestToZero) {
  constexpr std::int32_t kLast = std::numeric_limits<std::int32_t>::max();
  ProducerStates states;
  states.take(batch(1, 0, kLast - 4, 5, 0), Timestamp{0});
  EXPECT_FALSE(states.check(batch(1, 0, 0, 5, 0))->has_value());
  EXPECT_EQ(refusal(states, batch(1, 0, 1, 5, 0)), ErrorCode::kOutOfOrderSequence);
  states.take(batch(1, 0, 0, 5, 5), Timestamp{0});
  ProducerStates across;
  across.take(batch(1, 0, kLast - 1, 5, 0), Timestamp{0});  // ends at 2
  EXPECT_TRUE(across.check(batch(1, 0, kLast - 1, 5, 0))->has_value());
  EXPECT_FALSE(across.check(batch(1, 0, 3, 1, 0))->has_value());
}

TEST(ProducerStates, AReplayOfKnownBatchesChangesNothing) {
  ProducerStates states;
  for (std::int32_t i = 0; i < 5; ++i) states.take(batch(1, 0, i, 1, i), Timestamp{0});
  std::vector<std::byte> before, after;
  states.encode(before);
  for (std::int32_t i = 2; i < 5; ++i) states.take(batch(1, 0, i, 1, i), Timestamp{99});
  states.encode(after);
  EXPECT_EQ(before, after);
}

TEST(ProducerStates, WhatACrashTookIsForgotten) {
  ProducerStates states;
  for (std::int32_t i = 0; i < 4; ++i) states.take(batch(1, 0, i, 1, i), Timestamp{0});
  states.forget_from(Offset{2});
  EXPECT_FALSE(states.check(batch(1, 0, 2, 1, 0))->has_value());
  EXPECT_TRUE(states.check(batch(1, 0, 1, 1, 0))->has_value());
}

TEST(ProducerStates, AnyHistoryAnswersAsAListOfAllBatchesWould) {
  rc::check([] {
    ProducerStates states;
    struct Model {
      std::int16_t epoch = -1;
      std::deque<BatchHeader> last;
    };
    std::map<std::int64_t, Model> model;
    std::int64_t offset = 0;
    auto steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      auto producer = *rc::gen::inRange<std::int64_t>(0, 3);
      Model& known = model[producer];
      auto next = known.last.empty() ? 0 : known.last.back().last_sequence() + 1;
      auto header = batch(producer, static_cast<std::int16_t>(std::max<int>(known.epoch, 0) + *rc::gen::inRange(-1, 2)),
                          *rc::gen::element(0, next, next + 1, std::max(0, next - 2)), *rc::gen::inRange(1, 4), offset);
      if (header.producer_epoch.value < 0) continue;
      auto verdict = states.check(header);
      auto same = std::ranges::find_if(known.last, [&](const BatchHeader& one) {
        return one.base_sequence == header.base_sequence && one.last_sequence() == header.last_sequence();
      });
      if (known.epoch == -1) {
        RC_ASSERT(verdict.has_value() && !verdict->has_value());
      } else if (header.producer_epoch.value < known.epoch) {
        RC_ASSERT(verdict.error().code == ErrorCode::kInvalidProducerEpoch);
      } else if (header.producer_epoch.value > known.epoch) {
        RC_ASSERT(verdict.has_value() == (header.base_sequence == 0));
      } else if (same != known.last.end()) {
        RC_ASSERT(verdict->has_value() && (*verdict)->first == same->base_offset);
      } else {
        RC_ASSERT(verdict.has_value() == (header.base_sequence == next));
      }
      if (!verdict || *verdict) continue;
      if (header.producer_epoch.value != known.epoch) known.last.clear();
      known.epoch = header.producer_epoch.value;
      known.last.push_back(header);
      if (known.last.size() > 5) known.last.pop_front();
      states.take(header, Timestamp{i});
      offset = header.next_offset().value;
      std::vector<std::byte> bytes, again;
      states.encode(bytes);
      ByteView view = bytes;
      states = *ProducerStates::decode(view);
      RC_ASSERT(view.empty());
      states.encode(again);
      RC_ASSERT(bytes == again);
    }
  });
}

TEST(ProducerStates, CutOrLyingBytesAreRefused) {
  ProducerStates states;
  for (std::int32_t i = 0; i < 4; ++i) states.take(batch(i, 0, 0, 1, i), Timestamp{0});
  std::vector<std::byte> bytes;
  states.encode(bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ByteView view = ByteView(bytes).first(length);
    EXPECT_EQ(ProducerStates::decode(view).error().code, ErrorCode::kDamaged) << length;
  }
}

}  // namespace
}  // namespace wharf::log
