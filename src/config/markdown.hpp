#pragma once
// docs/configuration.md, made from the tables of this room.
#include <string>

namespace wharf::config {

/// The whole page. `wharf config --markdown` prints it; a test holds the committed file equal to it.
std::string configuration_page();

}  // namespace wharf::config
