#pragma once
// Lists, however long: filtered, sorted, paged and written, all of it work for the pool. JSON is made of those items
// only that are answered, and of those fields only that were asked for. RabbitMQ's parameters:
//
//   ?name=&use_regex=true   items whose name has this text, or matches this pattern (of pages only, as there)
//   ?sort=a.b&sort_reverse=true
//   ?page=1&page_size=100   then {filtered_count, item_count, items, page, page_count, page_size, total_count}
//   ?columns=name,a.b       nothing but these fields
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "admin/json_http/wanted_fields.hpp"
#include "http/message.hpp"
#include "security/core/pattern.hpp"

namespace wharf::json_http {

inline constexpr std::size_t kLargestPage = 500;  // RabbitMQ's

struct Page {
  std::size_t number = 0;
  std::size_t size = 0;
};

/// Whether a list is cut into pages when nothing is said of them.
enum class Paging : std::uint8_t { kWhenAsked, kAlways };

/// What is asked of a list.
struct ListQuestion {
  std::optional<Page> page;                  // none: all items
  std::string name;                          // with a page only; empty: any
  std::optional<security::Pattern> pattern;  // in place of `name`
  std::string sort;                          // path of a field; empty: the list's own order
  bool reversed = false;
  WantedFields columns;

  /// 400: no page of anything, or a pattern that is none.
  static std::expected<ListQuestion, http::Response> of(const http::Request& request,
                                                        Paging paging = Paging::kWhenAsked);
};

/// A field as lists are sorted by it: numbers before texts before everything else; what is missing comes first.
struct SortKey {
  enum class Kind : std::uint8_t { kMissing, kNumber, kText, kOther };
  Kind kind = Kind::kMissing;
  double number = 0;  // of what is neither number nor text: whether it is true
  std::string text;

  static SortKey of(double number) { return {Kind::kNumber, number, {}}; }
  static SortKey of(std::string_view text) { return {Kind::kText, 0, std::string(text)}; }
  friend auto operator<=>(const SortKey&, const SortKey&) = default;
};

using Places = std::vector<std::uint32_t>;  // of items in their list

/// The items of one list.
class ListedItems {
 public:
  virtual ~ListedItems() = default;
  /// Into the list's own order.
  virtual void arrange() {}
  virtual std::size_t size() const = 0;
  /// All that was asked for, and more where that is simpler.
  virtual boost::json::object json_of(std::size_t place, const WantedFields& wanted) const = 0;
  // The same as the JSON has it, for those that know it without:
  virtual std::string name_of(std::size_t place) const;
  virtual SortKey key_of(std::size_t place, const WantedFields& path) const;
};

/// What a list answers, before it is JSON.
struct Chosen {
  Places places;
  std::size_t filtered = 0;
  std::size_t total = 0;
};
/// 400: there is no such page.
std::expected<Chosen, http::Response> choose(const ListQuestion& question, const ListedItems& items);
/// A page, or a list.
boost::json::value written(const ListQuestion& question, const Chosen& chosen, const ListedItems& items);

}  // namespace wharf::json_http
