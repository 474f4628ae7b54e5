#include "admin/management/list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "security/core/pattern.hpp"

namespace wharf::management {
namespace {

constexpr std::size_t kDefaultPageSize = 100, kLargestPage = 500;  // RabbitMQ's

/// "a.b" -> the value of field b of field a; nullptr: there is none.
const boost::json::value* field_of(const boost::json::value& item, std::string_view path) {
  const boost::json::value* at = &item;
  while (at != nullptr && !path.empty()) {
    std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const boost::json::object* fields = at->if_object();
    at = fields == nullptr ? nullptr : fields->if_contains({name.data(), name.size()});
  }
  return at;
}

/// Numbers before texts before everything else; what is missing comes first.
bool before(const boost::json::value* left, const boost::json::value* right) {
  auto rank = [](const boost::json::value* value) {
    return value == nullptr ? 0 : value->is_number() ? 1 : value->is_string() ? 2 : 3;
  };
  if (rank(left) != rank(right)) return rank(left) < rank(right);
  if (rank(left) == 1) return left->to_number<double>() < right->to_number<double>();
  if (rank(left) == 2) return left->as_string() < right->as_string();
  return rank(left) == 3 && left->is_bool() && right->is_bool() && !left->as_bool() && right->as_bool();
}

struct Page {
  std::size_t number = 0;
  std::size_t size = kDefaultPageSize;
};

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// None: all items. A refusal: no page of anything.
std::expected<std::optional<Page>, http::Response> asked_page(const http::Request& request) {
  std::optional<std::string_view> number = request.parameter("page");
  if (!number) return std::nullopt;
  std::string_view size = request.parameter("page_size").value_or("100");
  std::optional<std::size_t> page = number_of(*number), items = number_of(size);
  if (page && *page > 0 && items && *items > 0 && *items <= kLargestPage) return Page{*page, *items};
  return std::unexpected(error_answer(
      400, "invalid_pagination_parameters",
      json_text(fmt::format("Invalid pagination parameters: page number {}, page size {}", *number, size))));
}

/// 400: the pattern is none.
std::expected<boost::json::array, http::Response> filtered(const http::Request& request, boost::json::array items) {
  std::string_view wanted = request.parameter("name").value_or("");
  if (wanted.empty()) return items;
  std::optional<security::Pattern> pattern;
  if (request.parameter("use_regex") == "true") {
    Result<security::Pattern> compiled = security::Pattern::compile(wanted);
    if (!compiled) return std::unexpected(bad_request(json_text(compiled.error().message)));
    pattern = std::move(*compiled);
  }
  boost::json::array kept;
  for (boost::json::value& item : items) {
    const boost::json::value* field = field_of(item, "name");
    const boost::json::string* name = field == nullptr ? nullptr : field->if_string();
    if (name == nullptr) continue;
    std::string_view text(name->data(), name->size());
    if (pattern ? pattern->matches(text) : text.contains(wanted)) kept.push_back(std::move(item));
  }
  return kept;
}

void sort(const http::Request& request, boost::json::array& items) {
  std::optional<std::string_view> path = request.parameter("sort");
  if (!path || path->empty()) return;
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
    const boost::json::value* a = field_of(items[left], *path);
    const boost::json::value* b = field_of(items[right], *path);
    return before(a, b) || (!before(b, a) && left < right);
  });
  boost::json::array sorted;
  sorted.reserve(items.size());
  for (std::size_t place : order) sorted.push_back(std::move(items[place]));
  items = std::move(sorted);
  if (request.parameter("sort_reverse") == "true") std::reverse(items.begin(), items.end());
}

void choose_columns(const http::Request& request, boost::json::array& items) {
  if (!request.parameter("columns")) return;
  for (boost::json::value& item : items) item = chosen_columns(request, std::move(item.as_object()));
}

http::Response page_of(const http::Request& request, Page page, std::size_t total, boost::json::array items) {
  std::size_t pages = std::max<std::size_t>(1, (items.size() + page.size - 1) / page.size);
  if (page.number > pages) {
    return error_answer(400, "page_out_of_range",
                        json_text(fmt::format("Page out of range, page: {} page size: {}, len: {}", page.number,
                                              page.size, items.size())));
  }
  std::size_t first = (page.number - 1) * page.size;
  std::size_t count = std::min(page.size, items.size() - first);
  boost::json::array shown;
  for (std::size_t i = 0; i < count; ++i) shown.push_back(std::move(items[first + i]));
  choose_columns(request, shown);
  return json_answer(boost::json::object{{"filtered_count", items.size()},
                                         {"item_count", count},
                                         {"items", std::move(shown)},
                                         {"page", page.number},
                                         {"page_count", pages},
                                         {"page_size", page.size},
                                         {"total_count", total}});
}

http::Response shaped(const http::Request& request, boost::json::array items) {
  std::expected<std::optional<Page>, http::Response> page = asked_page(request);
  if (!page) return page.error();
  std::size_t total = items.size();
  if (*page) {
    std::expected<boost::json::array, http::Response> kept = filtered(request, std::move(items));
    if (!kept) return kept.error();
    items = std::move(*kept);
  }
  sort(request, items);
  if (*page) return page_of(request, **page, total, std::move(items));
  choose_columns(request, items);
  return json_answer(std::move(items));
}

}  // namespace

boost::json::value chosen_columns(const http::Request& request, boost::json::object item) {
  std::string_view columns = request.parameter("columns").value_or("");
  if (columns.empty()) return item;
  boost::json::value whole(std::move(item));
  boost::json::object chosen;
  while (!columns.empty()) {
    std::string_view path = columns.substr(0, columns.find(','));
    columns.remove_prefix(std::min(columns.size(), path.size() + 1));
    const boost::json::value* found = field_of(whole, path);
    if (found == nullptr) continue;
    boost::json::object* at = &chosen;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      boost::json::value& next = (*at)[boost::json::string_view(path.data(), dot)];
      if (!next.is_object()) next = boost::json::object();
      at = &next.as_object();
      path.remove_prefix(dot + 1);
    }
    (*at)[boost::json::string_view(path.data(), path.size())] = *found;
  }
  return chosen;
}

runtime::Task<http::Response> answer_list(Call* call, MakeItems make) {
  auto work = [request = call->request, make = std::move(make)]() mutable { return shaped(request, make()); };
  http::Response response = co_await runtime::run_blocking(call->here, std::move(work));
  co_return response;
}

}  // namespace wharf::management
