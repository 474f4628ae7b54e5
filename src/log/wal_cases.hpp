#pragma once
// The decision table of recovery: what was found in a block, and where the block lies, say what it is. Every combination fits
// exactly one row; a test proves it.
#include <array>
#include <cstdint>

namespace wharf::log {

/// What a block holds, seen from the file's present use.
enum class WalFound : std::uint8_t {
  kOwn,    // a good checksum and the present sequence
  kOther,  // a good checksum and another sequence: content from before
  kZero,   // never written
  kBad,    // anything else, or it cannot be read
};

enum class WalZone : std::uint8_t {
  kDurable,    // a later flush or a successor says that it was durable
  kLastFlush,  // of the last flush that left a trace: it may have ended, or not
  kBehind,     // behind the last flush
  kAbandoned,  // the successor says that nothing from here on counts: a write failed
};

enum class WalVerdict : std::uint8_t {
  kTake,
  kDamage,  // an acknowledged block is unreadable
  kTorn,    // part of a flush that did not end
  kNothing,
};

struct WalCase {
  char name;
  std::uint8_t zones;  // one bit per WalZone
  std::uint8_t found;  // one bit per WalFound
  WalVerdict verdict;

  constexpr bool fits(WalZone zone, WalFound what) const {
    return (zones >> static_cast<unsigned>(zone) & 1u) != 0 && (found >> static_cast<unsigned>(what) & 1u) != 0;
  }
};

template <class... Values>
constexpr std::uint8_t any_of(Values... values) {
  return static_cast<std::uint8_t>(((1u << static_cast<unsigned>(values)) | ...));
}

inline constexpr std::array kWalCases = {
    WalCase{'A', any_of(WalZone::kDurable), any_of(WalFound::kOwn), WalVerdict::kTake},
    // Old content or zeros where something was durable: the disk lost a write that it had confirmed.
    WalCase{'B', any_of(WalZone::kDurable), any_of(WalFound::kOther, WalFound::kZero, WalFound::kBad), WalVerdict::kDamage},
    WalCase{'C', any_of(WalZone::kLastFlush), any_of(WalFound::kOwn), WalVerdict::kTake},
    WalCase{'D', any_of(WalZone::kLastFlush), any_of(WalFound::kOther, WalFound::kZero, WalFound::kBad), WalVerdict::kTorn},
    // The first flush behind it left no whole block, but a torn one.
    WalCase{'E', any_of(WalZone::kBehind), any_of(WalFound::kBad), WalVerdict::kTorn},
    WalCase{'F', any_of(WalZone::kBehind), any_of(WalFound::kOther, WalFound::kZero), WalVerdict::kNothing},
    // Its flush overlaps the last one: never written by us.
    WalCase{'G', any_of(WalZone::kBehind), any_of(WalFound::kOwn), WalVerdict::kNothing},
    WalCase{'H', any_of(WalZone::kAbandoned), any_of(WalFound::kOwn, WalFound::kOther, WalFound::kZero, WalFound::kBad),
            WalVerdict::kNothing},
};

constexpr WalVerdict wal_verdict(WalZone zone, WalFound found) {
  for (const WalCase& row : kWalCases) {
    if (row.fits(zone, found)) return row.verdict;
  }
  return WalVerdict::kNothing;
}

}  // namespace wharf::log
