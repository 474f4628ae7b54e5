#include "cli/record_input.hpp"

#include "client/partitioner.hpp"

namespace wharf::cli {

RecordInput::Parts RecordInput::split(std::string_view line) const {
  Parts parts;
  const std::size_t separator = key_separator.empty() ? std::string_view::npos : line.find(key_separator);
  if (separator != std::string_view::npos) {
    parts.key = as_bytes(line.substr(0, separator));
    line.remove_prefix(separator + key_separator.size());
  }
  parts.value = as_bytes(line);
  if (empty_is_null && parts.value->empty()) parts.value.reset();
  if (empty_is_null && parts.key && parts.key->empty()) parts.key.reset();
  return parts;
}

std::vector<RecordHeader> RecordInput::record_headers() const {
  std::vector<RecordHeader> all;
  for (const auto& [name, value] : headers) all.push_back({name, as_bytes(value)});
  return all;
}

std::size_t PlaceChooser::choose(const std::optional<ByteView>& key) const {
  if (fixed_) return *fixed_;
  return key ? client::partition_of_key(*key, places_) : sticky_;
}

}  // namespace wharf::cli
