#pragma once
// One Kafka client: a task that reads and starts requests, a task that writes what is next in line. A produce whose
// client left still finishes.
#include <memory>

#include "broker/connection_listing.hpp"
#include "protocols/kafka/handlers/dispatch.hpp"
#include "protocols/kafka/handlers/door.hpp"
#include "protocols/kafka/response_queue.hpp"
#include "protocols/kafka/wire/frame_buffer.hpp"
#include "runtime/open_port.hpp"
#include "runtime/signal.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::kafka {

class Connection final : public runtime::PortConnection, private broker::OpenConnection {
 public:
  /// `door` outlives the connection.
  Connection(const Door& door, std::unique_ptr<runtime::Stream> stream);

  /// Also ends when the client idles too long. Returns when all its requests have ended.
  runtime::Task<void> run() override;
  void close() override;

 private:
  runtime::Task<void> read_requests();
  runtime::Task<void> write_responses();
  runtime::Task<void> serve(ResponseQueue::Ticket ticket, Frame frame);
  void write_failed(const Error& error);
  bool start_requests();
  bool has_enough_open() const;
  bool recognise_foreign_protocol();
  void watch_idleness();
  /// It speaks Kafka: operators are told of it from here on.
  void be_listed(const Frame& first);
  broker::ConnectionFacts facts() const override;
  void force_close(std::string reason) override;

  const Door& door_;
  runtime::Shard& shard_;
  std::unique_ptr<runtime::Stream> stream_;
  ClientSession session_;
  FrameBuffer frames_;
  ResponseQueue responses_;
  runtime::Signal can_write_;
  runtime::Signal can_read_;
  bool reading_ended_ = false;
  bool closed_ = false;
  bool nobody_listens_ = false;  // writing failed
  bool seen_request_ = false;
  MonotonicTime last_activity_;
  std::optional<runtime::Timers::Handle> idle_timer_;
  broker::ConnectionListing listing_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::kafka
