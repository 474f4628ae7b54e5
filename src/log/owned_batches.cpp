#include "log/owned_batches.hpp"

#include <utility>

namespace wharf::log {

OwnedBatches own(std::vector<std::byte> batches) {
  auto kept = std::make_shared<std::vector<std::byte>>(std::move(batches));
  MutableBytes bytes(*kept);
  return {std::shared_ptr<std::byte[]>(std::move(kept), bytes.data()), bytes, true};
}

}  // namespace wharf::log
