#pragma once
// Bodies of run_blocking, call_on and ask_on (runtime/shard.hpp). A continuation always resumes by a post to its own
// shard.
#include <type_traits>
#include <utility>

#include "runtime/shard.hpp"

namespace wharf::runtime {

struct Nothing {};  // stands for void where a value must travel

template <class Work>
auto run_and_pack(Work& work) {
  if constexpr (std::is_void_v<decltype(work())>) {
    work();
    return Nothing{};
  } else {
    return work();
  }
}

template <class Work>
auto run_blocking(Shard& here, Work work) -> Task<decltype(work())> {
  using Packed = decltype(run_and_pack(work));
  auto start = [&here, work = std::move(work)](Resume<Packed> resume) mutable {
    here.work_pool().submit([&here, work = std::move(work), resume = std::move(resume)]() mutable {
      Packed value = run_and_pack(work);
      here.post(
          [resume = std::move(resume), value = std::move(value)]() mutable { std::move(resume)(std::move(value)); });
    });
  };
  Packed value = co_await suspend<Packed>(std::move(start));
  if constexpr (!std::is_void_v<decltype(work())>) co_return value;
}

template <class Work>
auto call_on(Shard& here, Shard& there, Work work) -> Task<decltype(work())> {
  using Packed = decltype(run_and_pack(work));
  if (&here == &there) co_return work();
  auto start = [&here, &there, work = std::move(work)](Resume<Packed> resume) mutable {
    there.post([&here, work = std::move(work), resume = std::move(resume)]() mutable {
      Packed value = run_and_pack(work);
      here.post(
          [resume = std::move(resume), value = std::move(value)]() mutable { std::move(resume)(std::move(value)); });
    });
  };
  Packed value = co_await suspend<Packed>(std::move(start));
  if constexpr (!std::is_void_v<decltype(work())>) co_return value;
}

template <class T, class Ask>
Task<T> ask_on(Shard& here, Shard& there, Ask ask) {
  auto start = [&here, &there, ask = std::move(ask)](Resume<T> resume) mutable {
    auto answer = [&here, resume = std::move(resume)](T value) mutable {
      here.post(
          [resume = std::move(resume), value = std::move(value)]() mutable { std::move(resume)(std::move(value)); });
    };
    if (&here == &there) return ask(std::move(answer));
    there.post([ask = std::move(ask), answer = std::move(answer)]() mutable { ask(std::move(answer)); });
  };
  T value = co_await suspend<T>(std::move(start));
  co_return value;
}

}  // namespace wharf::runtime
