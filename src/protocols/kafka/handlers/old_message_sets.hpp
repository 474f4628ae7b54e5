#pragma once
// The message sets of producers from before Kafka 0.11, made into batches. What is short is done at once; what takes
// longer (a set may decompress to a thousand times its size) on the work pool, one request of a shard after the other,
// so that nobody else's requests wait for it and memory is taken once.
#include <map>
#include <vector>

#include "broker/publish.hpp"
#include "protocols/kafka/api/produce.hpp"
#include "protocols/kafka/handlers/door.hpp"
#include "runtime/turns.hpp"

namespace wharf::kafka {

class OldMessageSets {
 public:
  /// Of the request's; `request` outlives it. Does the short ones.
  OldMessageSets(std::int16_t api_version, const ProduceRequest& request);

  static bool is_one(std::int16_t api_version, ByteView records);

  bool done() const { return long_ones_.empty(); }
  /// The others, in a turn of `door`'s conversions.
  runtime::Task<void> finish(const Door* door);

  /// The batches of `records`, once. Errors: legacy::upconvert(); kInvalidRecord: no message in it.
  Result<log::OwnedBatches> take(ByteView records);

 private:
  std::map<const std::byte*, Result<log::OwnedBatches>> converted_;
  std::vector<ByteView> long_ones_;
};

}  // namespace wharf::kafka
