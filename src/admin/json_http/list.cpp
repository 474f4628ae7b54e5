#include "admin/json_http/list.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include "admin/json_http/answers.hpp"
#include "model/number_text.hpp"

namespace wharf::json_http {
namespace {

std::expected<std::optional<Page>, http::Response> asked_page(const http::Request& request, Paging paging) {
  std::optional<std::string_view> number = request.parameter("page");
  if (!number && paging == Paging::kAlways) number = "1";
  if (!number) return std::nullopt;
  std::string_view size = request.parameter("page_size").value_or("100");
  std::optional<std::size_t> page = parse_number<std::size_t>(*number), items = parse_number<std::size_t>(size);
  if (page && *page > 0 && items && *items > 0 && *items <= kLargestPage) return Page{*page, *items};
  return std::unexpected(error_answer(
      400, "invalid_pagination_parameters",
      json_text(fmt::format("Invalid pagination parameters: page number {}, page size {}", *number, size))));
}

Places filtered(const ListQuestion& question, const ListedItems& items) {
  Places kept;
  kept.reserve(items.size());
  bool all = !question.page || (question.name.empty() && !question.pattern);
  for (std::uint32_t place = 0; place < items.size(); ++place) {
    if (!all) {
      std::string name = items.name_of(place);
      if (question.pattern ? !question.pattern->matches(name) : !name.contains(question.name)) continue;
    }
    kept.push_back(place);
  }
  return kept;
}

/// Each key is taken once. What is equal keeps its order.
void sort(const ListQuestion& question, const ListedItems& items, Places& places) {
  const WantedFields path(question.sort);
  if (!path.all()) {
    struct Keyed {
      SortKey key;
      std::uint32_t place;
      auto operator<=>(const Keyed&) const = default;
    };
    std::vector<Keyed> keyed;
    keyed.reserve(places.size());
    for (std::uint32_t place : places) keyed.push_back({items.key_of(place, path), place});
    std::ranges::sort(keyed, [](const Keyed& a, const Keyed& b) { return a < b; });
    std::ranges::transform(keyed, places.begin(), &Keyed::place);
  }
  if (question.reversed) std::ranges::reverse(places);
}

}  // namespace

std::expected<Chosen, http::Response> choose(const ListQuestion& question, const ListedItems& items) {
  Chosen chosen{.places = filtered(question, items), .filtered = 0, .total = items.size()};
  chosen.filtered = chosen.places.size();
  sort(question, items, chosen.places);
  if (!question.page) return chosen;
  const Page& page = *question.page;
  std::size_t pages = std::max<std::size_t>(1, (chosen.filtered + page.size - 1) / page.size);
  if (page.number > pages) {
    return std::unexpected(error_answer(400, "page_out_of_range",
                                        json_text(fmt::format("Page out of range, page: {} page size: {}, len: {}",
                                                              page.number, page.size, chosen.filtered))));
  }
  auto first = chosen.places.begin() + static_cast<std::ptrdiff_t>((page.number - 1) * page.size);
  auto end = first + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(page.size), chosen.places.end() - first);
  chosen.places = Places(first, end);
  return chosen;
}

boost::json::value written(const ListQuestion& question, const Chosen& chosen, const ListedItems& items) {
  boost::json::array shown;
  shown.reserve(chosen.places.size());
  for (std::uint32_t place : chosen.places) {
    shown.push_back(question.columns.cut(items.json_of(place, question.columns)));
  }
  if (!question.page) return shown;
  const Page& page = *question.page;
  return boost::json::object{{"filtered_count", chosen.filtered},
                             {"item_count", chosen.places.size()},
                             {"items", std::move(shown)},
                             {"page", page.number},
                             {"page_count", std::max<std::size_t>(1, (chosen.filtered + page.size - 1) / page.size)},
                             {"page_size", page.size},
                             {"total_count", chosen.total}};
}

std::expected<ListQuestion, http::Response> ListQuestion::of(const http::Request& request, Paging paging) {
  std::expected<std::optional<Page>, http::Response> page = asked_page(request, paging);
  if (!page) return std::unexpected(page.error());
  ListQuestion question{.page = *page,
                        .name = std::string(request.parameter("name").value_or("")),
                        .pattern = std::nullopt,
                        .sort = std::string(request.parameter("sort").value_or("")),
                        .reversed = false,
                        .columns = WantedFields::of(request)};
  question.reversed = !question.sort.empty() && request.parameter("sort_reverse") == "true";
  if (!question.page || question.name.empty() || request.parameter("use_regex") != "true") return question;
  Result<security::Pattern> compiled = security::Pattern::compile(question.name);
  if (!compiled) return std::unexpected(error_answer(400, "bad_request", json_text(compiled.error().message)));
  question.pattern = std::move(*compiled);
  return question;
}

std::string ListedItems::name_of(std::size_t place) const {
  static const WantedFields kName("name");
  SortKey name = key_of(place, kName);
  return std::move(name.text);
}

SortKey ListedItems::key_of(std::size_t place, const WantedFields& path) const {
  boost::json::object json = json_of(place, path);
  const boost::json::value* field = path.all() ? nullptr : field_of(json, path.paths().front());
  if (field == nullptr) return {};
  if (field->is_number()) return SortKey::of(field->to_number<double>());
  if (field->is_string()) return SortKey::of(std::string_view(field->as_string().data(), field->as_string().size()));
  return {SortKey::Kind::kOther, field->is_bool() && field->as_bool() ? 1.0 : 0.0, {}};
}

}  // namespace wharf::json_http
