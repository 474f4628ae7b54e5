#include "routing/core/headers_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "routing/core/refusals.hpp"

namespace wharf::routing {
namespace {

constexpr std::size_t kShortTable = 16;  // is looked through

std::optional<double> float_of(const PropertyValue& value) {
  if (const float* single = value.get_if<float>()) return *single;
  if (const double* held = value.get_if<double>()) return *held;
  return std::nullopt;
}

std::optional<std::string_view> bytes_of(const PropertyValue& value) {
  if (const std::string* text = value.text()) return *text;
  const Binary* bytes = value.get_if<Binary>();
  if (!bytes) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

}  // namespace

HeaderIndex::HeaderIndex(const PropertyTable* headers) : headers_(headers) {
  if (headers == nullptr || headers->size() <= kShortTable) return;
  by_name_.reserve(headers->size());
  for (const Property& one : *headers) by_name_.push_back(&one);
  std::ranges::sort(by_name_, {}, [](const Property* one) { return std::pair(std::string_view(one->name), one); });
}

const PropertyValue* HeaderIndex::find(std::string_view name) const {
  if (headers_ == nullptr) return nullptr;
  if (by_name_.empty()) return find_property(*headers_, name);
  auto at =
      std::ranges::lower_bound(by_name_, name, {}, [](const Property* one) { return std::string_view(one->name); });
  return at != by_name_.end() && (*at)->name == name ? &(*at)->value : nullptr;
}

bool same_value(const PropertyValue& left, const PropertyValue& right) {
  if (auto integer = integer_of(left)) return integer == integer_of(right);
  if (auto number = float_of(left)) return number == float_of(right);
  if (auto bytes = bytes_of(left)) return bytes == bytes_of(right);
  return left == right;
}

Result<HeadersMode> headers_mode(const PropertyTable& arguments) {
  const PropertyValue* asked = find_property(arguments, "x-match");
  if (!asked) return HeadersMode{};
  const std::string* text = asked->text();
  if (!text) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("Invalid x-match field type {} (value {}); expected longstr",
                                                         field_type(*asked), erlang_term(*asked)));
  }
  if (*text == "all") return HeadersMode{};
  if (*text == "any") return HeadersMode{.any = true};
  if (*text == "all-with-x") return HeadersMode{.with_x = true};
  if (*text == "any-with-x") return HeadersMode{.any = true, .with_x = true};
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("Invalid x-match field value {}; expected all, any, all-with-x, or any-with-x", erlang_term(*asked)));
}

bool headers_match(HeadersMode mode, const PropertyTable& arguments, const HeaderIndex& headers) {
  for (const Property& asked : arguments) {
    if (asked.name == "x-match" || (!mode.with_x && asked.name.starts_with("x-"))) continue;
    const PropertyValue* header = headers.find(asked.name);
    bool hit = header && (asked.value.get_if<Null>() || same_value(asked.value, *header));
    if (hit == mode.any) return hit;  // one hit is enough for any, one miss too many for all
  }
  return !mode.any;
}

}  // namespace wharf::routing
