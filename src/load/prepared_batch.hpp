#pragma once
// Batches that are built once and sent again and again, so that the generator costs nothing next to the broker.
#include <cstdint>
#include <optional>

#include "model/bytes.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::load {

struct BatchShape {
  std::size_t record_bytes = 1024;  // of each value; there is no key
  std::int32_t records = 100;
  Compression compression = Compression::kNone;
};

/// Values are letters in no order, different in each record: they compress to about three quarters.
Result<SharedBytes> prepare_batch(const BatchShape& shape, Timestamp now);

/// A batch of one record whose value says when it was meant to be sent. Needs values of kStampBytes and no compression.
class StampedBatch {
 public:
  static constexpr std::size_t kStampBytes = 16;

  static Result<StampedBatch> prepare(std::size_t record_bytes, Timestamp now);
  /// A copy that carries `time`, its checksum fitting.
  SharedBytes stamped(MonotonicTime time) const;
  /// The time in a batch of this very shape; nothing for any other batch.
  std::optional<MonotonicTime> read(ByteView batch) const;

 private:
  SharedBytes template_;
  std::size_t value_at_ = 0;
};

}  // namespace wharf::load
