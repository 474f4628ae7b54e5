#pragma once
// Big-endian numbers at the end of a growing buffer, and off the front of a stored one.
#include <concepts>
#include <cstddef>
#include <optional>
#include <vector>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"

namespace wharf::log {

template <std::integral Number>
void put_number(std::vector<std::byte>& into, Number number) {
  std::size_t at = into.size();
  into.resize(at + sizeof number);
  store_big_endian(into.data() + at, number);
}

/// None when fewer bytes are left.
template <std::integral Number>
std::optional<Number> take_number(ByteView& from) {
  if (from.size() < sizeof(Number)) return std::nullopt;
  Number number = load_big_endian<Number>(from.data());
  from = from.subspan(sizeof number);
  return number;
}

}  // namespace wharf::log
