#pragma once
// What operators are told of a connection and of what is on it (broker/statistics.hpp).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/connection_listing.hpp"
#include "protocols/amqp091/wire/connection_methods.hpp"
#include "protocols/amqp091/wire/message_methods.hpp"

namespace wharf::amqp091 {

struct Client;
struct Consumer;

class ClientReport final : public broker::OpenConnection {
 public:
  explicit ClientReport(Client& client);
  ~ClientReport() override { end(); }
  ClientReport(const ClientReport&) = delete;
  ClientReport& operator=(const ClientReport&) = delete;

  /// By one read, or one write.
  void passed(broker::ConnectionEvent direction, std::uint64_t bytes) { listing_.passed(direction, bytes); }
  void requested() { listing_.requested(); }
  /// The client's connection is open, and listed until end(). `introduction` as far as the client has told.
  void begin(broker::ConnectionIntroduction introduction);
  void end() { listing_.end(); }
  /// Null: it was not open yet.
  const broker::IntroductionPointer& introduction() const { return listing_.introduction(); }

  broker::ConnectionFacts facts() const override;
  void add_channels(std::vector<broker::ChannelFacts>& into) const override;
  void add_consumers(std::vector<broker::ConsumerFacts>& into, std::string_view queue) const override;
  void force_close(std::string reason) override;

 private:
  Client& client_;
  broker::ConnectionListing listing_;
};

/// What a client says of itself when it signs in.
void introduce(Client& client, const ConnectionStartOk& answer);
/// How its consumer was asked for.
void note_request(Consumer& consumer, const BasicConsume& consume);

}  // namespace wharf::amqp091
