#include "admin/v1/topic_json.hpp"

namespace wharf::v1 {
namespace {

NumbersByTopic add_up(const std::vector<broker::ShardReport>& shards) {
  NumbersByTopic numbers;
  for (const broker::ShardReport& shard : shards) {
    for (const broker::PartitionReport& partition : shard.partitions) {
      TopicNumbers& topic = numbers[partition.partition.topic];
      topic.messages += static_cast<std::uint64_t>(partition.high_watermark.value - partition.log_start.value);
      topic.bytes += partition.bytes;
      if (!partition.segments) topic.segments.reset();
      if (topic.segments) *topic.segments += *partition.segments;
      topic.records_in += partition.statistics.records_in;
      topic.bytes_in += partition.statistics.bytes_in;
    }
    for (const auto& [id, out] : shard.out) {
      numbers[id].records_out += out.records;
      numbers[id].bytes_out += out.bytes;
    }
  }
  return numbers;
}

TopicNumbers numbers_of(const TopicRates::Sample& sample, TopicId topic) {
  auto found = sample.numbers->find(topic);
  return found == sample.numbers->end() ? TopicNumbers{} : found->second;
}

boost::json::value rates_json(const TopicNumbers& now, TopicId topic, const Sampled& sampled) {
  if (!sampled.before) return nullptr;
  TopicNumbers before = numbers_of(*sampled.before, topic);
  double seconds = std::chrono::duration<double>(sampled.now.at - sampled.before->at).count();
  auto rate = [seconds](std::uint64_t from, std::uint64_t to) {
    return static_cast<double>(to - std::min(from, to)) / seconds;
  };
  return boost::json::object{{"records_in", rate(before.records_in, now.records_in)},
                             {"bytes_in", rate(before.bytes_in, now.bytes_in)},
                             {"records_out", rate(before.records_out, now.records_out)},
                             {"bytes_out", rate(before.bytes_out, now.bytes_out)}};
}

std::string_view policy_of(const config::TopicConfig& config) {
  if (config.cleanup_compact) return config.cleanup_delete ? "compact,delete" : "compact";
  return config.cleanup_delete ? "delete" : "";
}

}  // namespace

runtime::Task<Sampled> sample_topics(Call* call) {
  Sampled sampled{.topics = call->ports.catalogue.topics(call->here), .now = {}, .before = {}};
  std::vector<broker::ShardReport> shards = co_await call->ports.operate.report(call->here);
  auto work = [shards = std::move(shards)] { return std::make_shared<const NumbersByTopic>(add_up(shards)); };
  std::shared_ptr<const NumbersByTopic> numbers = co_await runtime::run_on(call->ports.beside, call->here, std::move(work));
  sampled.now = {call->here.now(), std::move(numbers)};
  sampled.before = call->memory.rates.since(sampled.now);
  co_return sampled;
}

std::optional<TopicFlow> flow_of(TopicId topic, const Sampled& sampled) {
  if (!sampled.before) return std::nullopt;
  TopicNumbers now = numbers_of(sampled.now, topic), before = numbers_of(*sampled.before, topic);
  double seconds = std::chrono::duration<double>(sampled.now.at - sampled.before->at).count();
  return TopicFlow{static_cast<double>(now.records_in - std::min(before.records_in, now.records_in)) / seconds,
                   static_cast<double>(now.records_out - std::min(before.records_out, now.records_out)) / seconds};
}

std::uint64_t records_in(TopicId topic, const Sampled& sampled) {
  return numbers_of(sampled.now, topic).records_in;
}

boost::json::object topic_json(const cluster::Topic& topic, const Sampled& sampled) {
  TopicNumbers now = numbers_of(sampled.now, topic.id);
  boost::json::object json{{"name", json_text(topic.name)},
                           {"id", topic.id.base64()},
                           {"internal", topic.internal},
                           {"partitions", topic.partitions},
                           {"replicas", 1},
                           {"messages", now.messages},
                           {"size_bytes", now.bytes},
                           {"segments", nullptr},
                           {"cleanup_policy", json_text(policy_of(*topic.config))},
                           {"retention_ms", topic.config->retention_ms},
                           {"retention_bytes", topic.config->retention_bytes},
                           {"records_in", now.records_in},
                           {"bytes_in", now.bytes_in},
                           {"records_out", now.records_out},
                           {"bytes_out", now.bytes_out},
                           {"rates", rates_json(now, topic.id, sampled)}};
  if (now.segments) json["segments"] = *now.segments;
  return json;
}

Answer answer_topic(Call* call, TopicPointer topic) {
  Sampled sampled = co_await sample_topics(call);
  co_return json_answer(topic_json(*topic, sampled));
}

}  // namespace wharf::v1
