#pragma once
// Every topic setting, one line each: Kafka's name, type, default and bounds, where its default comes from in the
// server's configuration, Kafka's broker-wide name for the same thing, and a sentence. DescribeConfigs answers from
// this table.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "config/server_keys.hpp"
#include "config/topic_config.hpp"
#include "model/error.hpp"

namespace wharf::config {

/// The types of a setting, with the numbers that DescribeConfigs sends (KIP-569).
enum class KafkaType : std::int8_t {
  kUnknown = 0,
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9
};

struct TopicKey {
  /// The member that holds the value; settings that nothing here acts on have none, some need a function.
  using Member = std::variant<std::monostate, std::int32_t TopicConfig::*, std::int64_t TopicConfig::*,
                              double TopicConfig::*, void (*)(TopicConfig* config, std::string_view value)>;

  std::string_view name;
  KafkaType type;
  std::string_view standard;    // the default where the server has no key for it
  Range range;                  // of a number
  std::string_view choices;     // of a text or of a list's items: words between bars
  std::string_view server_key;  // its value is the default
  std::string_view synonym;     // Kafka's broker-wide name
  std::string_view sentence;
  Member member;
};

/// In the order of the names.
std::span<const TopicKey> topic_keys();
/// nullptr when Kafka has no such topic setting.
const TopicKey* find_topic_key(std::string_view name);

/// `text` read, checked and printed back as Kafka prints it: " 7 " is "7", "TRUE" is "true", "a , b" is "a,b".
/// The error is a sentence for the client.
Result<std::string> canonical_value(const TopicKey& key, std::string_view text);
/// The default for `key` on this server, in canonical form.
std::string default_value(const TopicKey& key, const ServerConfig& server);

}  // namespace wharf::config
