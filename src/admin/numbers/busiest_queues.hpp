#pragma once
// The busiest queues: of all, or of those that a filter names.
#include <optional>
#include <string>
#include <vector>

#include "broker/entities.hpp"
#include "broker/operate.hpp"
#include "broker/queues.hpp"
#include "runtime/task.hpp"
#include "security/core/pattern.hpp"

namespace wharf::admin {

struct NamedQueue {
  std::string vhost, name;
  broker::QueueRef ref;
  broker::QueueNumbers numbers;
  // Of look_at_storage():
  std::uint64_t disk_bytes = 0;
  Milliseconds held_for{0};  // how long somebody has had the message that everything waits for; 0: nobody has it
};

/// Queues that are not among the busiest, together.
struct OtherQueues {
  std::uint64_t queues = 0, messages = 0, consumers = 0;
  double in = 0, out = 0;  // per second
};

/// Messages per second that come into it, and that are handed out.
double rate_in(const broker::QueueNumbers& queue);
double rate_out(const broker::QueueNumbers& queue);

struct QueueQuestion {
  broker::Entities* entities = nullptr;
  broker::Operate* operate = nullptr;
  std::string vhost;                         // empty: all
  std::optional<security::Pattern> pattern;  // of names; none: all
  std::size_t most = 100;
  const std::vector<std::string>* vhosts = nullptr;  // in place of `vhost`
  OtherQueues* others = nullptr;                     // filled, where somebody wants to know
};

/// Fills what they keep on disk, and who holds it there.
runtime::Task<void> look_at_storage(runtime::Shard& here, broker::Queues* port, std::vector<NamedQueue>* queues);

/// By what passes through them, then by what is in them. Some hundred are looked at at a time, and no more than a
/// thousand kept.
runtime::Task<std::vector<NamedQueue>> busiest_queues(runtime::Shard& here, QueueQuestion question);

}  // namespace wharf::admin
