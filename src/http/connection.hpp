#pragma once
// One HTTP/1.1 connection: reads a request, has it answered, writes the response, and so on. Requests that a client sends
// ahead (pipelining) are answered one by one, in order.
#include <memory>
#include <optional>

#include "http/handler.hpp"
#include "http/request_parser.hpp"
#include "runtime/logger.hpp"
#include "runtime/open_port.hpp"
#include "runtime/stream.hpp"

namespace wharf::http {

struct ConnectionLimits {
  RequestLimits request;
  Nanoseconds idle = std::chrono::seconds(75);            // between requests; a scraper comes every 15 s to 60 s
  Nanoseconds receive = std::chrono::seconds(10);         // from a request's first byte to its last
  Nanoseconds send = std::chrono::seconds(30);            // of one response
};

class Connection final : public runtime::PortConnection {
 public:
  /// `handler` and `logger` outlive the connection.
  Connection(Handler& handler, const ConnectionLimits& limits, runtime::Logger& logger, runtime::Shard& shard,
             std::unique_ptr<runtime::Stream> stream);

  runtime::Task<void> run() override;
  void close() override;

 private:
  runtime::Task<bool> receive();
  runtime::Task<std::size_t> read(MutableBytes into);
  runtime::Task<bool> refuse_foreign();
  runtime::Task<bool> answer(Request request);
  runtime::Task<void> refuse(Refusal refusal);
  runtime::Task<bool> send(Response response, bool with_body, bool keep_alive);
  runtime::Task<bool> write(std::vector<runtime::OutPiece> pieces);
  void allow(std::optional<Nanoseconds> time);
  void watch();

  Handler& handler_;
  ConnectionLimits limits_;
  runtime::Logger& logger_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  RequestParser parser_;
  bool closing_ = false;    // after the response in progress
  bool waiting_ = false;    // for bytes of the client
  bool heard_ = false;      // its first bytes, and they are HTTP's as far as they tell
  bool receiving_ = false;  // the time for the request in progress runs
  std::optional<MonotonicTime> deadline_;
  std::optional<runtime::Timers::Handle> timer_;
};

}  // namespace wharf::http
