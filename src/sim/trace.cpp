#include "sim/trace.hpp"

#include <bit>

#include <fmt/format.h>

namespace wharf::sim {

void Trace::add(std::uint64_t value) { hash_ = (std::rotl(hash_, 23) ^ value) * 0x9FB21C651E98DF25ull; }

void Trace::event(std::string_view what, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  for (char letter : what) add(static_cast<unsigned char>(letter));
  add(a);
  add(b);
  add(c);
  ++count_;
  if (keep_) lines_.push_back(fmt::format("{} {} {} {}", what, a, b, c));
}

}  // namespace wharf::sim
