#pragma once
// The user properties of a stored record, whoever wrote it: the typed table of its `wharf` header, or else its Kafka
// headers, each text where it is UTF-8, Binary where it is not, Null without a value. Where the `wharf` header lies
// (message_of() fails), the other headers.
#include <cstddef>
#include <vector>

#include "model/property.hpp"
#include "model/record.hpp"

namespace wharf {

/// In their order; a name may come twice. What no encoded table can hold is left out, names above 255 bytes and headers
/// above kMaxTableValues, so that a message with these properties can be stored again.
PropertyTable properties_of(const Record& record);

/// The same as an encoded table (model/encoded_table.hpp) at the end of `to`: typed ones byte for byte, none decoded.
/// Returns how many had to be left out: those, and those for which `limit_bytes` had no room.
std::size_t append_properties(std::vector<std::byte>& to, const Record& record, std::size_t limit_bytes);

}  // namespace wharf
