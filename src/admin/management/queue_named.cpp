#include "admin/management/queue_named.hpp"

#include <fmt/format.h>

#include "admin/management/shown_streams.hpp"
#include "model/default_namespace.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"

namespace wharf::management {
namespace {

/// Lists have streams among the queues, so who asks for one by a queue's path is told what it is and what to do.
http::Response of_a_stream(const std::string& vhost, const std::string& name) {
  if (vhost != kDefaultNamespace) {
    constexpr std::string_view kWhy =
        "'{}' is a stream, from which nothing is taken: AMQP's consumers read it, and what is old leaves by the "
        "x-max-age and x-max-length-bytes it was declared with";
    return bad_request(json_text(fmt::format(kWhy, name)));
  }
  return bad_request(json_text(fmt::format(
      "'{0}' is a stream, from which nothing is taken: `wharf consume --topic {0}` reads it, and what is old leaves by "
      "its retention (`wharf topic alter {0} --set retention.ms=...`) or a trim (POST "
      "/api/wharf/v1/topics/{0}/trim)",
      name)));
}

}  // namespace

std::expected<QueuePointer, http::Response> readable_queue(const Call& call) {
  const std::string& name = call.names.at(1);
  QueuePointer queue = call.view()->queue(name);
  const bool is_stream = !queue && stream_named(call, call.vhost(), name) != nullptr;
  if (!queue && !is_stream) return std::unexpected(nothing_here());
  Result<void> allowed = may(call, security::Verb::kRead, security::Resource::queue(name));
  if (!allowed) return std::unexpected(answer_of(allowed.error()));
  if (is_stream) return std::unexpected(of_a_stream(call.vhost(), name));
  if (queue->exclusive) return std::unexpected(answer_of(amqp091::locked({name, call.vhost()})));
  return queue;
}

}  // namespace wharf::management
