#include <boost/json/array.hpp>

#include "admin/v1/resources.hpp"
#include "admin/v1/shape_check.hpp"
#include "admin/v1/topic_named.hpp"
#include "log/owned_batches.hpp"
#include "model/base64.hpp"
#include "model/murmur2.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::v1 {
namespace {

constexpr Nanoseconds kPatience = std::chrono::seconds(30);

struct Header {
  std::string name;
  std::optional<std::string> value;
};

struct NewMessage {
  std::optional<std::string> key, value;
  std::vector<Header> headers;
  Timestamp time;
};

/// None: no base64.
std::optional<std::string> decoded(std::string text, std::string_view encoding) {
  return encoding == "base64" ? from_base64(text) : std::optional(std::move(text));
}

std::string_view word_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* found = object.if_contains({name.data(), name.size()});
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

/// A content of the body beside its encoding; false: it is no base64.
bool read_content(const boost::json::object& object, std::string_view name, std::string_view encoding,
                  std::optional<std::string>& into) {
  const boost::json::value* found = object.if_contains({name.data(), name.size()});
  if (found == nullptr || found->is_null()) return true;
  into = decoded(std::string(found->as_string()), word_in(object, encoding));
  return into.has_value();
}

std::expected<NewMessage, http::Response> read_message(const Call& call) {
  NewMessage message;
  if (!read_content(call.body, "key", "key_encoding", message.key))
    return std::unexpected(bad_request("key: no base64"));
  if (!read_content(call.body, "value", "value_encoding", message.value))
    return std::unexpected(bad_request("value: no base64"));
  message.time = Timestamp{call.body_number("timestamp_ms").value_or(call.here.clock().wall_now().ms)};
  const boost::json::value* headers = call.in_body("headers");
  if (headers == nullptr) return message;
  for (const boost::json::value& one : headers->as_array()) {
    Header& header = message.headers.emplace_back();
    header.name = word_in(one.as_object(), "name");
    if (!read_content(one.as_object(), "value", "encoding", header.value))
      return std::unexpected(bad_request("headers: no base64"));
  }
  return message;
}

Result<log::OwnedBatches> batch_of(const NewMessage& message) {
  auto view = [](const std::optional<std::string>& text) {
    return text ? std::optional(as_bytes(*text)) : std::nullopt;
  };
  std::vector<RecordHeader> headers;
  for (const Header& header : message.headers) headers.push_back({header.name, view(header.value)});
  BatchBuilder builder{BatchOptions{}};
  builder.append({message.time, view(message.key), view(message.value), headers});
  Result<std::vector<std::byte>> bytes = builder.finish();
  if (!bytes) return fail(bytes.error());
  log::OwnedBatches batches = log::own(std::move(*bytes));
  batches.prepared = false;  // looked at as a client's: the key of a compacted topic, the time, the size
  return batches;
}

/// By the key, as Kafka's own clients do it; without one, any.
std::int32_t partition_for(const Call& call, const cluster::Topic& topic, const NewMessage& message) {
  if (auto given = call.body_number("partition")) return static_cast<std::int32_t>(*given);
  auto partitions = static_cast<std::size_t>(topic.partitions);
  if (message.key) return static_cast<std::int32_t>(murmur2_partition(as_bytes(*message.key), partitions));
  return static_cast<std::int32_t>(call.dice.roll() % partitions);
}

}  // namespace

Answer produce_message(Call* call) {
  std::expected<TopicPointer, http::Response> topic = topic_to_change(*call, security::Verb::kWrite);
  if (!topic) co_return topic.error();
  std::expected<NewMessage, http::Response> message = read_message(*call);
  if (!message) co_return message.error();
  if (call->body_number("partition").value_or(0) >= (*topic)->partitions)
    co_return not_found("there is no such partition");
  std::int32_t partition = partition_for(*call, **topic, *message);
  Result<log::OwnedBatches> batch = batch_of(*message);
  if (!batch) co_return refusal_of(batch.error());
  std::vector<broker::PublishPart> parts;
  parts.push_back({(*topic)->partition(partition), std::move(*batch)});
  MonotonicTime deadline = call->here.now() + kPatience;
  std::vector<Result<broker::Published>> published =
      co_await call->ports.publish.publish(call->here, std::move(parts), broker::Acknowledge::kCommitted, deadline);
  if (!published.front()) co_return refusal_of(published.front().error());
  boost::json::object answer{{"partition", partition}, {"offset", published.front()->first.value}};
  co_return with_status(201, json_answer(std::move(answer)));
}

}  // namespace wharf::v1
