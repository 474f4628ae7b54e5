#pragma once
// Which messages somebody looks for, and where a reading of many partitions stands.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "model/ids.hpp"
#include "model/record.hpp"

namespace wharf::v1 {

struct MessageSearch {
  std::optional<std::string> key;
  std::optional<std::string> header;
  std::optional<std::string> header_value;
  std::string contains;

  bool is_any() const { return !key && !header && !header_value && contains.empty(); }
  bool matches(const Record& record) const;
};
/// ?key=, ?header=, ?header_value=, ?contains=.
MessageSearch search_of(const http::Request& request);

/// "f.3.120": forward, next is offset 120 of partition 3, then those behind it. "b.3.120": backward, next is the one
/// before 120.
struct ReadPosition {
  bool is_backward = false;
  std::int32_t partition = 0;
  Offset offset;

  std::string text() const;
  static std::optional<ReadPosition> parse(std::string_view text);
  friend bool operator==(const ReadPosition&, const ReadPosition&) = default;
};

}  // namespace wharf::v1
