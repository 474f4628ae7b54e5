#include "protocols/kafka/handlers/old_message_sets.hpp"

#include <utility>

#include "model/compression.hpp"
#include "model/record_batch.hpp"
#include "protocols/kafka/legacy/upconvert.hpp"
#include "runtime/shard_calls.hpp"

namespace wharf::kafka {
namespace {

/// From here on the records of a partition are exactly one v2 batch (KIP-98).
constexpr std::int16_t kFirstVersionOfV2 = 3;
// A shard's own share, as of records that are looked into before an append (log/append_check.cpp).
constexpr std::size_t kShortBytes = 32 << 10;
constexpr std::size_t kShortInflatedBytes = 128 << 10;

log::OwnedBatches own(std::vector<std::byte> bytes) {
  auto owner = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  std::shared_ptr<std::byte[]> data(owner, owner->data());
  return {.owner = std::move(data), .bytes = {owner->data(), owner->size()}};
}

Result<log::OwnedBatches> convert(ByteView records, std::size_t limit) {
  Result<std::vector<std::byte>> converted = legacy::upconvert(records, limit);
  if (!converted) return fail(converted.error());
  if (converted->empty()) return fail(ErrorCode::kInvalidRecord, "the message set holds no message");
  return own(std::move(*converted));
}

}  // namespace

bool OldMessageSets::is_one(std::int16_t api_version, ByteView records) {
  if (api_version >= kFirstVersionOfV2 || records.size() <= batch_field::kMagic) return false;
  auto magic = static_cast<std::int8_t>(records[batch_field::kMagic]);
  return magic >= 0 && magic < kBatchMagic;
}

OldMessageSets::OldMessageSets(std::int16_t api_version, const ProduceRequest& request) {
  if (api_version >= kFirstVersionOfV2) return;
  for (const ProduceRequest::Topic& topic : request.topic_data) {
    for (const ProduceRequest::Partition& partition : topic.partition_data) {
      if (!partition.records || !is_one(api_version, partition.records->view())) continue;
      ByteView records = partition.records->view();
      if (records.size() <= kShortBytes) {
        Result<log::OwnedBatches> batches = convert(records, kShortInflatedBytes);
        bool is_long = !batches && batches.error().code == ErrorCode::kTooLarge;
        if (!is_long) converted_.emplace(records.data(), std::move(batches));
        if (!is_long) continue;
      }
      long_ones_.push_back(records);
    }
  }
}

runtime::Task<void> OldMessageSets::finish(const Door* door) {
  for (ByteView records : std::exchange(long_ones_, {})) {
    auto work = [records] { return convert(records, kMostInflatedBytes); };
    Result<log::OwnedBatches> batches = co_await runtime::run_blocking(door->shard, std::move(work));
    converted_.emplace(records.data(), std::move(batches));
  }
}

Result<log::OwnedBatches> OldMessageSets::take(ByteView records) {
  auto found = converted_.find(records.data());
  if (found == converted_.end()) return fail(ErrorCode::kInternal, "a message set that nobody converted");
  return std::move(found->second);
}

}  // namespace wharf::kafka
