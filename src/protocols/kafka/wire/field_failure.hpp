#pragma once
// The one failure that a Reader or a Writer remembers, with the path of the field where it happened.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace wharf::kafka {

/// The first failure wins. The path is built on the way out, innermost name first: `topics[3].partitions[0].index`.
class FieldFailure {
 public:
  bool ok() const { return !failure_; }
  /// `why` goes on from the path: "reaches past the end of the message".
  void fail(ErrorCode code, std::string why);
  void in_field(std::string_view name);
  void in_element(std::size_t index);
  /// What failed and where, as one sentence. Only when !ok().
  Error error() const;
  void forget();

 private:
  std::optional<Error> failure_;
  std::string path_;
};

}  // namespace wharf::kafka
