#include "model/record_batch_reader.hpp"

#include <fmt/format.h>

#include "model/byte_order.hpp"

namespace wharf {

BatchScan BatchReader::damaged(Error error) const {
  return {.kind = BatchScan::Kind::kDamaged, .position = position_, .batch = {}, .error = std::move(error)};
}

BatchScan BatchReader::torn(std::size_t wanted) const {
  std::string why = fmt::format("record batch of at least {} bytes cut after {}", wanted, buffer_.size() - position_);
  return {.kind = BatchScan::Kind::kTorn,
          .position = position_,
          .batch = {},
          .error = {ErrorCode::kCorruptMessage, std::move(why)}};
}

BatchScan BatchReader::next() {
  ByteView rest = buffer_.subspan(position_);
  if (rest.empty()) return {.kind = BatchScan::Kind::kEnd, .position = position_, .batch = {}, .error = {}};
  // Each field is judged as soon as it is there: a cut batch with a wrong length or magic is damage already.
  if (rest.size() < kBatchOverheadBytes) return torn(kBatchHeaderBytes);
  auto length = load_big_endian<std::int32_t>(rest.data() + batch_field::kLength);
  std::size_t claimed = static_cast<std::size_t>(length < 0 ? 0 : length) + kBatchOverheadBytes;
  if (claimed < kBatchHeaderBytes || claimed > max_batch_bytes_) {
    return damaged({ErrorCode::kCorruptMessage, fmt::format("record batch with impossible length {}", length)});
  }
  if (rest.size() > batch_field::kMagic) {
    auto magic = load_big_endian<std::int8_t>(rest.data() + batch_field::kMagic);
    if (magic != kBatchMagic) {
      ErrorCode code = magic == 0 || magic == 1 ? ErrorCode::kUnsupportedVersion : ErrorCode::kCorruptMessage;
      return damaged({code, fmt::format("record batch with magic {}", magic)});
    }
  }
  if (rest.size() < kBatchHeaderBytes) return torn(claimed);
  Result<BatchHeader> header = read_batch_header(rest);
  if (!header) return damaged(std::move(header.error()));
  if (claimed > rest.size()) return torn(claimed);
  ByteView bytes = rest.first(claimed);
  if (checksums_ == ChecksumCheck::kVerify) {
    if (Result<void> intact = validate_checksum(bytes); !intact) return damaged(std::move(intact.error()));
  }
  BatchScan scan{.kind = BatchScan::Kind::kBatch, .position = position_, .batch = {*header, bytes}, .error = {}};
  position_ += claimed;
  return scan;
}

std::optional<std::size_t> find_batch(ByteView buffer, std::size_t from, Offset lowest, std::int64_t span) {
  for (std::size_t at = from; at < buffer.size() && buffer.size() - at >= kBatchHeaderBytes; ++at) {
    if (buffer[at + batch_field::kMagic] != static_cast<std::byte>(kBatchMagic)) continue;
    auto base = load_big_endian<std::int64_t>(buffer.data() + at);
    if (base < lowest.value || base - lowest.value >= span) continue;
    Result<BatchView> batch = read_batch(buffer.subspan(at));
    if (batch && validate_checksum(batch->bytes)) return at;
  }
  return {};
}

}  // namespace wharf
