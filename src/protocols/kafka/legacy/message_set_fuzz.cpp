// Arbitrary bytes as an old producer's message set, and as stored batches for an old consumer. Message checksums are
// mended first, or nothing behind them would ever be reached.
#include <zlib.h>

#include <cstdint>

#include "model/byte_order.hpp"
#include "model/record_batch_reader.hpp"
#include "protocols/kafka/legacy/downconvert.hpp"
#include "protocols/kafka/legacy/upconvert.hpp"

namespace wharf::kafka::legacy {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20;

std::vector<std::byte> with_mended_checksums(ByteView input) {
  std::vector<std::byte> set(input.begin(), input.end());
  MutableBytes rest(set);
  while (rest.size() > kMessageOverheadBytes + 4) {
    auto size = static_cast<std::size_t>(load_big_endian<std::uint32_t>(rest.data() + 8));
    if (size < kMinMessageBytes || size > rest.size() - kMessageOverheadBytes) break;
    MutableBytes covered = rest.subspan(kMessageOverheadBytes + 4, size - 4);
    auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(covered.data()), covered.size());
    store_big_endian(rest.data() + kMessageOverheadBytes, static_cast<std::uint32_t>(crc));
    rest = rest.subspan(kMessageOverheadBytes + size);
  }
  return set;
}

void up(ByteView set) {
  Result<std::vector<std::byte>> batches = upconvert(set, kLimit);
  if (!batches) return;
  BatchReader reader(*batches);
  BatchScan scan = reader.next();
  for (; scan.kind == BatchScan::Kind::kBatch; scan = reader.next()) {
    if (scan.batch.header.timestamp_type == TimestampType::kCreateTime)
      WHARF_ASSERT(validate_produced(scan.batch.header));
  }
  WHARF_ASSERT(scan.kind == BatchScan::Kind::kEnd);
  for (Magic magic : {Magic::kV0, Magic::kV1}) {
    Result<MessageSet> down = downconvert(*batches, {.magic = magic});
    WHARF_ASSERT(down && upconvert(down->bytes, kLimit * 8));
  }
}

}  // namespace
}  // namespace wharf::kafka::legacy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wharf::kafka::legacy;
  wharf::ByteView input = std::as_bytes(std::span(data, size));
  up(input);
  up(with_mended_checksums(input));
  for (Magic magic : {Magic::kV0, Magic::kV1}) {
    wharf::Result<MessageSet> set = downconvert(input, {.magic = magic, .batch_limit = kLimit});
    if (set) static_cast<void>(upconvert(set->bytes, kLimit * 8));
  }
  return 0;
}
