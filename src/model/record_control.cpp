#include "model/record_control.hpp"

#include <array>

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf {
namespace {

constexpr std::size_t kKeyBytes = 4;
constexpr std::size_t kValueBytes = 6;

}  // namespace

Result<ControlType> read_control_type(const Record& record) {
  // A later version may append fields: what is behind the two we know is not looked at.
  if (!record.key || record.key->size() < kKeyBytes)
    return fail(ErrorCode::kInvalidRecord, "control record without a whole key");
  auto version = load_big_endian<std::int16_t>(record.key->data());
  if (version < 0) return fail(ErrorCode::kInvalidRecord, fmt::format("control record with key version {}", version));
  switch (load_big_endian<std::int16_t>(record.key->data() + 2)) {
    case 0:
      return ControlType::kAbort;
    case 1:
      return ControlType::kCommit;
    default:
      return ControlType::kUnknown;
  }
}

Result<EndTxnMarker> read_end_txn_marker(const Record& record) {
  Result<ControlType> type = read_control_type(record);
  if (!type) return fail(type.error());
  if (*type == ControlType::kUnknown)
    return fail(ErrorCode::kInvalidRecord, "control record that does not end a transaction");
  if (!record.value || record.value->size() < kValueBytes)
    return fail(ErrorCode::kInvalidRecord, "transaction marker without a whole value");
  auto version = load_big_endian<std::int16_t>(record.value->data());
  if (version < 0) return fail(ErrorCode::kInvalidRecord, fmt::format("transaction marker with version {}", version));
  return EndTxnMarker{*type, load_big_endian<std::int32_t>(record.value->data() + 2)};
}

std::vector<std::byte> build_end_txn_batch(const EndTxnMarker& marker, ProducerId producer_id,
                                           ProducerEpoch producer_epoch, Timestamp now, LeaderEpoch leader_epoch) {
  WHARF_ASSERT(marker.type != ControlType::kUnknown && producer_id.value >= 0);
  std::array<std::byte, kKeyBytes> key{};
  store_big_endian(key.data() + 2, static_cast<std::int16_t>(marker.type));
  std::array<std::byte, kValueBytes> value{};
  store_big_endian(value.data() + 2, marker.coordinator_epoch);
  BatchBuilder builder({.leader_epoch = leader_epoch,
                        .producer_id = producer_id,
                        .producer_epoch = producer_epoch,
                        .is_transactional = true,
                        .is_control = true});
  builder.append({.timestamp = now, .key = ByteView(key), .value = ByteView(value), .headers = {}});
  Result<std::vector<std::byte>> batch = builder.finish();
  WHARF_ASSERT(batch.has_value());
  return std::move(*batch);
}

}  // namespace wharf
