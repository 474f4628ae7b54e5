#pragma once
// Transactions that a client has begun: what it sent and settled in each, until COMMIT or ABORT.
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/amqp091/session/unsettled.hpp"
#include "protocols/stomp/wire/frame.hpp"

namespace wharf::stomp {

/// A SEND that is carried out later, with memory of its own.
class KeptFrame {
 public:
  explicit KeptFrame(const Frame& frame) : command_(frame.command), body_(frame.body.begin(), frame.body.end()) {
    for (const Header& one : frame.headers) headers_.emplace_back(one.name, one.value);
  }
  Frame frame() const {
    Frame view{.command = command_, .headers = {}, .body = body_};
    for (const auto& [name, value] : headers_) view.headers.push_back({name, value});
    return view;
  }

 private:
  std::string command_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::vector<std::byte> body_;
};

/// What a frame takes while it is kept.
inline std::size_t kept_bytes_of(const Frame& frame) {
  std::size_t bytes = sizeof(KeptFrame) + frame.body.size();
  for (const Header& one : frame.headers) bytes += 2 * sizeof(std::string) + one.name.size() + one.value.size();
  return bytes;
}

struct Transaction {
  struct Settled {
    std::uint64_t subscription = 0;
    amqp091::HeldDelivery delivery;
    queue::Verdict verdict = queue::Verdict::kDone;
  };
  std::vector<KeptFrame> sends;
  std::vector<Settled> settled;
  std::size_t bytes = 0;
};

class Transactions {
 public:
  static constexpr std::size_t kMost = 1'000;

  /// False: it has begun already.
  bool begin(std::string_view id) { return open_.try_emplace(std::string(id)).second; }
  std::size_t size() const { return open_.size(); }
  /// nullptr: it has not begun.
  Transaction* find(std::string_view id) {
    auto known = open_.find(id);
    return known == open_.end() ? nullptr : &known->second;
  }
  /// Ends it.
  std::optional<Transaction> take(std::string_view id) {
    auto known = open_.find(id);
    if (known == open_.end()) return std::nullopt;
    Transaction taken = std::move(known->second);
    bytes_ -= taken.bytes;
    open_.erase(known);
    return taken;
  }
  void keep(Transaction& transaction, const Frame& send) {
    std::size_t bytes = kept_bytes_of(send);
    transaction.sends.emplace_back(send);
    transaction.bytes += bytes;
    bytes_ += bytes;
  }
  /// Of all that are open.
  std::size_t bytes() const { return bytes_; }

 private:
  std::map<std::string, Transaction, std::less<>> open_;
  std::size_t bytes_ = 0;
};

}  // namespace wharf::stomp
