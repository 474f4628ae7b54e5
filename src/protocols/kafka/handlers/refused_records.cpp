#include "protocols/kafka/handlers/refused_records.hpp"

#include "model/record.hpp"
#include "model/time_span.hpp"

namespace wharf::kafka {
namespace {

/// What is larger is refused without its records' numbers: this runs between other clients' requests.
constexpr std::size_t kMaxRecordsBytes = 256 << 10;

bool out_of_bounds(Timestamp time, const config::TopicConfig& topic, Timestamp now) {
  if (time == kNoTimestamp) return false;
  return passed(now, topic.message_timestamp_after_max_ms, time) ||
         passed(time, topic.message_timestamp_before_max_ms, now);
}

}  // namespace

std::vector<ProduceResponse::RecordError> refused_records(const Error& refusal, ByteView batch, const cluster::Topic& topic,
                                                          Timestamp now) {
  std::vector<ProduceResponse::RecordError> errors;
  bool by_key = refusal.code == ErrorCode::kInvalidRecord && topic.config->cleanup_compact;
  bool by_time = refusal.code == ErrorCode::kInvalidTimestamp;
  if (!by_key && !by_time) return errors;
  Result<BatchView> view = read_batch(batch);
  if (!view) return errors;
  Result<OpenedBatch> opened = OpenedBatch::open(*view, kMaxRecordsBytes);
  if (!opened) return errors;
  RecordReader reader = opened->reader();
  Record record;
  std::int32_t index = 0;
  for (Result<bool> more = reader.next(record); more && *more; more = reader.next(record), ++index) {
    bool refused = by_key ? !record.key : out_of_bounds(record.timestamp, *topic.config, now);
    if (refused) errors.push_back({index, refusal.message});
  }
  return errors;
}

}  // namespace wharf::kafka
