#pragma once
// A client that publishes while the node is short of something is not read from until that is over. Who only consumes
// goes on. The publish that finds the alarm is still taken.
#include "broker/shard_alarms.hpp"
#include "runtime/signal.hpp"

namespace wharf::broker {

class PublisherHold final : public AlarmListener {
 public:
  /// `over` is notified when reading may go on; both outlive the hold.
  PublisherHold(ShardAlarms& alarms, runtime::Signal& over) : alarms_(alarms), over_(over) {}
  ~PublisherHold() override { end(); }
  PublisherHold(const PublisherHold&) = delete;
  PublisherHold& operator=(const PublisherHold&) = delete;

  void published() {
    if (held_ || !alarms_.now().any()) return;
    held_ = true;
    alarms_.listen(*this);
  }
  bool now() const { return held_; }

  void shortage_changed(Shortage now) override {
    if (now.any()) return;
    end();
    over_.notify();
  }

 private:
  void end() {
    if (!held_) return;
    held_ = false;
    alarms_.forget(*this);
  }

  ShardAlarms& alarms_;
  runtime::Signal& over_;
  bool held_ = false;
};

}  // namespace wharf::broker
