#include "admin/json_http/list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "admin/json_http/answers.hpp"
#include "security/core/pattern.hpp"

namespace wharf::json_http {
namespace {

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
  std::size_t size = 0;
};

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::expected<Page, http::Response> page_or_first(const http::Request& request) {
  std::string_view number = request.parameter("page").value_or("1");
  std::string_view size = request.parameter("page_size").value_or("100");
  std::optional<std::size_t> page = number_of(number), items = number_of(size);
  if (page && *page > 0 && items && *items > 0 && *items <= kLargestPage) return Page{*page, *items};
  return std::unexpected(error_answer(
      400, "invalid_pagination_parameters",
      json_text(fmt::format("Invalid pagination parameters: page number {}, page size {}", number, size))));
}

/// 400: the pattern is none.
std::expected<boost::json::array, http::Response> filtered(const http::Request& request, boost::json::array items) {
  std::string_view wanted = request.parameter("name").value_or("");
  if (wanted.empty()) return items;
  std::optional<security::Pattern> pattern;
  if (request.parameter("use_regex") == "true") {
    Result<security::Pattern> compiled = security::Pattern::compile(wanted);
    if (!compiled) return std::unexpected(error_answer(400, "bad_request", json_text(compiled.error().message)));
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

std::expected<boost::json::object, http::Response> page_of(Page page, std::size_t total, boost::json::array items) {
  std::size_t pages = std::max<std::size_t>(1, (items.size() + page.size - 1) / page.size);
  if (page.number > pages) {
    return std::unexpected(error_answer(400, "page_out_of_range",
                                        json_text(fmt::format("Page out of range, page: {} page size: {}, len: {}",
                                                              page.number, page.size, items.size()))));
  }
  std::size_t first = (page.number - 1) * page.size;
  std::size_t count = std::min(page.size, items.size() - first);
  boost::json::array shown;
  for (std::size_t i = 0; i < count; ++i) shown.push_back(std::move(items[first + i]));
  return boost::json::object{{"filtered_count", items.size()},
                             {"item_count", count},
                             {"items", std::move(shown)},
                             {"page", page.number},
                             {"page_count", pages},
                             {"page_size", page.size},
                             {"total_count", total}};
}

std::expected<boost::json::object, http::Response> make_page(const http::Request& request, Page page,
                                                             boost::json::array items) {
  std::size_t total = items.size();
  std::expected<boost::json::array, http::Response> kept = filtered(request, std::move(items));
  if (!kept) return std::unexpected(kept.error());
  sort(request, *kept);
  return page_of(page, total, std::move(*kept));
}

}  // namespace

std::expected<boost::json::object, http::Response> asked_page_of(const http::Request& request,
                                                                 boost::json::array items) {
  std::expected<Page, http::Response> page = page_or_first(request);
  if (!page) return std::unexpected(page.error());
  return make_page(request, *page, std::move(items));
}

}  // namespace wharf::json_http
