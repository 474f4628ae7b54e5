#pragma once
// Lists, however long: made into JSON, filtered, sorted, paged and written on the work pool, so that no shard stands
// still for them. RabbitMQ's parameters:
//
//   ?name=&use_regex=true   items whose name has this text, or matches this pattern (with ?page= only, as there)
//   ?sort=a.b&sort_reverse=true
//   ?page=1&page_size=100   then {filtered_count, item_count, items, page, page_count, page_size, total_count}
//   ?columns=name,a.b       nothing but these fields
#include <functional>

#include <boost/json/array.hpp>

#include "admin/management/call.hpp"

namespace wharf::management {

/// On a thread of its own: owns all that it looks at.
using MakeItems = std::move_only_function<boost::json::array()>;

/// `call` outlives the task.
runtime::Task<http::Response> answer_list(Call* call, MakeItems make);

/// The same fields of one object: ?columns=.
boost::json::value chosen_columns(const http::Request& request, boost::json::object item);

/// So many items are looked at before others have their turn.
inline constexpr std::size_t kItemsPerSlice = 256;

}  // namespace wharf::management
