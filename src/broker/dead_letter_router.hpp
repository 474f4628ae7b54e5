#pragma once
// Moves the messages that a shard's queues gave up to where their exchange sends them.
#include "broker/deduplication.hpp"
#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/histories.hpp"
#include "broker/queues.hpp"
#include "queue/shell/dead_letters.hpp"
#include "routing/core/router.hpp"
#include "runtime/random.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {

class DeadLetterRouter final : public queue::DeadLetters {
 public:
  /// Everything outlives it but the scope's tasks.
  DeadLetterRouter(runtime::Shard& shard, Entities& entities, Queues& queues, Histories& histories, Delays& delays,
                   Deduplication& deduplication, runtime::Random& random)
      : shard_(shard),
        entities_(entities),
        queues_(queues),
        histories_(histories),
        delays_(delays),
        deduplication_(deduplication),
        dice_(random),
        tasks_(shard) {}

  void bury(queue::DeadLetter letter, std::move_only_function<void(bool)> done) override;
  /// The letters under way arrive; none may follow.
  runtime::Task<void> close() { return tasks_.close(); }

 private:
  using Done = std::move_only_function<void(bool)>;
  runtime::Task<void> keep(ToDeduplicate message, Done done);
  runtime::Task<void> keep(std::vector<EnqueuePart> parts, std::vector<Delayed> delayed, Done done);

  runtime::Shard& shard_;
  Entities& entities_;
  Queues& queues_;
  Histories& histories_;
  Delays& delays_;
  Deduplication& deduplication_;
  runtime::Dice dice_;
  routing::Router router_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::broker
