#include <boost/json/array.hpp>

#include "admin/v1/answers.hpp"
#include "admin/v1/group_json.hpp"
#include "admin/v1/page.hpp"
#include "admin/v1/resources.hpp"

namespace wharf::v1 {
namespace {

template <class Number>
boost::json::value or_null(const std::optional<Number>& number) {
  return number ? boost::json::value(*number) : boost::json::value();
}

boost::json::object offset_json(const OffsetState& one) {
  boost::json::object json{{"topic", json_text(one.topic)},
                           {"partition", one.partition},
                           {"offset", or_null(one.offset)},
                           {"metadata", json_text(one.metadata)},
                           {"start_offset", or_null(one.start)},
                           {"high_watermark", or_null(one.high_watermark)},
                           {"lag", or_null(one.lag())},
                           {"lag_seconds", or_null(one.lag_seconds)},
                           {"member", nullptr}};
  if (one.member) json["member"] = json_text(*one.member);
  return json;
}

}  // namespace

Answer list_group_offsets(Call* call) {
  std::optional<GroupState> state = co_await state_of_group(call, call->names.front());
  if (!state) co_return not_found("there is no group '" + call->names.front() + "'");
  auto write = [request = call->request, offsets = std::move(state->offsets)] {
    return page_answer(request, offsets, offset_json);
  };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

}  // namespace wharf::v1
