#pragma once
// Task<T>: a coroutine of one shard. Nothing else in Wharf names the network library's coroutine types.
//
// Rules (CONTRIBUTING.md has the reasons): one co_await per full expression, its result in a named local; no capturing
// lambda coroutines; arguments that outlive the first suspension are taken by value or owned by what outlives the scope.
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wharf::runtime {

using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

inline constexpr boost::asio::use_awaitable_t<Executor> kUseTask;

/// Continues a suspended task with a value, once, from the task's own shard. Whoever holds it owes the call: dropping it
/// destroys the task's frames at the next turn of its shard (use after free when that shard is gone), and its TaskScope
/// waits for ever.
template <class T>
using Resume = boost::asio::any_completion_handler<void(T)>;

/// Suspends the calling task and hands its continuation to `start`, which must not call it before returning.
template <class T, class Start>
Task<T> suspend(Start start) {
  auto initiate = [](auto handler, Start begin) { begin(Resume<T>(std::move(handler))); };
  T value = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(T)>(
      std::move(initiate), kUseTask, std::move(start));
  co_return value;
}

}  // namespace wharf::runtime
