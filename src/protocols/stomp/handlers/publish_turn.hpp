#pragma once
// The messages that came with one read of a connection, on their way to where they go, and who asked for a receipt of
// each.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/deduplication.hpp"
#include "broker/outgoing.hpp"
#include "broker/replies.hpp"

namespace wharf::stomp {

struct GatheredSends {
  broker::Outgoing::Gathered outgoing;
  std::vector<broker::ToDeduplicate> to_deduplicate;
  std::vector<std::size_t> deduplicated;  // their numbers
  std::vector<broker::Reply> replies;
  std::vector<std::string> receipts;  // by the messages' numbers; empty: none was asked for
  std::uint64_t bytes = 0;            // that they take until they are answered
};

/// Each message says how many `bytes` it takes until it is answered. What is gathered is made with the first one: most
/// connections that are idle never sent one.
class PublishTurn {
 public:
  PublishTurn(runtime::Shard& here, broker::Catalogue& catalogue) : here_(here), catalogue_(catalogue) {}

  void add(const broker::NamespaceView& view, const routing::Routes& routes, broker::Outgoing::Message message,
           Timestamp now, std::uint64_t bytes, std::string receipt) {
    if (!outgoing_) outgoing_ = std::make_unique<broker::Outgoing>(here_, catalogue_);
    message.number = count(bytes, std::move(receipt));
    outgoing_->add(view, routes, message, now);
  }
  void add(broker::ToDeduplicate message, std::uint64_t bytes, std::string receipt) {
    deduplicated_.push_back(count(bytes, std::move(receipt)));
    to_deduplicate_.push_back(std::move(message));
  }
  void add(broker::Delayed message, std::uint64_t bytes, std::string receipt) {
    delayed_numbers_.push_back(count(bytes, std::move(receipt)));
    delayed_.push_back(std::move(message));
  }
  void add(broker::Reply reply) { replies_.push_back(std::move(reply)); }

  bool empty() const { return receipts_.empty() && replies_.empty(); }
  GatheredSends take() {
    GatheredSends gathered{.outgoing = outgoing_ ? outgoing_->take() : broker::Outgoing::Gathered(),
                           .to_deduplicate = std::exchange(to_deduplicate_, {}),
                           .deduplicated = std::exchange(deduplicated_, {}),
                           .replies = std::exchange(replies_, {}),
                           .receipts = std::exchange(receipts_, {}),
                           .bytes = std::exchange(bytes_, 0)};
    // Outcomes of what is delayed come last.
    for (broker::Delayed& one : delayed_) gathered.outgoing.parts.delayed.push_back(std::move(one));
    for (std::size_t number : delayed_numbers_) gathered.outgoing.messages.push_back({number});
    delayed_.clear();
    delayed_numbers_.clear();
    return gathered;
  }

 private:
  std::size_t count(std::uint64_t bytes, std::string receipt) {
    bytes_ += bytes;
    receipts_.push_back(std::move(receipt));
    return receipts_.size() - 1;
  }

  runtime::Shard& here_;
  broker::Catalogue& catalogue_;
  std::unique_ptr<broker::Outgoing> outgoing_;
  std::vector<broker::Delayed> delayed_;
  std::vector<std::size_t> delayed_numbers_;
  std::vector<broker::ToDeduplicate> to_deduplicate_;
  std::vector<std::size_t> deduplicated_;
  std::vector<broker::Reply> replies_;
  std::vector<std::string> receipts_;
  std::uint64_t bytes_ = 0;
};

}  // namespace wharf::stomp
