#include "admin/management/moved_message.hpp"

#include <fmt/format.h>

#include "admin/management/shown_streams.hpp"
#include "broker/routed_message.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"

namespace wharf::management {

std::expected<QueuePointer, http::Response> move_target(const Call& call, const std::string& name,
                                                        const broker::QueueInfo& from) {
  QueuePointer to = call.view()->queue(name);
  if (!to && stream_named(call, call.vhost(), name) != nullptr) {
    return std::unexpected(bad_request(
        json_text(fmt::format("'{}' is a stream: a message is published to it, and moved between queues alone", name))));
  }
  if (!to) return std::unexpected(not_found("queue_not_found"));
  if (to->ref == from.ref) return std::unexpected(bad_request("the message is in this queue already"));
  if (to->exclusive) return std::unexpected(answer_of(amqp091::locked({name, call.vhost()})));
  Result<void> allowed = may(call, security::Verb::kWrite, security::Resource::queue(name));
  if (!allowed) return std::unexpected(answer_of(allowed.error()));
  return to;
}

broker::EnqueuePart copy_for(const broker::QueueInfo& to, const Record& record, Timestamp now) {
  Result<MessageView> stored = message_of(record);
  MessageView message = stored ? *stored : plain_message_of(record);
  std::vector<std::byte> properties;
  if (!stored) {  // of a Kafka producer
    std::ignore = append_properties(properties, record, std::size_t{1} << 20);
    message.properties = properties;
  }
  broker::EnqueuePart part = broker::part_for(to, message, now);
  part.messages.persistent = true;  // its place in the old queue is given up for it
  return part;
}

http::Response refusal_of(const Error& error) {
  if (error.code == ErrorCode::kNotFound) return nothing_here();
  if (error.code == ErrorCode::kLocked) return error_answer(409, "conflict", json_text(error.message));
  return answer_of(error);
}

}  // namespace wharf::management
