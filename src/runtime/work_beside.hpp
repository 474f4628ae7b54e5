#pragma once
// Work that takes a processor's time beside the shards, on a pool of one's own: what waits for the disk must not stand
// in line behind it.
//
//   BesideThread beside;
//   std::string page = co_await runtime::run_on(beside, here, [...] { return ...a long list...; });
#include <utility>

#include "runtime/shard_calls.hpp"
#include "runtime/work_pool.hpp"

namespace wharf::runtime {

/// One thread, which gives way to the shards.
class BesideThread final : public WorkPool {
 public:
  BesideThread();
  void submit(Job job) override { thread_.submit(std::move(job)); }

 private:
  ThreadPool thread_{1};
};

/// run_blocking() on `pool`, which outlives the call.
template <class Work>
auto run_on(WorkPool& pool, Shard& here, Work work) -> Task<decltype(work())> {
  using Packed = decltype(run_and_pack(work));
  auto start = [&pool, &here, work = std::move(work)](Resume<Packed> resume) mutable {
    pool.submit([&here, work = std::move(work), resume = std::move(resume)]() mutable {
      Packed value = run_and_pack(work);
      here.post(
          [resume = std::move(resume), value = std::move(value)]() mutable { std::move(resume)(std::move(value)); });
    });
  };
  Packed value = co_await suspend<Packed>(std::move(start));
  if constexpr (!std::is_void_v<decltype(work())>) co_return value;
}

}  // namespace wharf::runtime
