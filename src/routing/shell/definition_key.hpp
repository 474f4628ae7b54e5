#pragma once
// Keys of definitions in the metadata log: a kind and names, between slashes. Names may hold any bytes; '/', '%' and
// control characters in them are escaped as %XX, so no two lists of names have one key.
//
//   definition_key("queue", {"/", "jobs"})   // "queue/%2F/jobs"
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"

namespace wharf::routing {

std::string definition_key(std::string_view kind, std::initializer_list<std::string_view> names);
/// The names behind the kind. kMalformed: not so many, or an escape that is none.
Result<std::vector<std::string>> names_of_key(std::string_view key, std::size_t count);

}  // namespace wharf::routing
