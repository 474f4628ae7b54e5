#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/client_session.hpp"
#include "cli/commands.hpp"
#include "cli/text_table.hpp"
#include "cli/topic_requests.hpp"
#include "cli/value_checks.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;
using TopicView = kafka::MetadataResponse::Topic;

constexpr std::int8_t kFromTopic = 1;  // a setting's source

struct TopicOptions {
  std::vector<std::string> names;
  std::int32_t partitions = -1;
  std::int16_t replication = -1;
  std::vector<std::string> set, unset;
  bool if_missing = false, if_exists = false, internal = false, all_settings = false, json = false;
};

std::string joined(const std::vector<NodeId>& ids) {
  std::string text;
  for (NodeId id : ids) text += fmt::format("{}{}", text.empty() ? "" : ",", id.value);
  return text;
}

boost::json::array numbers(const std::vector<NodeId>& ids) {
  boost::json::array array;
  for (NodeId id : ids) array.push_back(id.value);
  return array;
}

std::string text_of(Offset offset) {
  return offset.value < 0 ? "-" : std::to_string(offset.value);
}

Task<Result<void>> list(ClientSession* session, const TopicOptions* options) {
  auto topics = co_await describe_topics(session, {});
  if (!topics) co_return fail(topics.error());
  TextTable table({"TOPIC", "PARTITIONS", "REPLICAS"});
  boost::json::array array;
  for (const TopicView& topic : *topics) {
    if (topic.is_internal && !options->internal) continue;
    const std::size_t replicas = topic.partitions.empty() ? 0 : topic.partitions.front().replica_nodes.size();
    table.add({topic.name.value_or(""), std::to_string(topic.partitions.size()), std::to_string(replicas)});
    array.push_back({{"topic", topic.name.value_or("")},
                     {"id", topic.topic_id.base64()},
                     {"partitions", topic.partitions.size()},
                     {"replicas", replicas},
                     {"internal", topic.is_internal}});
  }
  session->streams.out << (options->json ? boost::json::serialize(array) + "\n" : table.text());
  co_return Result<void>();
}

Task<Result<void>> create(ClientSession* session, const TopicOptions* options) {
  for (const std::string& name : options->names) {
    NewTopic wanted{name, options->partitions, options->replication, options->set, options->if_missing};
    Result<void> created = co_await create_topic(session, std::move(wanted));
    if (!created) co_return created;
    auto ready = co_await session->cluster.topic(name, {.must_appear = true});
    if (!ready) co_return fail(ready.error());
  }
  co_return Result<void>();
}

struct Described {
  TopicView topic;
  client::PartitionOffsets first, next;
  std::vector<kafka::DescribeConfigsResponse::Config> settings;
};

std::string described_text(const Described& described) {
  const TopicView& topic = described.topic;
  std::string text = fmt::format("topic       {}\nid          {}\npartitions  {}\n", topic.name.value_or(""),
                                 topic.topic_id.base64(), topic.partitions.size());
  for (const auto& setting : described.settings)
    text += fmt::format("setting     {}={}\n", setting.name,
                        setting.value.value_or(setting.is_sensitive ? "(hidden)" : ""));
  TextTable table({"PARTITION", "LEADER", "REPLICAS", "IN SYNC", "FIRST", "NEXT"});
  for (const auto& partition : topic.partitions) {
    const auto offset = [&partition](const client::PartitionOffsets& offsets) {
      auto found = offsets.find(partition.partition_index);
      return found == offsets.end() ? "-" : text_of(found->second);
    };
    table.add({std::to_string(partition.partition_index.value),
               partition.leader_id.value < 0 ? "-" : std::to_string(partition.leader_id.value),
               joined(partition.replica_nodes), joined(partition.isr_nodes), offset(described.first),
               offset(described.next)});
  }
  return text + table.text();
}

boost::json::object described_json(const Described& described) {
  boost::json::object settings;
  for (const auto& setting : described.settings)
    settings[setting.name] = setting.value ? boost::json::value(*setting.value) : boost::json::value();
  boost::json::array partitions;
  for (const auto& partition : described.topic.partitions) {
    boost::json::object one{{"partition", partition.partition_index.value},
                            {"leader", partition.leader_id.value},
                            {"replicas", numbers(partition.replica_nodes)},
                            {"in_sync", numbers(partition.isr_nodes)}};
    if (auto found = described.first.find(partition.partition_index); found != described.first.end())
      one["first_offset"] = found->second.value;
    if (auto found = described.next.find(partition.partition_index); found != described.next.end())
      one["next_offset"] = found->second.value;
    partitions.push_back(std::move(one));
  }
  return {{"topic", described.topic.name.value_or("")},
          {"id", described.topic.topic_id.base64()},
          {"settings", std::move(settings)},
          {"partitions", std::move(partitions)}};
}

Task<Result<void>> describe(ClientSession* session, const TopicOptions* options) {
  auto topics = co_await describe_topics(session, options->names);
  if (!topics) co_return fail(topics.error());
  boost::json::array array;
  bool first_one = true;
  for (TopicView& topic : *topics) {
    Described described{.topic = std::move(topic)};
    client::Topic led = leaders_in(described.topic);
    std::erase_if(led.partitions, [](const client::Partition& partition) { return partition.leader.value < 0; });
    auto first = co_await client::offsets_of(&session->cluster, led, client::kEarliest);
    if (!first) co_return fail(first.error());
    auto next = co_await client::offsets_of(&session->cluster, led, client::kLatest);
    if (!next) co_return fail(next.error());
    auto settings = co_await topic_settings(session, led.name);
    if (!settings) co_return fail(settings.error());
    described.first = std::move(*first);
    described.next = std::move(*next);
    described.settings = std::move(*settings);
    if (!options->all_settings)
      std::erase_if(described.settings, [](const auto& setting) { return setting.config_source != kFromTopic; });
    if (options->json) {
      array.push_back(described_json(described));
    } else {
      session->streams.out << (first_one ? "" : "\n") << described_text(described);
    }
    first_one = false;
  }
  if (options->json) session->streams.out << boost::json::serialize(array) << "\n";
  co_return Result<void>();
}

Task<Result<void>> alter(ClientSession* session, const TopicOptions* options) {
  if (options->set.empty() && options->unset.empty() && options->partitions < 0)
    co_return fail(ErrorCode::kInvalidArgument, "nothing to alter: give --set, --unset or --partitions");
  TopicChange change{.name = options->names.front(), .set = options->set, .unset = options->unset};
  if (options->partitions >= 0) change.partitions = options->partitions;
  Result<void> altered = co_await alter_topic(session, std::move(change));
  co_return altered;
}

Task<Result<void>> remove(ClientSession* session, const TopicOptions* options) {
  for (const std::string& name : options->names) {
    Result<void> deleted = co_await delete_topic(session, name, options->if_exists);
    if (!deleted) co_return deleted;
  }
  co_return Result<void>();
}

void declare_actions(ClientActions<TopicOptions>& actions, TopicOptions* options) {
  const auto names = [options](CLI::App* sub, int most) {
    sub->add_option("TOPIC", options->names, "The topic's name.")->required()->expected(1, most);
  };
  const auto json = [options](CLI::App* sub) { sub->add_flag("--json", options->json, "Print one line of JSON."); };
  constexpr int kMany = 10'000;

  CLI::App* sub = actions.add("list", "List the topics, with their numbers of partitions and replicas.", list);
  sub->add_flag("--internal", options->internal, "Also those that the broker keeps for itself.");
  json(sub);
  sub = actions.add("create", "Create topics. Returns when every partition has a leader.", create);
  names(sub, kMany);
  sub->add_option("--partitions", options->partitions, "How many partitions; otherwise the broker's num.partitions.")
      ->type_name("N")
      ->check(whole_number(1, 1'000'000));
  sub->add_option("--replication-factor", options->replication,
                  "How many replicas of each; otherwise the broker's default.")
      ->type_name("N")
      ->check(whole_number(1, 32767));
  sub->add_option("--set", options->set, "A setting of the topic, such as retention.ms=86400000. May be given again.")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  sub->add_flag("--if-missing", options->if_missing, "A topic that exists is fine, and left as it is.");
  sub = actions.add(
      "describe",
      "Show topics: partitions with their leaders and offsets, and settings. Settings are those that were made for the "
      "topic; --all-settings shows the defaults too.",
      describe);
  names(sub, kMany);
  sub->add_flag("--all-settings", options->all_settings, "Show the settings that are at their defaults too.");
  json(sub);
  sub = actions.add(
      "alter",
      "Change a topic's settings and its number of partitions. Settings change all or not at all; then the partitions, "
      "which can only become more.",
      alter);
  names(sub, 1);
  sub->add_option("--set", options->set, "Set one. May be given again.")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  sub->add_option("--unset", options->unset, "Put one back to its default. May be given again.")
      ->type_name("KEY")
      ->allow_extra_args(false);
  sub->add_option("--partitions", options->partitions,
                  "So many partitions afterwards. Keys may go to another partition than before.")
      ->type_name("N")
      ->check(whole_number(1, 1'000'000));
  sub = actions.add("delete", "Delete topics with everything in them.", remove);
  names(sub, kMany);
  sub->add_flag("--if-exists", options->if_exists, "A topic that is not there is fine.");
}

Run declare(CLI::App* app) {
  auto client = ClientOptions::declare(app, "wharf topic");
  auto options = std::make_shared<TopicOptions>();
  ClientActions<TopicOptions> actions(app);
  declare_actions(actions, options.get());
  return actions.run(client, options);
}

}  // namespace

Command topic_command() {
  return {
      .name = "topic",
      .summary = "list, create, describe, alter and delete topics",
      .description =
          R"(Works with Wharf, Kafka and any other broker of the protocol. Settings are Kafka's topic settings, and
Wharf's own, such as wharf.flush; a broker refuses what it does not know, with a sentence that this command prints.)",
      .examples = R"(wharf topic list
wharf topic create orders --partitions 12 --set retention.ms=604800000
wharf topic create audit --set wharf.flush=sync --if-missing
wharf topic describe orders
wharf topic describe orders --json
wharf topic alter orders --set cleanup.policy=compact --unset retention.ms
wharf topic alter orders --partitions 24
wharf topic delete orders --if-exists)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
