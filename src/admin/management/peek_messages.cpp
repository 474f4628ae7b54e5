// A path of our own, for RabbitMQ has no word for it: what is in a queue, without taking it.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/message_json.hpp"
#include "admin/management/message_position.hpp"
#include "admin/management/number_parameter.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

constexpr std::uint64_t kDefaultCount = 20, kLargestCount = 1000;
constexpr std::uint64_t kMostBytes = 16u << 20;  // of one answer

boost::json::object json_of(const broker::QueueInfo& queue, const broker::BrowsedMessage& one, const Shape& shape) {
  boost::json::object json{{"position", json_text(position_text(one.message.id))},
                           {"state", json_text(state_of(one.where))},
                           {"delivery_count", one.message.earlier_tries},
                           {"arrived_ms", one.message.record.timestamp.ms}};
  for (auto& [name, value] : message_json(queue, one.message, shape)) json.emplace(name, std::move(value));
  return json;
}

struct Wanted {
  broker::BrowseRequest request;
  Shape shape;
};

std::expected<Wanted, http::Response> read(const http::Request& request) {
  Wanted wanted{.request = {.messages = kDefaultCount, .bytes = kMostBytes}, .shape = {}};
  if (std::optional<std::string_view> from = request.parameter("from")) {
    std::optional<queue::MessageId> position = position_of(*from);
    if (!position) return std::unexpected(bad_request("from is no position: \"12\", or \"5:12\" of priority 5"));
    wanted.request.from = *position;
  }
  std::expected<std::optional<std::uint64_t>, http::Response> count = number_parameter(request, "count", kLargestCount);
  if (!count) return std::unexpected(count.error());
  wanted.request.messages = count->value_or(kDefaultCount);
  wanted.request.selector = request.parameter("where").value_or("");
  std::expected<std::optional<std::uint64_t>, http::Response> truncate =
      number_parameter(request, "truncate", kMostBytes);
  if (!truncate) return std::unexpected(truncate.error());
  wanted.shape.truncate = *truncate;
  std::string_view encoding = request.parameter("encoding").value_or("auto");
  if (encoding != "auto" && encoding != "base64") {
    return std::unexpected(bad_request("Unsupported encoding. Please use auto or base64."));
  }
  wanted.shape.always_base64 = encoding == "base64";
  return wanted;
}

}  // namespace

Answer peek_messages(Call* call) {
  std::expected<Wanted, http::Response> wanted = read(call->request);
  if (!wanted) co_return wanted.error();
  std::expected<QueuePointer, http::Response> queue = readable_queue(*call);
  if (!queue) co_return queue.error();
  Result<broker::Browsed> browsed = co_await call->ports.queues.browse(call->here, (*queue)->ref, wanted->request);
  if (!browsed) co_return browsed.error().code == ErrorCode::kNotFound ? nothing_here() : answer_of(browsed.error());
  auto write = [queue = *queue, browsed = std::move(*browsed), shape = wanted->shape] {
    boost::json::array messages;
    for (const broker::BrowsedMessage& one : browsed.messages) messages.push_back(json_of(*queue, one, shape));
    boost::json::value next = nullptr;
    if (browsed.next) next = json_text(position_text(*browsed.next));
    return json_answer(boost::json::object{{"messages", std::move(messages)}, {"next", std::move(next)}});
  };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

}  // namespace wharf::management
