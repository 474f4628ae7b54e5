#pragma once
// What keeps a shard's loop with the thread that runs it: something is under way that only this thread can end. A loop
// that is to go to another thread (shard_threads.hpp) goes when nothing does.
#include <cstddef>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>

namespace wharf::runtime {

/// A service of the shard's context: lives as long, and is found by it. From the thread that runs the loop.
class ThreadHold final : public boost::asio::execution_context::service {
 public:
  using key_type = ThreadHold;
  inline static boost::asio::execution_context::id id;

  explicit ThreadHold(boost::asio::io_context& context)
      : boost::asio::execution_context::service(context), context_(context) {}

  void hold() { ++holds_; }
  /// The loop ends behind the handler in progress where it is to go and this was the last.
  void let_go() {
    if (--holds_ == 0 && leaving_) context_.stop();
  }
  bool held() const { return holds_ > 0; }

  /// The loop is to go: it ends now, or when nothing holds it any more.
  void leave() {
    leaving_ = true;
    if (!held()) context_.stop();
  }
  /// It has gone.
  void arrive() { leaving_ = false; }

 private:
  void shutdown() override {}

  boost::asio::io_context& context_;
  std::size_t holds_ = 0;
  bool leaving_ = false;
};

}  // namespace wharf::runtime
