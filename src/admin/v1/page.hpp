#pragma once
// Pages of lists: JSON is made of what is on the page, and of what it takes to sort. Work for the pool, unless a list
// is short.
//
//   return page_answer(request, members, [](const Member& member) { return member_json(member); });
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "admin/json_http/list.hpp"
#include "admin/v1/answers.hpp"

namespace wharf::v1 {

/// Views of the items and of how they are written.
template <class Item, class Json, class Name>
class PagedItems final : public json_http::ListedItems {
 public:
  PagedItems(const std::vector<Item>& items, const Json& json, const Name& name)
      : items_(items), json_(json), name_(name) {}
  std::size_t size() const override { return items_.size(); }
  boost::json::object json_of(std::size_t place, const json_http::WantedFields&) const override {
    return json_(items_[place]);
  }
  std::string name_of(std::size_t place) const override {
    if constexpr (std::is_null_pointer_v<Name>) {
      return ListedItems::name_of(place);
    } else {
      return std::string(name_(items_[place]));
    }
  }

 private:
  const std::vector<Item>& items_;
  const Json& json_;
  const Name& name_;
};

/// The page that is asked for, the first if none is. 400: no such page, or a pattern that is none. `name`: an item's,
/// for lists that are long; else it is taken from the JSON.
template <class Item, class Json, class Name = std::nullptr_t>
std::expected<boost::json::object, http::Response> page_of(const http::Request& request, const std::vector<Item>& items,
                                                           const Json& json, const Name& name = {}) {
  PagedItems<Item, Json, Name> listed(items, json, name);
  auto question = json_http::ListQuestion::of(request, json_http::Paging::kAlways);
  if (!question) return std::unexpected(question.error());
  std::expected<json_http::Chosen, http::Response> chosen = json_http::choose(*question, listed);
  if (!chosen) return std::unexpected(chosen.error());
  return std::move(json_http::written(*question, *chosen, listed).as_object());
}

template <class Item, class Json, class Name = std::nullptr_t>
http::Response page_answer(const http::Request& request, const std::vector<Item>& items, const Json& json,
                           const Name& name = {}) {
  auto page = page_of(request, items, json, name);
  return page ? json_answer(std::move(*page)) : page.error();
}

}  // namespace wharf::v1
