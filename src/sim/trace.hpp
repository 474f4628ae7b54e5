#pragma once
// What happened in a simulation, as one number: two runs of a seed must end with the same. Kept lines (off by default)
// show where two runs part.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wharf::sim {

class Trace {
 public:
  void event(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0);
  std::uint64_t hash() const { return hash_; }
  std::uint64_t count() const { return count_; }

  void keep_lines(bool keep) { keep_ = keep; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void add(std::uint64_t value);

  std::uint64_t hash_ = 0x243F6A8885A308D3ull;
  std::uint64_t count_ = 0;
  bool keep_ = false;
  std::vector<std::string> lines_;
};

}  // namespace wharf::sim
