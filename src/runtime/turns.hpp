#pragma once
// One after the other, in the order in which they came: tasks of one shard that must not be in the middle of things at
// the same time.
//
//   Turns::Turn turn = co_await turns.take();
//   ...others wait until `turn` is gone...
#include <deque>
#include <utility>

#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::runtime {

class Turns {
 public:
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->pass_on();
    }

   private:
    Turns* turns_;
  };

  explicit Turns(Shard& shard) : shard_(shard) {}

  Task<Turn> take() {
    if (std::exchange(taken_, true)) {
      auto start = [this](Resume<bool> resume) { waiting_.push_back(std::move(resume)); };
      [[maybe_unused]] bool mine = co_await suspend<bool>(std::move(start));
    }
    co_return Turn(*this);
  }

 private:
  void pass_on() {
    if (waiting_.empty()) {
      taken_ = false;
      return;
    }
    shard_.post([resume = std::move(waiting_.front())]() mutable { std::move(resume)(true); });
    waiting_.pop_front();
  }

  Shard& shard_;
  bool taken_ = false;
  std::deque<Resume<bool>> waiting_;
};

}  // namespace wharf::runtime
