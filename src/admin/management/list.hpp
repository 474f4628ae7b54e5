#pragma once
// Lists, however long: filtered, sorted, paged and written on the work pool, so that no shard stands still for them.
// JSON is made of those items only that are answered, and of those fields only that were asked for. RabbitMQ's
// parameters:
//
//   ?name=&use_regex=true   items whose name has this text, or matches this pattern (with ?page= only, as there)
//   ?sort=a.b&sort_reverse=true
//   ?page=1&page_size=100   then {filtered_count, item_count, items, page, page_count, page_size, total_count}
//   ?columns=name,a.b       nothing but these fields
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "admin/management/call.hpp"
#include "admin/management/wanted_fields.hpp"
#include "security/core/pattern.hpp"

namespace wharf::management {

/// So many items are looked at before others have their turn.
inline constexpr std::size_t kItemsPerSlice = 256;

struct Page {
  std::size_t number = 0;
  std::size_t size = 0;
};

/// What is asked of a list.
struct ListQuestion {
  std::optional<Page> page;                  // none: all items
  std::string name;                          // with a page only; empty: any
  std::optional<security::Pattern> pattern;  // in place of `name`
  std::string sort;                          // path of a field; empty: the list's own order
  bool reversed = false;
  WantedFields columns;

  /// 400: no page of anything, or a pattern that is none.
  static std::expected<ListQuestion, http::Response> of(const http::Request& request);
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
  /// On the shard, before items are chosen, and of those that were.
  virtual runtime::Task<void> prepare(Call*, const ListQuestion*) { co_return; }
  virtual runtime::Task<void> complete(Call*, const ListQuestion*, const Places*) { co_return; }

  // On the work pool, where nothing else touches them:
  /// Into the list's own order.
  virtual void arrange() {}
  virtual std::size_t size() const = 0;
  /// All that was asked for, and more where that is simpler.
  virtual boost::json::object json_of(std::size_t place, const WantedFields& wanted) const = 0;
  // The same as the JSON has it, for those that know it without:
  virtual std::string name_of(std::size_t place) const;
  virtual SortKey key_of(std::size_t place, const WantedFields& path) const;
};

/// `call` outlives the task.
runtime::Task<http::Response> answer_list(Call* call, std::shared_ptr<ListedItems> items);

/// Of items that all is known of, in the order of what `order` says of each.
template <class Item, class Json, class Order>
class PlainItems final : public ListedItems {
 public:
  PlainItems(std::vector<Item> items, Json json, Order order)
      : items_(std::move(items)), json_(std::move(json)), order_(std::move(order)) {}
  void arrange() override {
    if constexpr (!std::is_null_pointer_v<Order>) std::ranges::sort(items_, {}, order_);
  }
  std::size_t size() const override { return items_.size(); }
  boost::json::object json_of(std::size_t place, const WantedFields&) const override { return json_(items_[place]); }

 private:
  std::vector<Item> items_;
  Json json_;
  Order order_;
};

/// Without an order: as they are.
template <class Item, class Json, class Order = std::nullptr_t>
runtime::Task<http::Response> answer_list(Call* call, std::vector<Item> items, Json json, Order order = {}) {
  return answer_list(
      call, std::make_shared<PlainItems<Item, Json, Order>>(std::move(items), std::move(json), std::move(order)));
}

}  // namespace wharf::management
