#include "broker/node/owners.hpp"

#include "runtime/signal.hpp"

namespace wharf::broker {
namespace {

// A machine that is there confirms within a round trip and, where it waits for something to send along, 0.2 s more.
constexpr Nanoseconds kAnswerLimit = std::chrono::seconds(1);
constexpr Nanoseconds kEndLimit = std::chrono::seconds(5);  // until all shards have forgotten its queues
constexpr Nanoseconds kLookInterval = Milliseconds(20);

enum class Answer : std::uint8_t { kGone, kThere, kSilent };

/// `look` at the owner, on its own shard; it may go between two looks.
template <class Look>
runtime::Task<Answer> ask(runtime::Shard& here, NodeShard* there, ConnectionId id, Look look) {
  auto on_its_shard = [there, id, look = std::move(look)] {
    auto found = there->owners.find(id);
    return found == there->owners.end() ? Answer::kGone : look(*found->second);
  };
  Answer answer = co_await runtime::call_on(here, there->shard, std::move(on_its_shard));
  co_return answer;
}

/// Looks again and again until it has answered or is gone.
template <class Look>
runtime::Task<Answer> watch(runtime::Shard& here, NodeShard* there, ConnectionId id, Nanoseconds limit, Look look) {
  runtime::Signal never(here);
  const MonotonicTime deadline = here.now() + limit;
  Answer answer = Answer::kSilent;
  while (answer == Answer::kSilent && here.now() < deadline) {
    [[maybe_unused]] bool woken = co_await never.wait_until(here.now() + kLookInterval);
    answer = co_await ask(here, there, id, look);
  }
  co_return answer;
}

}  // namespace

runtime::Task<NodeShard*> NodeOwners::shard_of(runtime::Shard& here, ConnectionId id) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    Answer answer = co_await ask(here, &shards_.at(i), id, [](Owner&) { return Answer::kThere; });
    if (answer == Answer::kThere) co_return &shards_.at(i);
  }
  co_return nullptr;
}

runtime::Task<bool> NodeOwners::is_gone(runtime::Shard& here, ConnectionId id, IntroductionPointer claimant) {
  NodeShard* there = co_await shard_of(here, id);
  if (there == nullptr) co_return true;
  Answer answer = co_await ask(here, there, id, [claimant](Owner& owner) {
    if (!owner.resembles(*claimant)) return Answer::kThere;
    owner.challenge();
    return Answer::kSilent;
  });
  if (answer == Answer::kSilent) {
    answer = co_await watch(here, there, id, kAnswerLimit,
                            [](Owner& owner) { return owner.has_answered() ? Answer::kThere : Answer::kSilent; });
  }
  if (answer == Answer::kSilent) {
    co_await ask(here, there, id, [](Owner& owner) {
      owner.give_up();
      return Answer::kSilent;
    });
    answer = co_await watch(here, there, id, kEndLimit, [](Owner&) { return Answer::kSilent; });
  }
  co_return answer == Answer::kGone;
}

}  // namespace wharf::broker
