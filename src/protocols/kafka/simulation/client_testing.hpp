#pragma once
// A simulated client on a host of its own: it connects, talks until the connection is over, and connects again.
#include <memory>
#include <string>

#include "protocols/kafka/simulation/client_connection_testing.hpp"

namespace wharf::kafka {

class Client {
 public:
  Client(World& world, const std::string& host)
      : world_(world),
        host_(host),
        shard_(world.simulation.add_machine(host).shard()),
        random_(world.simulation.random(host)),
        tasks_(shard_) {}
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& host() const { return host_; }
  void start() { tasks_.spawn("client", run()); }
  /// Without a word to anybody.
  void leave() {
    tasks_.request_stop();
    if (connection_) connection_->close();
    world_.simulation.run(shard_, tasks_.close());
  }

 protected:
  /// Over connection(), until that is over.
  virtual runtime::Task<void> talk() = 0;
  virtual bool has_done() const { return false; }

  ClientConnection& connection() { return *connection_; }
  bool stopping() const { return tasks_.stopping(); }
  bool goes_on() const { return !stopping() && !connection_->is_over(); }
  MonotonicTime now() const { return world_.now(); }
  /// Between none and `most` of virtual time.
  runtime::Task<void> rest(Nanoseconds most) {
    [[maybe_unused]] bool stopped = co_await runtime::pause(&tasks_, random_.between(Nanoseconds(0), most));
  }
  template <class Version>
  std::int16_t one_of(std::initializer_list<Version> versions) {
    return static_cast<std::int16_t>(versions.begin()[random_.below(versions.size())]);
  }

  World& world_;
  std::string host_;
  runtime::Shard& shard_;
  sim::SeededRandom random_;

 private:
  runtime::Task<void> run() {
    while (!stopping() && !has_done()) {
      connection_ = co_await ClientConnection::open(&world_, &shard_, host_);
      if (connection_ && !stopping()) co_await talk();
      if (connection_) connection_->close();
      connection_.reset();
      co_await rest(std::chrono::milliseconds(200));
    }
  }

  std::unique_ptr<ClientConnection> connection_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::kafka
