#pragma once
// The header `heart-beat`: "<what its sender can do>,<what it wants>", in milliseconds, 0 being never.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wharf::stomp {

struct HeartBeat {
  std::uint32_t sends_ms = 0;
  std::uint32_t wants_ms = 0;
  friend bool operator==(HeartBeat, HeartBeat) = default;
};

/// Not more often than this, whatever a client asks for.
inline constexpr std::uint32_t kShortestHeartBeatMs = 100;

/// None: the text is none.
inline std::optional<HeartBeat> heart_beat_of(std::string_view text) {
  HeartBeat beat;
  const char* end = text.data() + text.size();
  auto [comma, bad_first] = std::from_chars(text.data(), end, beat.sends_ms);
  if (bad_first != std::errc() || comma == end || *comma != ',') return std::nullopt;
  auto [rest, bad_second] = std::from_chars(comma + 1, end, beat.wants_ms);
  if (bad_second != std::errc() || rest != end) return std::nullopt;
  return beat;
}

/// What the server does with such a client: sends as often as it is wanted, and wants what the client can do.
inline HeartBeat answer_to(HeartBeat client) {
  auto at_least = [](std::uint32_t ms) { return ms == 0 ? 0 : std::max(ms, kShortestHeartBeatMs); };
  return {.sends_ms = at_least(client.wants_ms), .wants_ms = at_least(client.sends_ms)};
}

}  // namespace wharf::stomp
