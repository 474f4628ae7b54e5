#pragma once
// Lines -> records with their partitions: what `wharf produce` does to each line. No I/O.
#include <optional>
#include <string>
#include <vector>

#include "model/record_batch_builder.hpp"

namespace wharf::cli {

struct RecordInput {
  std::string key_separator;  // empty: no keys
  bool empty_is_null = false;
  std::vector<std::pair<std::string, std::string>> headers;

  struct Parts {
    std::optional<ByteView> key, value;  // views of the line
  };
  /// A line without the separator is a value without a key.
  Parts split(std::string_view line) const;
  std::vector<RecordHeader> record_headers() const;
};

/// Where records without a partition of their own go: by their key, or, without one, to one partition until its batch
/// is full and then to the next.
class PlaceChooser {
 public:
  PlaceChooser(std::size_t places, std::optional<std::size_t> fixed, std::size_t start)
      : places_(places), fixed_(fixed), sticky_(start % places) {}

  std::size_t choose(const std::optional<ByteView>& key) const;
  /// The batch of the last record without a key is full.
  void batch_ended() { sticky_ = (sticky_ + 1) % places_; }

 private:
  std::size_t places_;
  std::optional<std::size_t> fixed_;
  std::size_t sticky_;
};

}  // namespace wharf::cli
