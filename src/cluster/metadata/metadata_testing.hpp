#pragma once
// For tests of what keeps its definitions in the metadata log.
#include <tuple>

#include "cluster/metadata/metadata_store.hpp"
#include "runtime/task.hpp"

namespace wharf::cluster::testing {

/// A change of somebody else: of a kind that no engine knows.
inline runtime::Task<void> write_other(MetadataStore* store) {
  std::ignore = co_await store->define({{"other/one", "1"}});
}

}  // namespace wharf::cluster::testing
