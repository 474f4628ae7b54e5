#include "log/segment_scan.hpp"

#include <algorithm>
#include <limits>

#include "log/storage_error.hpp"

namespace wharf::log {

SegmentScan::SegmentScan(std::shared_ptr<runtime::File> file, Range range, std::vector<DamagedSpan> known_damage)
    : file_(std::move(file)), range_(range), known_damage_(std::move(known_damage)), position_(range.begin), expected_(range.expected) {}

/// Up to `length` bytes at `position`; fewer only at the limit.
Result<ByteView> SegmentScan::bytes_at(std::uint32_t position, std::size_t length) {
  length = std::min<std::size_t>(length, range_.limit - std::min(position, range_.limit));
  if (length == 0) return ByteView{};
  if (position < buffer_begin_ || position + length > buffer_begin_ + buffer_bytes_) {
    std::size_t wanted = std::min<std::size_t>(std::max(length, kReadBytes), range_.limit - position);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    Result<std::size_t> got = file_->read_at(position, MutableBytes(buffer_).first(wanted));
    if (!got) return storage_failure(got.error());
    buffer_begin_ = position;
    buffer_bytes_ = *got;
    if (*got < wanted) range_.limit = position + static_cast<std::uint32_t>(*got);  // shorter than we were told
    length = std::min(length, *got);
  }
  return ByteView(buffer_).subspan(position - buffer_begin_, length);
}

/// The batch at `position` if it is all there, its checksum matches and its offset may stand there.
Result<std::optional<BatchHeader>> SegmentScan::sound_batch_at(std::uint32_t position, Offset lowest, bool exact) {
  if (position >= range_.limit) return std::nullopt;
  Result<ByteView> bytes = bytes_at(position, kBatchHeaderBytes);
  if (!bytes) return fail(bytes.error());
  Result<BatchHeader> header = read_batch_header(*bytes);
  if (!header || header->size_bytes > range_.limit - position || header->next_offset() > range_.end) return std::nullopt;
  std::int64_t ahead = header->base_offset.value - lowest.value;
  if (exact ? ahead != 0 : (ahead < 0 || ahead > std::numeric_limits<std::int32_t>::max())) return std::nullopt;
  Result<ByteView> batch = bytes_at(position, header->size_bytes);
  if (!batch) return fail(batch.error());
  if (batch->size() < header->size_bytes || !validate_checksum(*batch)) return std::nullopt;
  if (ahead == 0) return *header;
  // The offset is not under the checksum. Where gaps are allowed, one that is too high shows by the batch behind it.
  std::uint32_t end = position + static_cast<std::uint32_t>(header->size_bytes);
  Result<ByteView> behind = bytes_at(end, kBatchHeaderBytes);
  if (!behind) return fail(behind.error());
  Result<BatchHeader> follower = read_batch_header(*behind);
  if (follower && follower->base_offset > lowest && follower->base_offset < header->next_offset()) return std::nullopt;
  return *header;
}

/// Whether the bytes end at `position` or go on with a header that fits: a batch inside a damaged payload rarely does.
Result<bool> SegmentScan::header_follows(std::uint32_t position, Offset expected) {
  if (position >= range_.limit) return true;
  Result<ByteView> bytes = bytes_at(position, kBatchHeaderBytes);
  if (!bytes) return fail(bytes.error());
  Result<BatchHeader> header = read_batch_header(*bytes);
  if (!header) return bytes->size() < kBatchHeaderBytes;
  return range_.exact ? header->base_offset == expected : header->base_offset >= expected;
}

/// The first sound batch behind a bad one at `position`.
Result<std::optional<ScannedPlace>> SegmentScan::find_behind(std::uint32_t position) {
  Offset lowest = expected_.plus(1);  // the bad one held a record at least
  for (std::uint32_t at = position + 1; std::uint64_t{at} + kBatchHeaderBytes <= range_.limit; ++at) {
    Result<ByteView> bytes = bytes_at(at, kBatchHeaderBytes);
    if (!bytes) return fail(bytes.error());
    if (bytes->size() < kBatchHeaderBytes || (*bytes)[batch_field::kMagic] != std::byte{kBatchMagic}) continue;
    Result<std::optional<BatchHeader>> found = sound_batch_at(at, lowest, false);
    if (!found) return fail(found.error());
    if (!*found) continue;
    Result<bool> chained = header_follows(at + static_cast<std::uint32_t>((*found)->size_bytes), (*found)->next_offset());
    if (!chained) return fail(chained.error());
    if (!*chained) continue;
    ScannedPlace damage{ScannedPlace::Kind::kDamage, position, at, {}, {}, expected_, (*found)->base_offset};
    return damage;
  }
  return std::nullopt;
}

Result<ScannedPlace> SegmentScan::next() {
  for (const DamagedSpan& known : known_damage_) {
    if (position_ < known.begin || position_ >= known.end) continue;
    ScannedPlace damage{ScannedPlace::Kind::kDamage, position_, std::min(known.end, range_.limit), {}, {}, expected_, known.next};
    position_ = damage.end;
    expected_ = known.next;
    return damage;
  }
  ScannedPlace place{ScannedPlace::Kind::kEnd, position_, position_, {}, {}, expected_, expected_};
  if (position_ >= range_.limit) return place;
  Result<std::optional<BatchHeader>> batch = sound_batch_at(position_, expected_, range_.exact);
  if (!batch) return fail(batch.error());
  if (*batch) {
    place.kind = ScannedPlace::Kind::kBatch;
    place.header = **batch;
    place.end = position_ + static_cast<std::uint32_t>(place.header.size_bytes);
    place.next = place.header.next_offset();
    Result<ByteView> bytes = bytes_at(position_, place.header.size_bytes);
    if (!bytes) return fail(bytes.error());
    place.bytes = *bytes;
  } else {
    Result<std::optional<ScannedPlace>> behind = find_behind(position_);
    if (!behind) return fail(behind.error());
    if (*behind) {
      place = **behind;
    } else {
      place.kind = ScannedPlace::Kind::kTornTail;
      place.end = range_.limit;
    }
  }
  position_ = place.end;
  expected_ = place.next;
  return place;
}

}  // namespace wharf::log
