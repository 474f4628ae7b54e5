#include <algorithm>

#include <boost/json/array.hpp>

#include "admin/v1/page.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/shapes.hpp"
#include "admin/v1/topic_json.hpp"

namespace wharf::v1 {
namespace {

constexpr std::size_t kColdReads = 64;  // of the first batches of a page's partitions

boost::json::object partition_json(const broker::PartitionReport& one, const About& about, LeaderEpoch epoch) {
  boost::json::object json{{"partition", one.partition.index.value},
                           {"leader", about.node.value},
                           {"leader_epoch", epoch.value},
                           {"replicas", boost::json::array{about.node.value}},
                           {"start_offset", one.log_start.value},
                           {"high_watermark", one.high_watermark.value},
                           {"end_offset", one.log_end.value},
                           {"messages", one.high_watermark.value - one.log_start.value},
                           {"size_bytes", one.bytes},
                           {"segments", nullptr},
                           {"records_in", one.statistics.records_in},
                           {"bytes_in", one.statistics.bytes_in},
                           {"oldest_ms", nullptr},
                           {"newest_ms", nullptr},
                           {"compaction_failure", nullptr}};
  if (one.segments) json["segments"] = *one.segments;
  if (one.compaction_failure) json["compaction_failure"] = *one.compaction_failure;
  return json;
}

std::vector<const broker::PartitionReport*> partitions_of(const std::vector<broker::ShardReport>& shards,
                                                          TopicId topic) {
  std::vector<const broker::PartitionReport*> found;
  for (const broker::ShardReport& shard : shards) {
    for (const broker::PartitionReport& one : shard.partitions) {
      if (one.partition.topic == topic) found.push_back(&one);
    }
  }
  std::ranges::sort(found, {}, [](const broker::PartitionReport* one) { return one->partition.index; });
  return found;
}

/// Of the partitions on the page only: each has to be asked.
runtime::Task<void> add_times(Call* call, TopicPointer topic, boost::json::array* items) {
  std::vector<broker::PartitionOffset> firsts;
  for (const boost::json::value& item : *items) {
    auto index = static_cast<std::int32_t>(item.at("partition").as_int64());
    firsts.push_back({topic->partition(index), Offset(item.at("start_offset").as_int64())});
  }
  std::vector<std::optional<Timestamp>> oldest = co_await call->ports.operate.times_of(call->here, firsts, kColdReads);
  for (std::size_t i = 0; i < items->size(); ++i) {
    boost::json::object& item = (*items)[i].as_object();
    if (item.at("messages").as_int64() == 0) continue;
    if (oldest[i]) item["oldest_ms"] = oldest[i]->ms;
    Result<broker::FoundOffset> newest = co_await call->ports.read.find_max_timestamp(call->here, firsts[i].partition);
    if (newest && newest->offset.value >= 0) item["newest_ms"] = newest->timestamp.ms;
  }
}

}  // namespace

Answer list_partitions(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_named(*call, call->names.front());
  if (!topic) co_return topic.error();
  LeaderEpoch epoch = call->ports.catalogue.topics(call->here)->leader_epoch();
  std::vector<broker::ShardReport> shards = co_await call->ports.operate.report(call->here);
  auto work = [request = call->request, shards = std::move(shards), id = (*topic)->id, about = call->about, epoch] {
    auto json = [&about, epoch](const broker::PartitionReport* one) { return partition_json(*one, about, epoch); };
    return page_of(request, partitions_of(shards, id), json);
  };
  std::expected<boost::json::object, http::Response> page = co_await runtime::run_on(call->ports.beside, call->here, std::move(work));
  if (!page) co_return page.error();
  co_await add_times(call, *topic, &page->at("items").as_array());
  co_return json_answer(std::move(*page));
}

Answer add_partitions(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_to_change(*call, security::Verb::kConfigure);
  if (!topic) co_return topic.error();
  auto total = static_cast<std::int32_t>(call->body_number("total").value_or(0));
  std::int32_t now = (*topic)->partitions;
  if (total <= now) co_return bad_request(fmt::format("total: more than the {} that there are", now));
  if (total - now > shapes::kMostPartitions) {
    co_return bad_request(fmt::format("total: at most {} more at a time", shapes::kMostPartitions));
  }
  Result<void> grown = co_await call->ports.catalogue.grow_topic(call->here, (*topic)->id, total);
  if (!grown) co_return refusal_of(grown.error());
  std::expected<TopicPointer, http::Response> changed = topic_named(*call, call->names.front());
  if (!changed) co_return changed.error();
  http::Response response = co_await answer_topic(call, *changed);
  co_return response;
}

}  // namespace wharf::v1
