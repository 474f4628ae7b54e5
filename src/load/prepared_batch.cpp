#include "load/prepared_batch.hpp"

#include <array>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/record.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::load {
namespace {

constexpr std::string_view kMark = "whrfbnch";
static_assert(kMark.size() + sizeof(std::int64_t) == StampedBatch::kStampBytes);

/// Letters by a linear congruential generator: the same ones in every run.
void fill_with_letters(std::string& value, std::uint64_t* state) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (char& letter : value) {
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    letter = kLetters[*state >> 58];
  }
}

SharedBytes shared(std::vector<std::byte> bytes) {
  auto owner = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  ByteView view(*owner);
  return {std::move(owner), view};
}

}  // namespace

Result<SharedBytes> prepare_batch(const BatchShape& shape, Timestamp now) {
  constexpr std::size_t kMostBytes = 1u << 30;
  if (shape.record_bytes >= kMostBytes / static_cast<std::size_t>(shape.records))
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a batch of {} records of {} bytes is more than any broker takes", shape.records,
                            shape.record_bytes));
  BatchBuilder builder({.compression = shape.compression});
  std::string value(shape.record_bytes, ' ');
  std::uint64_t state = 1;
  for (std::int32_t i = 0; i < shape.records; ++i) {
    fill_with_letters(value, &state);
    builder.append({.timestamp = now, .value = as_bytes(value)});
  }
  Result<std::vector<std::byte>> bytes = builder.finish();
  if (!bytes) return fail(bytes.error());
  return shared(std::move(*bytes));
}

Result<StampedBatch> StampedBatch::prepare(std::size_t record_bytes, Timestamp now) {
  if (record_bytes < kStampBytes) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a record that carries its time has {} bytes or more", kStampBytes));
  }
  std::string value(record_bytes, ' ');
  std::uint64_t state = 1;
  fill_with_letters(value, &state);
  std::memcpy(value.data(), kMark.data(), kMark.size());
  BatchBuilder builder({});
  builder.append({.timestamp = now, .value = as_bytes(value)});
  Result<std::vector<std::byte>> bytes = builder.finish();
  if (!bytes) return fail(bytes.error());
  StampedBatch batch;
  batch.template_ = shared(std::move(*bytes));
  // Behind the value there is one byte: no headers.
  batch.value_at_ = batch.template_.size() - 1 - record_bytes;
  return batch;
}

SharedBytes StampedBatch::stamped(MonotonicTime time) const {
  auto storage = std::make_shared_for_overwrite<std::byte[]>(template_.size());
  MutableBytes bytes(storage.get(), template_.size());
  std::memcpy(bytes.data(), template_.data(), bytes.size());
  store_big_endian<std::int64_t>(bytes.data() + value_at_ + kMark.size(), time.time_since_epoch().count());
  store_big_endian(bytes.data() + batch_field::kChecksum, compute_checksum(bytes));
  return {std::move(storage), bytes};
}

std::optional<MonotonicTime> StampedBatch::read(ByteView batch) const {
  if (batch.size() != template_.size()) return std::nullopt;
  if (std::memcmp(batch.data() + value_at_, kMark.data(), kMark.size()) != 0) return std::nullopt;
  return MonotonicTime(Nanoseconds(load_big_endian<std::int64_t>(batch.data() + value_at_ + kMark.size())));
}

}  // namespace wharf::load
