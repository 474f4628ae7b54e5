#pragma once
// One call whose parts belong to several shards: each shard gets all of its own in one hop, and answers for them in one
// hop when the last of them is answered. Calls from one shard reach each shard in their order.
//
//   auto begin = [](auto& portion) {                       // on the shard that has these parts
//     for (auto& item : portion.items) item.answer = ...;  // now, or later: portion.expect() before,
//     portion.answered() then
//   };
//   auto call = scatter<Result<void>>(here, shards, std::move(parts), owner_of, begin);
//   if (!call->is_answered()) co_await runtime::suspend<bool>(call->until_answered());
//   ...call->answers, in the order of the parts...
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/node/shards.hpp"
#include "model/time.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

/// Of the calling shard.
template <class Answer>
class ScatteredCall : public std::enable_shared_from_this<ScatteredCall<Answer>> {
 public:
  ScatteredCall(runtime::Shard& calling_shard, std::size_t parts) : answers(parts), here_(calling_shard) {}

  runtime::Shard& here() { return here_; }
  bool is_answered() const { return portions_left_ == 0; }
  /// What to suspend with, unless it is answered. True: it is; false: the deadline has passed before.
  auto until_answered(std::optional<MonotonicTime> deadline = std::nullopt) {
    return [call = this->shared_from_this(), deadline](runtime::Resume<bool> resume) {
      call->resume_.emplace(std::move(resume));
      if (!deadline) return;
      call->timer_ = call->here_.set_timer(*deadline, [call] {
        call->timer_.reset();
        call->finish(false);
      });
    };
  }

  void portion_begins() { ++portions_left_; }
  void portion_done() {
    if (--portions_left_ == 0) finish(true);
  }

  std::vector<Answer> answers;  // by the parts' places

 private:
  void finish(bool in_time) {
    if (timer_) here_.cancel_timer(*timer_);
    timer_.reset();
    if (!resume_) return;
    here_.post([resume = std::move(*resume_), in_time]() mutable { std::move(resume)(in_time); });
    resume_.reset();
  }

  runtime::Shard& here_;
  std::size_t portions_left_ = 0;
  std::optional<runtime::Resume<bool>> resume_;
  std::optional<runtime::Timers::Handle> timer_;
};

/// The parts of one call that one shard has; lives there until all are answered.
template <class Part, class Answer>
class ScatteredPortion : public std::enable_shared_from_this<ScatteredPortion<Part, Answer>> {
 public:
  struct Item {
    std::size_t place = 0;  // in the call
    Part part;
    Answer answer;
  };

  ScatteredPortion(std::shared_ptr<ScatteredCall<Answer>> of, NodeShard& has_it)
      : owner(has_it), call_(std::move(of)) {}

  /// One more answer will come.
  void expect() { ++waiting_; }
  void answered() {
    if (--waiting_ > 0) return;
    auto deliver = [self = this->shared_from_this()] {
      for (Item& item : self->items) self->call_->answers[item.place] = std::move(item.answer);
      self->call_->portion_done();
    };
    if (&call_->here() == &owner.shard) return deliver();
    call_->here().post(std::move(deliver));
  }

  NodeShard& owner;
  std::vector<Item> items;

 private:
  std::shared_ptr<ScatteredCall<Answer>> call_;
  std::size_t waiting_ = 1;  // one for `begin` itself
};

/// `owner_of(part)` is the number of its shard. Other shards begin while this one does.
template <class Answer, class Part, class OwnerOf, class Begin>
std::shared_ptr<ScatteredCall<Answer>> scatter(runtime::Shard& here, NodeShards& shards, std::vector<Part> parts,
                                               OwnerOf owner_of, Begin begin) {
  using Portion = ScatteredPortion<Part, Answer>;
  auto call = std::make_shared<ScatteredCall<Answer>>(here, parts.size());
  std::vector<std::shared_ptr<Portion>> portions(shards.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::size_t owner = owner_of(parts[i]);
    if (!portions[owner]) {
      portions[owner] = std::make_shared<Portion>(call, shards.at(owner));
      call->portion_begins();
    }
    portions[owner]->items.push_back({.place = i, .part = std::move(parts[i]), .answer = {}});
  }
  auto run = [begin](Portion& portion) {
    begin(portion);
    portion.answered();
  };
  for (const std::shared_ptr<Portion>& portion : portions) {
    if (portion && &portion->owner.shard != &here) portion->owner.shard.post([portion, run] { run(*portion); });
  }
  for (const std::shared_ptr<Portion>& portion : portions) {
    if (portion && &portion->owner.shard == &here) run(*portion);
  }
  return call;
}

}  // namespace wharf::broker
