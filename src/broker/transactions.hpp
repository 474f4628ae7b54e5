#pragma once
// Port: what a client has sent and settled in a transaction counts as a whole, whatever ends the node meanwhile
// (docs/decisions/062).
//
//   TransactionParts parts{.sends = outgoing.take().parts, .settled = {{queue, consumer, settlements}}};
//   std::vector<Result<void>> outcomes = co_await transactions.commit(here, std::move(parts));
#include <vector>

#include "broker/outgoing_parts.hpp"
#include "broker/queues.hpp"
#include "queue/core/consumers.hpp"
#include "queue/core/types.hpp"

namespace wharf::broker {

struct SettledPart {
  QueueRef queue;
  queue::ConsumerId consumer;
  std::vector<queue::Settlement> settlements;  // not empty; of messages that it holds, all of each range
};

struct TransactionParts {
  OutgoingParts sends;  // without numbers
  std::vector<SettledPart> settled;
};

/// Sends, then settles where all is kept; nothing makes it whole. Outcomes as commit() has them.
runtime::Task<std::vector<Result<void>>> carry_out(runtime::Shard& here, OutgoingPorts to, TransactionParts parts);

class Transactions {
 public:
  virtual ~Transactions() = default;
  /// One outcome for each of the sends, as send() has them, then one for each settled part. Where a send is not kept
  /// nothing is settled, here or by a later start, and what others took stays theirs. Else, and that is what its being
  /// answered says, all is or will be as the transaction has it. Twice after a crash, perhaps: what exchanges delay;
  /// lost then, perhaps: the history of an exchange, and what asks for no disk.
  virtual runtime::Task<std::vector<Result<void>>> commit(runtime::Shard& here, TransactionParts parts) = 0;
};

}  // namespace wharf::broker
