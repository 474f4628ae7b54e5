#pragma once
// Admin requests name each thing once: what is named twice is refused, once.
#include <set>
#include <type_traits>
#include <vector>

namespace wharf::kafka {

/// The values that `key` gives for more than one of `items`.
template <class Item, class Key>
auto repeated(const std::vector<Item>& items, Key key) {
  using Value = std::decay_t<decltype(key(items.front()))>;
  std::set<Value> seen, twice;
  for (const Item& item : items) {
    if (!seen.insert(key(item)).second) twice.insert(key(item));
  }
  return twice;
}

}  // namespace wharf::kafka
