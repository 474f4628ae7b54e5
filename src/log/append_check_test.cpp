#include "log/append_check.hpp"

#include <gtest/gtest.h>

#include "log/log_testing.hpp"

namespace wharf::log {
namespace {

using namespace wharf::log::testing;

constexpr std::array kPacked = {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd};
constexpr PrepareOptions kShort = {.effort = Effort::kShort};

Result<void> prepare(OwnedBatches& batches, const LogConfig& config, const PrepareOptions& options = {}) {
  Decoders decoders;
  return prepare_batches(batches, config, options, decoders);
}
std::optional<ErrorCode> refusal(OwnedBatches batches, const LogConfig& config, const PrepareOptions& options = {}) {
  std::vector<std::byte> before(batches.bytes.begin(), batches.bytes.end());
  Result<void> prepared = prepare(batches, config, options);
  EXPECT_EQ(batches.prepared, prepared.has_value());
  if (!prepared) EXPECT_TRUE(std::ranges::equal(batches.bytes, before)) << "changed, though refused";
  return prepared ? std::nullopt : std::optional(prepared.error().code);
}

/// With a header that says `count` records, and a checksum that fits.
OwnedBatches with_count(const TestBatch& batch, std::int32_t count) {
  std::vector<std::byte> bytes = batch_bytes_of(batch);
  BatchHeader header = *read_batch_header(bytes);
  header.record_count = count;
  header.last_offset_delta = count - 1;
  write_batch_header(bytes, header);
  return owned(bytes);
}
/// Its body is not what the header says it is.
OwnedBatches with_codec(const TestBatch& batch, Compression codec) {
  std::vector<std::byte> bytes = batch_bytes_of(batch);
  BatchHeader header = *read_batch_header(bytes);
  header.compression = codec;
  write_batch_header(bytes, header);
  return owned(bytes);
}

TEST(AppendCheck, EveryRecordIsLookedAtAlsoInsideACompressedBody) {
  LogConfig config = small_segments();
  for (Compression codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    TestBatch batch{.records = 5, .compression = codec};
    EXPECT_EQ(refusal(owned_batch(batch), config), std::nullopt) << to_string(codec);
    EXPECT_EQ(refusal(with_count(batch, 4), config), ErrorCode::kInvalidRecord) << to_string(codec);
    EXPECT_EQ(refusal(with_count(batch, 6), config), ErrorCode::kInvalidRecord) << to_string(codec);
  }
  for (Compression codec : kPacked) EXPECT_EQ(refusal(with_codec({}, codec), config), ErrorCode::kInvalidRecord) << to_string(codec);
}

TEST(AppendCheck, TrustedProducersCompressedBodiesAreNotUnpacked) {
  LogConfig config = small_segments();
  constexpr PrepareOptions kTrusting{.verify_compressed = false};
  for (Compression codec : kPacked) {
    EXPECT_EQ(refusal(with_codec({}, codec), config, kTrusting), std::nullopt);
    config.cleanup_compact = true;  // must see keys
    EXPECT_EQ(refusal(with_codec({}, codec), config, kTrusting), ErrorCode::kInvalidRecord);
    config.cleanup_compact = false;
  }
  EXPECT_EQ(refusal(with_count({.records = 5}, 4), config, kTrusting), ErrorCode::kInvalidRecord) << "what is plain is looked at";
}

TEST(AppendCheck, TheRefusalsOfTheBatchComeBeforeThoseOfItsRecords) {
  LogConfig config = small_segments();
  config.max_message_bytes = 300;
  EXPECT_EQ(refusal(with_codec({.value_bytes = 600}, Compression::kZstd), config), ErrorCode::kTooLarge);
  OwnedBatches flipped = with_codec({}, Compression::kZstd);
  flipped.bytes[70] ^= std::byte{1};
  EXPECT_EQ(refusal(flipped, config), ErrorCode::kCorruptMessage);
}

TEST(AppendCheck, ACompactedTopicRefusesRecordsWithoutAKey) {
  LogConfig config = small_segments();
  config.cleanup_compact = true;
  for (Compression compression : {Compression::kNone, Compression::kZstd}) {
    EXPECT_EQ(refusal(owned_batch({.with_keys = false, .compression = compression}), config), ErrorCode::kInvalidRecord);
    EXPECT_EQ(refusal(owned_batch({.compression = compression}), config), std::nullopt);
  }
}

TEST(AppendCheck, ATopicsOwnCompressionReplacesTheProducers) {
  LogConfig config = small_segments();
  config.compression = Compression::kZstd;
  std::vector<std::byte> three = batch_bytes_of({.compression = Compression::kZstd});
  for (const TestBatch& more : {TestBatch{.records = 20, .value_bytes = 100}, TestBatch{.compression = Compression::kZstd}}) {
    std::vector<std::byte> bytes = batch_bytes_of(more);
    three.insert(three.end(), bytes.begin(), bytes.end());
  }
  OwnedBatches sent = owned(three);
  ASSERT_TRUE(prepare(sent, config).has_value());
  std::vector<BatchHeader> headers = headers_in(sent.bytes);
  ASSERT_EQ(headers.size(), 3u);
  for (const BatchHeader& header : headers) EXPECT_EQ(header.compression, Compression::kZstd);
  EXPECT_EQ(headers[1].record_count, 20);
  LogFixture fixture(config);
  EXPECT_TRUE(fixture.append(sent).has_value());
}

/// With a header that says this of the largest timestamp, and a checksum that fits.
OwnedBatches with_max(const TestBatch& batch, std::int64_t max_ms) {
  std::vector<std::byte> bytes = batch_bytes_of(batch);
  set_max_timestamp(bytes, Timestamp{max_ms});
  return owned(bytes);
}

TEST(AppendCheck, TheLargestTimestampIsThatOfTheRecordsWhateverTheHeaderSays) {
  constexpr std::int64_t kFirst = 1'767'225'600'000;
  LogConfig config = small_segments();
  for (Compression codec : {Compression::kNone, Compression::kZstd, Compression::kLz4}) {
    TestBatch batch{.records = 5, .first_timestamp_ms = kFirst, .compression = codec};
    for (std::int64_t lie : {std::int64_t{-1}, kFirst, kFirst + 1'000'000}) {
      OwnedBatches sent = with_max(batch, lie);
      std::vector<std::byte> before(sent.bytes.begin(), sent.bytes.end());
      ASSERT_TRUE(prepare(sent, config).has_value());
      EXPECT_EQ(headers_in(sent.bytes)[0].max_timestamp, Timestamp{kFirst + 4}) << to_string(codec) << lie;
      EXPECT_EQ(sent.oldest, Timestamp{kFirst});
    }
    OwnedBatches honest = owned_batch(batch);
    std::byte* place = honest.bytes.data();
    ASSERT_TRUE(prepare(honest, config).has_value());
    EXPECT_EQ(honest.bytes.data(), place) << "stays where it came";
    OwnedBatches trusted = with_max(batch, -1);
    ASSERT_TRUE(prepare(trusted, config, {.verify_compressed = false}).has_value());
    EXPECT_EQ(headers_in(trusted.bytes)[0].max_timestamp, Timestamp{codec == Compression::kNone ? kFirst + 4 : kFirst});
  }
  config.compression = Compression::kZstd;
  OwnedBatches compressed = with_max({.records = 5, .first_timestamp_ms = kFirst}, -1);
  ASSERT_TRUE(prepare(compressed, config).has_value());
  EXPECT_EQ(headers_in(compressed.bytes)[0].max_timestamp, Timestamp{kFirst + 4});
}

TEST(AppendCheck, ARecordBeyondTheTopicsTimesIsRefusedWhereverInItsBatchItIs) {
  constexpr Timestamp kNow{1'767'225'600'000};
  LogConfig config = small_segments();
  config.timestamp_before_max_ms = 1000;
  config.timestamp_after_max_ms = 1000;
  auto refusal_of = [&](std::vector<std::int64_t> deltas) {
    BatchBuilder builder(BatchOptions{});
    for (std::int64_t delta : deltas)
      builder.append({.timestamp = Timestamp{kNow.ms + delta}, .key = {}, .value = {}, .headers = {}});
    LogFixture fixture(config);
    OwnedBatches batches = owned(*builder.finish());
    if (Result<void> prepared = prepare(batches, config); !prepared) return std::optional(prepared.error().code);
    Result<Appended> appended = fixture.append(batches, {LeaderEpoch{0}, kNow});
    return appended ? std::nullopt : std::optional(appended.error().code);
  };
  EXPECT_EQ(refusal_of({0, 900, -900}), std::nullopt);
  EXPECT_EQ(refusal_of({0, 1100, 0}), ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(refusal_of({0, -1100, 0}), ErrorCode::kInvalidTimestamp);
}

TEST(AppendCheck, WhatTakesLongerThanAShardHasIsLeftAsItWas) {
  LogConfig config = small_segments();
  config.max_message_bytes = 10 << 20;
  TestBatch large{.records = 20, .value_bytes = 10'000};
  TestBatch many{.records = 20'000, .value_bytes = 10};
  EXPECT_EQ(refusal(owned_batch(large), config, kShort), std::nullopt) << "nothing to unpack";
  EXPECT_EQ(refusal(owned_batch(many), config, kShort), ErrorCode::kBusy);
  for (Compression codec : kPacked) {
    large.compression = codec;  // packs well: only unpacking shows how long it takes
    EXPECT_EQ(refusal(owned_batch(large), config, kShort), ErrorCode::kBusy) << to_string(codec);
    EXPECT_EQ(refusal(owned_batch(large), config), std::nullopt) << to_string(codec);
    EXPECT_EQ(refusal(owned_batch({.records = 20, .compression = codec}), config, kShort), std::nullopt) << to_string(codec);
    EXPECT_EQ(refusal(with_codec({}, codec), config, kShort), ErrorCode::kInvalidRecord) << to_string(codec);
  }
  config.compression = Compression::kZstd;
  EXPECT_EQ(refusal(owned_batch({.value_bytes = 10'000}), config, kShort), ErrorCode::kBusy);
  EXPECT_EQ(refusal(owned_batch({.value_bytes = 100}), config, kShort), std::nullopt);
}

}  // namespace
}  // namespace wharf::log
