#pragma once
// A pattern of LIKE: `%` stands for any characters, `_` for one, all others for themselves. A text is walked once,
// whatever the pattern: all the places in the pattern where a match may be are kept as bits and moved together, so no
// text makes it go back.
//
// Characters are UTF-8's; a byte that is none of a text's counts as a character of its own.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/error.hpp"

namespace wharf::selector {

/// Characters of a pattern, `%` not counted: a text's character costs a step per 64 of them.
inline constexpr std::size_t kMaxPatternCharacters = 512;

class LikePattern {
 public:
  /// `escape`: the character behind it stands for itself, whatever it is. kInvalidArgument.
  static Result<LikePattern> compile(std::string_view pattern, std::optional<std::string_view> escape);
  /// Texts that hold `part`, begin with it, end with it. kInvalidArgument: it is too long.
  static Result<LikePattern> containing(std::string_view part);
  static Result<LikePattern> starting_with(std::string_view part);
  static Result<LikePattern> ending_with(std::string_view part);

  bool matches(std::string_view text) const;

 private:
  using Bits = std::vector<std::uint64_t>;
  struct Letter {
    std::uint32_t character;
    Bits places;  // bit i: the pattern's character i may be this one
  };

  void add_any_number() { set(loops_, length_); }
  Result<void> add_one(std::optional<std::uint32_t> character);
  Result<void> add_text(std::string_view text);
  static void set(Bits& bits, std::size_t place) {
    if (bits.size() <= place / 64) bits.resize(place / 64 + 1);
    bits[place / 64] |= std::uint64_t{1} << (place % 64);
  }
  static bool is_set(const Bits& bits, std::size_t place) { return (bits[place / 64] >> (place % 64) & 1) != 0; }
  void finish();
  const Bits& places_of(std::uint32_t character) const;

  std::size_t length_ = 0;       // characters, `%` not counted
  Bits loops_;                   // bit i: a `%` stands behind the first i characters
  Bits any_;                     // bit i: character i is `_`
  std::vector<Letter> letters_;  // sorted
};

}  // namespace wharf::selector
