#pragma once
// Whether JSON, or a parameter's text, is what a shape says.
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "admin/v1/shape.hpp"

namespace wharf::v1 {

/// The first thing that is not as the shape says, as a sentence for people: "topics[0].partitions: a whole number, at
/// least 0". None: all is. A field that the shape does not have is one.
std::optional<std::string> complaint_about(const Shape& shape, const boost::json::object& value);

/// The same of a parameter in a query or path: texts, whole numbers and flags ("true", "false").
std::optional<std::string> complaint_about(const Field& field, std::string_view text);

/// Digits, perhaps with a minus before; none: something else, or beyond 64 bits.
std::optional<std::int64_t> integer_of(std::string_view text);
/// A whole number of JSON, also one that is written 1.0 or 1e3.
std::optional<std::int64_t> integer_of(const boost::json::value& value);

}  // namespace wharf::v1
