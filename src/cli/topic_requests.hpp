#pragma once
// What the commands ask a cluster about topics.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/client_session.hpp"
#include "client/offsets.hpp"
#include "protocols/kafka/api/describe_configs.hpp"

namespace wharf::cli {

struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;  // -1: the broker's default
  std::int16_t replication = -1;
  std::vector<std::string> settings;  // KEY=VALUE
  bool if_missing = false;            // one that exists is fine
};

runtime::Task<Result<void>> create_topic(ClientSession* session, NewTopic wanted);
runtime::Task<Result<void>> delete_topic(ClientSession* session, std::string name, bool if_exists);

struct TopicChange {
  std::string name;
  std::optional<std::int32_t> partitions;  // so many afterwards
  std::vector<std::string> set;            // KEY=VALUE
  std::vector<std::string> unset;          // KEY: back to the default
};

/// Settings first, all or none of them, then partitions.
runtime::Task<Result<void>> alter_topic(ClientSession* session, TopicChange change);

/// Of all topics, or of those named; a topic that is missing is an error.
runtime::Task<Result<std::vector<kafka::MetadataResponse::Topic>>> describe_topics(ClientSession* session,
                                                                                   std::vector<std::string> names);
/// The settings of a topic, with where each comes from.
runtime::Task<Result<std::vector<kafka::DescribeConfigsResponse::Config>>> topic_settings(ClientSession* session,
                                                                                          std::string name);

/// The leaders of a topic that metadata described.
client::Topic leaders_in(const kafka::MetadataResponse::Topic& topic);

/// "key=value" in two. Errors: kInvalidArgument.
Result<std::pair<std::string, std::string>> split_setting(const std::string& text);

}  // namespace wharf::cli
