#pragma once
// What the commands ask a cluster about topics.
#include <cstdint>
#include <string>
#include <vector>

#include "cli/client_session.hpp"

namespace wharf::cli {

struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;          // -1: the broker's default
  std::int16_t replication = -1;
  std::vector<std::string> settings;     // KEY=VALUE
  bool if_missing = false;               // one that exists is fine
};

runtime::Task<Result<void>> create_topic(ClientSession* session, NewTopic wanted);

/// "key=value" in two. Errors: kInvalidArgument.
Result<std::pair<std::string, std::string>> split_setting(const std::string& text);

}  // namespace wharf::cli
