#pragma once
// Whether shared memory may be written again.
#include <atomic>
#include <memory>

namespace wharf {

/// True: only the caller has it, and what others did with it before they let go, on whatever shard, has happened. False for none.
template <class T>
bool nobody_else_holds(const std::shared_ptr<T>& memory) {
  if (memory.use_count() != 1) return false;
  std::atomic_thread_fence(std::memory_order_acquire);  // use_count() alone orders nothing
  return true;
}

}  // namespace wharf
