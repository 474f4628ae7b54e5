#pragma once
// A headers exchange's question: does a message's header table satisfy a binding's arguments? RabbitMQ's rules:
// `x-match` says how many must (all unless it says any); names that begin with `x-` count only for all-with-x and
// any-with-x, and `x-match` itself never; a Null in the binding asks for presence. One integer is the same in every
// width, a float in both, text is its bytes; nothing else is equal across types: not 5 and 5.0, nor a time and its
// number (RabbitMQ 4; in 3 they were).
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/property.hpp"

namespace wharf::routing {

struct HeadersMode {
  bool any = false;
  bool with_x = false;
};

/// A message's headers, to be looked at for many bindings. The first of a name counts. The table outlives it.
class HeaderIndex {
 public:
  explicit HeaderIndex(const PropertyTable* headers);
  const PropertyValue* find(std::string_view name) const;

 private:
  const PropertyTable* headers_;
  std::vector<const Property*>
      by_name_;  // of a long table: a look through it for each argument of each binding takes seconds
};

/// kInvalidArgument: an x-match that is none of the four.
Result<HeadersMode> headers_mode(const PropertyTable& arguments);
bool same_value(const PropertyValue& left, const PropertyValue& right);
bool headers_match(HeadersMode mode, const PropertyTable& arguments, const HeaderIndex& headers);

}  // namespace wharf::routing
