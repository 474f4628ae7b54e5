#include "model/topic_name.hpp"

#include <algorithm>

namespace wharf {

bool is_topic_name(std::string_view name) {
  auto is_legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return name.size() <= kTopicNameBytesMax && name != "." && name != ".." && std::ranges::all_of(name, is_legal);
}

}  // namespace wharf
