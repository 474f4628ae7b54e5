#include <algorithm>

#include "admin/v1/message_reading.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/shape_check.hpp"
#include "broker/record_cursor.hpp"

namespace wharf::v1 {
namespace {

using security::Verb;

/// Of a topic with more partitions, the newest messages are looked for in these that got most since the start.
constexpr std::size_t kMostMerged = 64;
constexpr std::size_t kReadBytes = 64u << 10;

http::Response answer_of(Reading reading) {
  boost::json::object json{{"messages", std::move(reading.messages)},
                           {"next", nullptr},
                           {"scanned_messages", reading.scanned_messages},
                           {"scanned_bytes", reading.scanned_bytes}};
  if (reading.next) json["next"] = json_text(reading.next->text());
  return json_answer(std::move(json));
}

/// Whose newest messages are the newest of all, as far as one can tell without reading.
std::vector<std::int32_t> busiest(const std::vector<broker::ShardReport>& shards, TopicId topic) {
  std::vector<const broker::PartitionReport*> found;
  for (const broker::ShardReport& shard : shards) {
    for (const broker::PartitionReport& one : shard.partitions) {
      if (one.partition.topic == topic && one.high_watermark > one.log_start) found.push_back(&one);
    }
  }
  std::ranges::sort(found, [](const broker::PartitionReport* a, const broker::PartitionReport* b) {
    return std::pair(b->statistics.records_in, a->partition.index) <
           std::pair(a->statistics.records_in, b->partition.index);
  });
  std::vector<std::int32_t> partitions;
  for (const broker::PartitionReport* one : found) {
    if (partitions.size() < kMostMerged) partitions.push_back(one->partition.index.value);
  }
  return partitions;
}

/// The newest first; of the same time, of each partition the last one.
bool is_newer(const boost::json::value& one, const boost::json::value& other) {
  auto order = [](const boost::json::value& message) {
    const boost::json::value& time = message.at("timestamp_ms");
    return std::tuple(time.is_null() ? -1 : time.as_int64(), message.at("partition").as_int64(),
                      message.at("offset").as_int64());
  };
  return order(one) > order(other);
}

/// How many of each partition are looked at: as many as are wanted of all, where that is not too much.
std::size_t share_of(std::size_t wanted, std::size_t partitions) {
  constexpr std::size_t kFewPartitions = 16;
  if (partitions <= kFewPartitions) return wanted;
  return std::max<std::size_t>(1, wanted * kFewPartitions / partitions);
}

/// The newest of each partition, by their times.
runtime::Task<Result<void>> read_newest_of_all(Call* call, Reading* reading) {
  std::vector<broker::ShardReport> shards = co_await call->ports.operate.report(call->here);
  std::vector<std::int32_t> partitions = busiest(shards, reading->topic->id);
  ReadingLimits share = reading->limits;
  share.messages = share_of(share.messages, partitions.size());
  share.scanned_bytes /= std::max<std::size_t>(1, partitions.size());
  share.shown_bytes /= std::max<std::size_t>(1, partitions.size());
  std::vector<boost::json::value> all;
  for (std::int32_t partition : partitions) {
    Reading one{
        .topic = reading->topic, .search = {}, .form = reading->form, .limits = share, .messages = {}, .next = {}};
    Result<void> read = co_await read_backward(call, &one, partition, std::nullopt);
    if (!read) co_return read;
    for (boost::json::value& message : one.messages) all.push_back(std::move(message));
    reading->scanned_messages += one.scanned_messages;
    reading->scanned_bytes += one.scanned_bytes;
  }
  std::ranges::sort(all, is_newer);
  all.resize(std::min(reading->limits.messages, all.size()));
  for (boost::json::value& message : all) reading->messages.push_back(std::move(message));
  co_return Result<void>();
}

struct Place {
  std::optional<std::int32_t> partition;
  ForwardStart start;
  std::optional<ReadPosition> after;
  bool is_newest = false;
};

/// What of the parameters contradicts itself: 400; or names a partition that is not there: 404.
std::expected<Place, http::Response> place_of(const Call& call, const cluster::Topic& topic,
                                              const MessageSearch& search) {
  Place place;
  if (auto partition = call.number("partition")) place.partition = static_cast<std::int32_t>(*partition);
  if (auto offset = call.number("offset")) place.start.offset = Offset(*offset);
  if (auto time = call.number("time_ms")) place.start.time = Timestamp{*time};
  std::optional<std::string_view> from = call.text("from");
  int starts = int(place.start.offset.has_value()) + int(place.start.time.has_value()) + int(from.has_value());
  if (starts > 1) return std::unexpected(bad_request("from, offset, time_ms: one of them"));
  if (place.start.offset && !place.partition) return std::unexpected(bad_request("offset: of which partition?"));
  place.is_newest = starts == 0 || from == "newest";
  if (place.is_newest && !place.partition && topic.partitions == 1) place.partition = 0;
  if (auto after = call.text("after")) {
    place.after = ReadPosition::parse(*after);
    if (!place.after) return std::unexpected(bad_request("after: the next of an answer"));
    if (place.after->partition >= topic.partitions)
      return std::unexpected(bad_request("after: there is no such partition"));
    if (place.partition && *place.partition != place.after->partition)
      return std::unexpected(bad_request("after: of another partition"));
    if (place.after->is_backward != (place.is_newest && place.partition))
      return std::unexpected(bad_request("after: of another question"));
  }
  if (place.partition && *place.partition >= topic.partitions)
    return std::unexpected(not_found("there is no such partition"));
  if (place.is_newest && !place.partition && !search.is_any()) {
    return std::unexpected(
        bad_request("a search from the newest is of one partition; of all it goes from the oldest, or a time"));
  }
  return place;
}

runtime::Task<Result<void>> read(Call* call, Reading* reading, Place place) {
  Result<void> outcome;
  if (place.is_newest && !place.partition) {
    outcome = co_await read_newest_of_all(call, reading);
    co_return outcome;
  }
  if (place.is_newest) {
    std::optional<Offset> below;
    if (place.after) below = place.after->offset;
    outcome = co_await read_backward(call, reading, *place.partition, below);
    co_return outcome;
  }
  std::int32_t first = place.partition.value_or(0), last = place.partition.value_or(reading->topic->partitions - 1);
  if (place.after) {
    first = place.after->partition;
    // Zero is the beginning of a partition that was not begun: by the time, where one is given.
    if (place.after->offset.value > 0) place.start.offset = place.after->offset;
  }
  outcome = co_await read_forward(call, reading, place.start, first, last);
  co_return outcome;
}

}  // namespace

Answer read_messages(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_for(*call, Verb::kRead);
  if (!topic) co_return topic.error();
  Reading reading{.topic = *topic,
                  .search = search_of(call->request),
                  .form = content_form(call->request),
                  .limits = {},
                  .messages = {},
                  .next = {}};
  if (auto count = call->number("count")) reading.limits.messages = static_cast<std::size_t>(*count);
  std::expected<Place, http::Response> place = place_of(*call, **topic, reading.search);
  if (!place) co_return place.error();
  Result<void> read_them = co_await read(call, &reading, *place);
  if (!read_them) co_return refusal_of(read_them.error());
  auto write = [reading = std::move(reading)]() mutable { return answer_of(std::move(reading)); };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

Answer get_message(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_for(*call, Verb::kRead);
  if (!topic) co_return topic.error();
  auto index = static_cast<std::int32_t>(integer_of(call->names[1]).value_or(-1));
  Offset offset(integer_of(call->names[2]).value_or(-1));
  if (index >= (*topic)->partitions) co_return not_found("there is no such partition");
  Result<broker::PartitionMarks> marks = co_await call->ports.read.marks(call->here, (*topic)->partition(index));
  if (!marks) co_return refusal_of(marks.error());
  if (offset < marks->log_start || offset >= marks->high_watermark)
    co_return not_found("there is no message with this offset");
  broker::RecordCursor cursor(call->ports.read, call->here, (*topic)->partition(index), offset, kReadBytes);
  Result<std::vector<broker::CursorRecord>> records = co_await cursor.available();
  if (!records) co_return refusal_of(records.error());
  if (records->empty() || records->front().record.offset != offset)
    co_return not_found("there is no message with this offset (any more)");
  auto write = [record = records->front(), index, form = content_form(call->request)] {
    return json_answer(message_json(index, record.record, form));
  };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

}  // namespace wharf::v1
