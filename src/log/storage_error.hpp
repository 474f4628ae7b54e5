#pragma once
// A file error as the log's callers see it: kDiskFull and kBusy stay, everything else (also a file that vanished) is kStorage.
#include <utility>

#include "model/error.hpp"

namespace wharf::log {

inline std::unexpected<Error> storage_failure(Error error) {
  bool kept = error.code == ErrorCode::kDiskFull || error.code == ErrorCode::kBusy || error.code == ErrorCode::kDamaged;
  if (!kept) error.code = ErrorCode::kStorage;
  return fail(std::move(error));
}

}  // namespace wharf::log
