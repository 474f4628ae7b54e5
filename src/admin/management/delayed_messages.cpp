// A path of our own: what waits in delaying exchanges, a page at a time, and that it shall not come.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/number_parameter.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {
namespace {

constexpr std::uint64_t kDefaultCount = 100;

boost::json::object json_of(const broker::Scheduled& one) {
  return {{"id", json_text(one.id.text())},
          {"due_ms", one.due.ms},
          {"exchange", json_text(one.exchange)},
          {"routing_key", json_text(one.routing_key)},
          {"payload_bytes", one.body_bytes}};
}

http::Response no_id() {
  return bad_request("that is no id of a delayed message, such as 0-1-244153-9f3c21aa-17");
}

/// The message, if it still waits in this virtual host.
runtime::Task<Result<std::optional<broker::Scheduled>>> find(Call* call, broker::ScheduledId id) {
  broker::ScheduledQuery query{.after = id, .limit = 1, .name_space = call->vhost()};
  query.after->offset = id.offset.plus(-1);
  Result<broker::ScheduledPage> page = co_await call->ports.delays.list(call->here, std::move(query));
  if (!page) co_return fail(page.error());
  if (page->messages.empty() || page->messages.front().id != id) co_return std::nullopt;
  co_return std::move(page->messages.front());
}

}  // namespace

Answer list_delayed(Call* call) {
  broker::ScheduledQuery query{.after = std::nullopt, .limit = kDefaultCount, .name_space = call->vhost()};
  auto count = number_parameter(call->request, "count", broker::Delays::kMostListed);
  if (!count) co_return count.error();
  query.limit = static_cast<std::size_t>(count->value_or(kDefaultCount));
  if (query.limit == 0) co_return bad_request("count is a whole number from 1 on");
  if (std::optional<std::string_view> after = call->request.parameter("after")) {
    query.after = broker::ScheduledId::from_text(*after);
    if (!query.after) co_return no_id();
  }
  Result<broker::ScheduledPage> page = co_await call->ports.delays.list(call->here, std::move(query));
  if (!page) co_return answer_of(page.error());
  boost::json::array messages;
  for (const broker::Scheduled& one : page->messages) messages.push_back(json_of(one));
  boost::json::value next = nullptr;
  if (page->next) next = json_text(page->next->text());
  co_return json_answer(boost::json::object{{"messages", std::move(messages)}, {"next", std::move(next)}});
}

Answer cancel_delayed(Call* call) {
  std::optional<broker::ScheduledId> id = broker::ScheduledId::from_text(call->names.at(1));
  if (!id) co_return no_id();
  Result<std::optional<broker::Scheduled>> found = co_await find(call, *id);
  if (!found) co_return answer_of(found.error());
  if (!*found) co_return nothing_here();
  Result<void> allowed = may(*call, security::Verb::kConfigure, security::Resource::exchange((*found)->exchange));
  if (!allowed) co_return answer_of(allowed.error());
  Result<void> cancelled = co_await call->ports.delays.cancel(call->here, *id);
  if (cancelled) co_return no_content();
  co_return cancelled.error().code == ErrorCode::kNotFound ? nothing_here() : answer_of(cancelled.error());
}

}  // namespace wharf::management
