#pragma once
// Who asks, to do what, with which thing.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wharf::security {

/// Who has signed in. The tags are those of that moment.
struct Principal {
  std::string name;
  std::vector<std::string> tags;
  /// MQTT's, which the patterns of topic permissions may name; the door sets it.
  std::optional<std::string> client_id;

  bool has_tag(std::string_view tag) const { return std::ranges::find(tags, tag) != tags.end(); }
};

/// Configure: declare (not passively), delete. Write: publish to an exchange, bind to a queue or exchange, dead-letter
/// and alternate exchange of what is declared. Read: consume, get, purge; the exchange that is bound from; what is
/// declared with a dead-letter or alternate exchange.
enum class Verb : std::uint8_t { kConfigure, kWrite, kRead };
std::string_view to_string(Verb verb);

enum class ResourceKind : std::uint8_t {
  kExchange,
  kQueue,
  kTopicKey,  // a routing key of a topic exchange; asked after the exchange itself, write or read
};

struct Resource {
  ResourceKind kind;
  std::string_view name;  // of the exchange ("": the default one) or queue
  std::string_view key;   // of kTopicKey

  static Resource exchange(std::string_view name) { return {ResourceKind::kExchange, name, {}}; }
  static Resource queue(std::string_view name) { return {ResourceKind::kQueue, name, {}}; }
  static Resource topic_key(std::string_view exchange, std::string_view key) {
    return {ResourceKind::kTopicKey, exchange, key};
  }
};

}  // namespace wharf::security
