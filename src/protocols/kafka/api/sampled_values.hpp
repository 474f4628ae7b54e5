#pragma once
// Values for round-trip tests and fuzzers: the same seed, or the same bytes, give the same message.
#include <cstdint>
#include <deque>
#include <vector>

#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

/// A stream of numbers from one seed (splitmix64).
class SeededValues : public ValueSource {
 public:
  explicit SeededValues(std::uint64_t seed) : state_(seed) {}

  std::uint64_t number(std::uint64_t below) override { return next() % below; }
  ByteView bytes(std::size_t size) override {
    std::vector<std::byte>& stored = stored_.emplace_back(size);
    for (std::byte& byte : stored) byte = static_cast<std::byte>(next());
    return stored;
  }

 private:
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return mixed ^ mixed >> 31;
  }

  std::uint64_t state_;
  std::deque<std::vector<std::byte>> stored_;  // a deque: what was handed out stays in place
};

/// A message of this version with every field that it has.
template <class Message>
Message sample(std::int16_t version, ValueSource& source) {
  Message message;
  sample_struct(Codec<Message>::info(), &message, version, source);
  return message;
}

}  // namespace wharf::kafka
