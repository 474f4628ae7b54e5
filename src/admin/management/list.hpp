#pragma once
// Lists, however long: filtered, sorted, paged and written on the work pool, so that no shard stands still for them.
// admin/json_http/list.hpp has the parameters.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "admin/json_http/list.hpp"
#include "admin/management/call.hpp"

namespace wharf::management {

/// So many items are looked at before others have their turn.
inline constexpr std::size_t kItemsPerSlice = 256;

using json_http::chosen_columns;
using json_http::field_of;
using json_http::ListQuestion;
using json_http::Places;
using json_http::SortKey;
using json_http::WantedFields;

/// The items of one list. What json_http asks of them, it asks on the work pool, where nothing else touches them.
class ListedItems : public json_http::ListedItems {
 public:
  /// On the shard, before items are chosen, and of those that were.
  virtual runtime::Task<void> prepare(Call*, const ListQuestion*) { co_return; }
  virtual runtime::Task<void> complete(Call*, const ListQuestion*, const Places*) { co_return; }
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
