#pragma once
// Memory that connections of one thread use one after the other: who has read, or written, all that there was gives its
// chunk back, and the next one takes it. So idle connections hold none, and busy ones need no allocation.
//
//   thread_local SpareChunk spare;
//   std::shared_ptr<std::byte[]> chunk = spare.take();     // null: somebody has it
//   spare.give_back(std::move(chunk), bytes);
#include <cstddef>
#include <memory>
#include <utility>

namespace wharf {

class SpareChunk {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;

  std::shared_ptr<std::byte[]> take() { return std::exchange(chunk_, nullptr); }
  /// One that nobody else holds. A smaller one goes, and makes sure that there is a full one the next time.
  void give_back(std::shared_ptr<std::byte[]> chunk, std::size_t bytes) {
    if (chunk_) return;
    chunk_ = bytes == kBytes ? std::move(chunk) : std::make_shared_for_overwrite<std::byte[]>(kBytes);
  }

 private:
  std::shared_ptr<std::byte[]> chunk_;
};

}  // namespace wharf
