#include "selector/like_pattern.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/container/small_vector.hpp>

namespace wharf::selector {
namespace {

constexpr std::uint32_t kNoCharacter = 0x80000000;  // and the byte

/// The text's first character, which is taken from it. Lengths are told by first bytes; what follows must be such
/// bytes.
std::uint32_t take_character(std::string_view& text) {
  auto byte = [&text](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])); };
  std::uint32_t first = byte(0);
  std::size_t length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
  std::uint32_t character = length == 1 ? first : first & (0xFF >> (length + 1));
  bool is_whole = first < 0x80 || (length > 1 && text.size() >= length);
  for (std::size_t i = 1; is_whole && i < length; ++i) {
    is_whole = (byte(i) & 0xC0) == 0x80;
    character = character << 6 | (byte(i) & 0x3F);
  }
  text.remove_prefix(is_whole ? length : 1);
  return is_whole ? character : kNoCharacter | first;
}

}  // namespace

Result<void> LikePattern::add_one(std::optional<std::uint32_t> character) {
  if (length_ == kMaxPatternCharacters)
    return fail(ErrorCode::kInvalidArgument, fmt::format("a pattern has at most {} characters", kMaxPatternCharacters));
  if (character) {
    auto letter = std::ranges::find(letters_, *character, &Letter::character);
    if (letter == letters_.end()) letter = letters_.insert(letter, {*character, {}});
    set(letter->places, length_);
  } else {
    set(any_, length_);
  }
  ++length_;
  return {};
}

Result<void> LikePattern::add_text(std::string_view text) {
  while (!text.empty()) {
    Result<void> added = add_one(take_character(text));
    if (!added) return added;
  }
  return {};
}

void LikePattern::finish() {
  std::size_t words = length_ / 64 + 1;
  loops_.resize(words);
  any_.resize(words);
  for (Letter& letter : letters_) {
    letter.places.resize(words);
    for (std::size_t i = 0; i < words; ++i) letter.places[i] |= any_[i];
  }
  std::ranges::sort(letters_, {}, &Letter::character);
}

Result<LikePattern> LikePattern::compile(std::string_view pattern, std::optional<std::string_view> escape) {
  std::optional<std::uint32_t> escape_character;
  if (escape) {
    std::string_view rest = *escape;
    if (!rest.empty()) escape_character = take_character(rest);
    if (!escape_character || !rest.empty())
      return fail(ErrorCode::kInvalidArgument, "the ESCAPE of a LIKE is one character");
  }
  LikePattern like;
  while (!pattern.empty()) {
    std::uint32_t character = take_character(pattern);
    Result<void> added;
    if (character == escape_character) {
      std::optional<std::uint32_t> next = pattern.empty() ? std::nullopt : std::optional(take_character(pattern));
      if (!next) return fail(ErrorCode::kInvalidArgument, "a pattern that ends in its escape character");
      added = like.add_one(*next);
    } else if (character == '%') {
      like.add_any_number();
    } else {
      added = like.add_one(character == '_' ? std::nullopt : std::optional(character));
    }
    if (!added) return fail(added.error());
  }
  like.finish();
  return like;
}

Result<LikePattern> LikePattern::containing(std::string_view part) {
  LikePattern like;
  like.add_any_number();
  if (Result<void> added = like.add_text(part); !added) return fail(added.error());
  like.add_any_number();
  like.finish();
  return like;
}

Result<LikePattern> LikePattern::starting_with(std::string_view part) {
  LikePattern like;
  if (Result<void> added = like.add_text(part); !added) return fail(added.error());
  like.add_any_number();
  like.finish();
  return like;
}

Result<LikePattern> LikePattern::ending_with(std::string_view part) {
  LikePattern like;
  like.add_any_number();
  if (Result<void> added = like.add_text(part); !added) return fail(added.error());
  like.finish();
  return like;
}

const LikePattern::Bits& LikePattern::places_of(std::uint32_t character) const {
  auto letter = std::ranges::lower_bound(letters_, character, {}, &Letter::character);
  return letter != letters_.end() && letter->character == character ? letter->places : any_;
}

/// Bit i of `at`: the text so far may be the pattern's first i characters.
bool LikePattern::matches(std::string_view text) const {
  std::size_t words = loops_.size();
  boost::container::small_vector<std::uint64_t, 4> at(words);
  at[0] = 1;
  while (!text.empty()) {
    if (is_set(loops_, length_) && (at[length_ / 64] >> (length_ % 64) & 1) != 0) return true;
    const Bits& places = places_of(take_character(text));
    std::uint64_t carried = 0, any = 0;
    for (std::size_t i = 0; i < words; ++i) {
      std::uint64_t fits = at[i] & places[i];
      at[i] = (at[i] & loops_[i]) | fits << 1 | carried;
      carried = fits >> 63;
      any |= at[i];
    }
    if (any == 0) return false;
  }
  return (at[length_ / 64] >> (length_ % 64) & 1) != 0;
}

}  // namespace wharf::selector
