#pragma once
// What operators are told of a connection and of what is on it (broker/statistics.hpp).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shard_traffic.hpp"
#include "protocols/amqp091/wire/connection_methods.hpp"
#include "protocols/amqp091/wire/message_methods.hpp"

namespace wharf::amqp091 {

struct Client;
struct Consumer;

/// While it lives, its client's connection is listed.
class ClientReport final : public broker::OpenConnection {
 public:
  ClientReport(Client& client, broker::ConnectionIntroduction introduction);
  ~ClientReport() override;
  ClientReport(const ClientReport&) = delete;
  ClientReport& operator=(const ClientReport&) = delete;

  const broker::IntroductionPointer& introduction() const { return introduction_; }
  broker::ConnectionFacts facts() const override;
  void add_channels(std::vector<broker::ChannelFacts>& into) const override;
  void add_consumers(std::vector<broker::ConsumerFacts>& into, std::string_view queue) const override;
  void force_close(std::string reason) override;

 private:
  Client& client_;
  broker::IntroductionPointer introduction_;
  std::uint64_t serial_;
};

/// What a client says of itself when it signs in.
void introduce(Client& client, const ConnectionStartOk& answer);
/// How its consumer was asked for.
void note_request(Consumer& consumer, const BasicConsume& consume);

}  // namespace wharf::amqp091
