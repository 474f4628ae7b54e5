#pragma once
// Port: what there is, and changing it. Reads see the calling shard's snapshot; a change is answered when it is durable
// and every shard knows it.
#include <functional>
#include <map>
#include <string>

#include "cluster/metadata/topic_table.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

struct TopicRequest {
  std::string name;
  std::int32_t partitions = 0;  // 0: the server's default
  std::map<std::string, std::string> overrides;
  bool internal = false;
  std::string name_space{kDefaultNamespace};
};

/// A topic's overrides as they are -> as they shall be.
using Reconfigure =
    std::function<Result<std::map<std::string, std::string>>(const std::map<std::string, std::string>&)>;

class Catalogue {
 public:
  virtual ~Catalogue() = default;
  virtual cluster::TopicTable::Pointer topics(runtime::Shard& here) const = 0;
  /// Checks as create_topic does and changes nothing.
  virtual Result<void> check_topic(runtime::Shard& here, const TopicRequest& request) const = 0;
  virtual runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> create_topic(runtime::Shard& here,
                                                                                    TopicRequest request) = 0;
  /// With what groups committed on it.
  virtual runtime::Task<Result<void>> remove_topic(runtime::Shard& here, TopicId topic) = 0;
  virtual runtime::Task<Result<void>> grow_topic(runtime::Shard& here, TopicId topic, std::int32_t total) = 0;
  /// `change` decides on the overrides as they are when its turn comes, so that two changes at once do not undo each
  /// other; it runs on another shard. Its error is the answer.
  virtual runtime::Task<Result<void>> configure_topic(runtime::Shard& here, TopicId topic, Reconfigure change) = 0;
  /// A producer id that was never handed out before.
  virtual runtime::Task<Result<ProducerId>> new_producer_id(runtime::Shard& here) = 0;
};

}  // namespace wharf::broker
