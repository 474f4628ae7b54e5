#include "load/prepared_batch.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include "load/process_usage.hpp"
#include "model/record.hpp"

namespace wharf::load {
namespace {

constexpr Timestamp kNow{1'700'000'000'000};

TEST(ProcessUsage, KnowsThisProcessAndNoOther) {
  Result<ProcessUsage> own = usage_of(::getpid());
  ASSERT_TRUE(own);
  EXPECT_GT(own->resident_bytes, 1u << 20);
  EXPECT_GE(own->peak_resident_bytes, own->resident_bytes);
  EXPECT_FALSE(usage_of(-1));
}

TEST(PreparedBatch, IsWhatABrokerTakesFromAProducer) {
  for (Compression compression :
       {Compression::kNone, Compression::kLz4, Compression::kZstd, Compression::kGzip, Compression::kSnappy}) {
    Result<SharedBytes> batch = prepare_batch({.record_bytes = 300, .records = 7, .compression = compression}, kNow);
    ASSERT_TRUE(batch);
    Result<BatchView> view = read_batch(batch->view());
    ASSERT_TRUE(view);
    EXPECT_TRUE(validate_checksum(batch->view()));
    EXPECT_TRUE(validate_produced(view->header));
    EXPECT_EQ(view->header.record_count, 7);
    EXPECT_EQ(view->bytes.size(), batch->size());
  }
}

TEST(PreparedBatch, ItsRecordsHaveTheSizeAskedForAndDiffer) {
  Result<SharedBytes> batch = prepare_batch({.record_bytes = 40, .records = 2}, kNow);
  Result<OpenedBatch> opened = OpenedBatch::open(*read_batch(batch->view()), 1 << 20);
  RecordReader reader = opened->reader();
  Record first, second;
  ASSERT_TRUE(*reader.next(first));
  ASSERT_TRUE(*reader.next(second));
  EXPECT_EQ(first.value->size(), 40u);
  EXPECT_NE(as_text(*first.value), as_text(*second.value));
}

TEST(PreparedBatch, OneThatNoBrokerTakesIsNotEvenBuilt) {
  EXPECT_FALSE(prepare_batch({.record_bytes = 100 << 20, .records = 1 << 30}, kNow));
}

TEST(StampedBatch, CarriesItsTimeUnderAFittingChecksum) {
  Result<StampedBatch> batch = StampedBatch::prepare(100, kNow);
  ASSERT_TRUE(batch);
  const MonotonicTime time(Nanoseconds(123'456'789'012));
  const SharedBytes bytes = batch->stamped(time);
  EXPECT_TRUE(validate_checksum(bytes.view()));
  EXPECT_EQ(batch->read(bytes.view()), time);
  EXPECT_EQ(batch->stamped(time).size(), bytes.size());
}

TEST(StampedBatch, OtherBatchesCarryNoTime) {
  Result<StampedBatch> batch = StampedBatch::prepare(100, kNow);
  Result<SharedBytes> plain = prepare_batch({.record_bytes = 100, .records = 1}, kNow);
  Result<SharedBytes> longer = prepare_batch({.record_bytes = 100, .records = 2}, kNow);
  EXPECT_EQ(batch->read(plain->view()), std::nullopt);
  EXPECT_EQ(batch->read(longer->view()), std::nullopt);
  EXPECT_EQ(batch->read({}), std::nullopt);
}

TEST(StampedBatch, NeedsRoomForTheTime) {
  EXPECT_FALSE(StampedBatch::prepare(StampedBatch::kStampBytes - 1, kNow));
  EXPECT_TRUE(StampedBatch::prepare(StampedBatch::kStampBytes, kNow));
}

}  // namespace
}  // namespace wharf::load
