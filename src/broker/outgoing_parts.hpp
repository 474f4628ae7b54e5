#pragma once
// What goes to queues, log topics and delays together, and what became of it.
//
//   std::vector<Result<void>> outcomes = co_await send(here, ports, std::move(parts));   // one per part
//   if (!is_kept(outcomes[i])) ...
#include <cstdint>
#include <vector>

#include "broker/catalogue.hpp"
#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/publish.hpp"
#include "broker/queues.hpp"
#include "model/error.hpp"

namespace wharf::broker {

/// What messages are sent on by; all of it outlives who does.
struct OutgoingPorts {
  Entities& entities;
  Queues& queues;
  Histories& histories;
  Delays& delays;
  Publish& publish;
  Catalogue& catalogue;
};

struct OutgoingParts {
  std::vector<EnqueuePart> queues;
  std::vector<PublishPart> logs;
  std::vector<Delayed> delayed;
  std::vector<HistoryEntry> history;  // nobody answers for these

  bool empty() const { return queues.empty() && logs.empty() && delayed.empty() && history.empty(); }
};

/// One outcome for each of the queues' parts, then of the logs', then of what is delayed. Each port has its parts when
/// this first suspends: calls from one shard reach every destination in their order, however long another destination
/// of an earlier one takes, and nobody waits for two disks in turn.
runtime::Task<std::vector<Result<void>>> send(runtime::Shard& here, OutgoingPorts to, OutgoingParts parts);

/// What an outcome of send(), or of Deduplication::pass_on(), means to whoever sent the message.
enum class Fate : std::uint8_t {
  kKept,     // or its destination has gone since, which has nothing against it, as in RabbitMQ
  kRefused,  // by its destination: full, or nothing it takes
  kNotNow,   // by the machine: its disk, its memory, its end
};
Fate fate_of(const Error& error);
template <class T>
Fate fate_of(const Result<T>& outcome) {
  return outcome ? Fate::kKept : fate_of(outcome.error());
}
template <class T>
bool is_kept(const Result<T>& outcome) {
  return fate_of(outcome) == Fate::kKept;
}

}  // namespace wharf::broker
