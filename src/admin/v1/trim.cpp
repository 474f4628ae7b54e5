// Records that are removed from the front of partitions (Kafka's DeleteRecords, KIP-107).
#include <boost/json/array.hpp>

#include "admin/v1/resources.hpp"
#include "admin/v1/topic_named.hpp"

namespace wharf::v1 {
namespace {

constexpr Offset kAll{-1};  // all that is committed

struct Span {
  std::int32_t first = 0;
  std::int32_t last = 0;
};

}  // namespace

Answer trim_topic(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_to_change(*call, security::Verb::kConfigure);
  if (!topic) co_return topic.error();
  if ((*topic)->config->cleanup_compact && !(*topic)->config->cleanup_delete) {
    co_return conflict("a topic that is only compacted keeps the last record of each key");
  }
  std::optional<std::int64_t> partition = call->body_number("partition"), before = call->body_number("before");
  if (before && !partition) co_return bad_request("before: of which partition?");
  if (partition.value_or(0) >= (*topic)->partitions) co_return not_found("there is no such partition");
  Span span{0, (*topic)->partitions - 1};
  if (partition) span = {static_cast<std::int32_t>(*partition), static_cast<std::int32_t>(*partition)};
  Offset wanted = before ? Offset(*before) : kAll;
  boost::json::array trimmed;
  for (std::int32_t index = span.first; index <= span.last; ++index) {
    Result<Offset> start = co_await call->ports.operate.delete_records(call->here, (*topic)->partition(index), wanted);
    if (!start) co_return refusal_of(start.error());
    trimmed.push_back(boost::json::object{{"partition", index}, {"start_offset", start->value}});
  }
  co_return json_answer(boost::json::object{{"trimmed", std::move(trimmed)}});
}

}  // namespace wharf::v1
