#pragma once
// Port: the last message of each topic that was published to be kept (MQTT's retain), whoever published it. Kept by
// Outgoing with the message's other destinations, in the compacted topic `__retained`; asked for by pages, so that who
// wants many holds few.
//
//   Result<void> ready = co_await retained.open(here);          // before the first message that is to be kept
//   Result<RetainedPage> page = co_await retained.find(here, {.name_space = "/", .prefix = "a.", .matches = ...});
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

struct RetainedMessage {
  std::string routing_key;
  std::shared_ptr<const void> owner;  // of the record's views
  Record record;
};

/// Where a page goes on.
struct RetainedPlace {
  std::int32_t partition = 0;
  std::string after;  // a routing key
};

struct RetainedQuery {
  std::string name_space;
  std::string prefix;                             // of every routing key that matches
  std::function<bool(std::string_view)> matches;  // a routing key; called on other shards, so it owns what it looks at
  std::vector<Offset> below;  // of Retained::marks(): what was kept later is left out; empty: nothing is
  RetainedPlace from;
  std::size_t most = 64;                // messages
  std::size_t most_bytes = 256u << 10;  // of their bodies; one may be larger
};

struct RetainedPage {
  std::vector<RetainedMessage> messages;
  std::optional<RetainedPlace> next;  // there may be more, though this one is short or empty
};

class Retained {
 public:
  virtual ~Retained() = default;
  /// They can be kept from here on.
  virtual runtime::Task<Result<void>> open(runtime::Shard& here) = 0;
  virtual bool is_open(runtime::Shard& here) const = 0;
  /// Whether a message of another topic may be kept, too (`mqtt.retained.max`). What others keep at the same time is
  /// not known yet.
  virtual bool has_room() const = 0;
  /// Whether this topic has one, as far as is known.
  virtual runtime::Task<bool> has(runtime::Shard& here, std::string name_space, std::string routing_key) = 0;
  /// Tells what was kept before now from what comes later.
  virtual runtime::Task<Result<std::vector<Offset>>> marks(runtime::Shard& here) = 0;
  /// Those that were kept before the call, by topic. kStorage, kDamaged, kBusy.
  virtual runtime::Task<Result<RetainedPage>> find(runtime::Shard& here, RetainedQuery query) = 0;
};

}  // namespace wharf::broker
