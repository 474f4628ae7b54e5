#pragma once
// A page of a list, however long: filtered, sorted and cut by RabbitMQ's parameters. All of it is work for the pool.
//
//   ?name=&use_regex=true   items whose name has this text, or matches this pattern
//   ?sort=a.b&sort_reverse=true
//   ?page=1&page_size=100   {filtered_count, item_count, items, page, page_count, page_size, total_count}
#include <cstddef>
#include <expected>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/message.hpp"

namespace wharf::json_http {

inline constexpr std::size_t kLargestPage = 500;  // RabbitMQ's

/// The page that is asked for, the first if none is. 400: no such page, or a pattern that is none.
std::expected<boost::json::object, http::Response> asked_page_of(const http::Request& request,
                                                                 boost::json::array items);

}  // namespace wharf::json_http
