#pragma once
// The messages that came with one read of a connection, on their way to where they go, and who awaits an answer for
// each.
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/outgoing.hpp"

namespace wharf::amqp091 {

class Channel;

/// A publish of a channel in confirm mode. The channel is among those of its turn.
struct ToConfirm {
  Channel* channel = nullptr;
  std::uint64_t tag = 0;
};

struct GatheredPublishes {
  broker::Outgoing::Gathered outgoing;
  std::vector<ToConfirm> to_confirm;               // by the messages' numbers
  std::vector<std::shared_ptr<Channel>> channels;  // they came by; one may be there more than once
  std::uint64_t bytes = 0;                         // of bodies as they came in
  std::size_t messages = 0;
};

class PublishTurn {
 public:
  PublishTurn(runtime::Shard& here, broker::Catalogue& catalogue) : outgoing_(here, catalogue) {}

  /// A message of this channel; `tag` awaits an answer from each of those that it goes to. How many they are.
  std::uint32_t add(const broker::NamespaceView& view, const routing::Routes& routes, broker::Outgoing::Message message,
                    Timestamp now, const std::shared_ptr<Channel>& channel, std::optional<std::uint64_t> tag);
  bool empty() const { return outgoing_.empty(); }
  GatheredPublishes take();

 private:
  broker::Outgoing outgoing_;
  std::vector<ToConfirm> to_confirm_;
  std::vector<std::shared_ptr<Channel>> channels_;
  std::uint64_t bytes_ = 0;
  std::size_t messages_ = 0;
};

}  // namespace wharf::amqp091
