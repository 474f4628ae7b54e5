#include "config/toml_settings.hpp"

#include <cmath>
#include <set>

// The library asserts, and in release builds assumes, that a table's name begins like one, though a branch behind it says
// with the line what is wrong. With no assertions in any build that branch answers.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "config/toml_characters.hpp"
#include "config/value.hpp"

namespace wharf::config {
namespace {

struct Flattening {
  std::string_view file_name;
  std::vector<Setting> found;
  std::set<std::string> names;

  std::string place(std::uint32_t line) const { return fmt::format("{}:{}", file_name, line); }
};

/// 2e6 is a whole number to whoever writes it, and every ratio may be one.
std::string text_of_float(double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(number) == number && std::abs(number) <= kExact) return fmt::format("{}", static_cast<std::int64_t>(number));
  return print_ratio(number);
}

std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) return text_of_float(number->get());
  if (const auto* word = node.as_boolean()) return word->get() ? "true" : "false";
  return std::nullopt;
}

/// The parser bounds the nesting (256 deep), so that this may recurse.
Result<void> flatten(const toml::table& table, const std::string& prefix, Flattening* into) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix.empty() ? std::string(key.str()) : fmt::format("{}.{}", prefix, key.str());
    if (const toml::table* inner = node.as_table()) {
      if (auto done = flatten(*inner, name, into); !done) return done;
      continue;
    }
    const std::uint32_t line = key.source().begin.line;
    std::optional<std::string> text = text_of(node);
    if (!text) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: '{}' must be a text, a number, true or false", into->place(line), name));
    }
    if (!into->names.insert(name).second) {  // TOML itself refuses the rest: this is "a.b" beside [a] b
      return fail(ErrorCode::kInvalidArgument, fmt::format("{}: '{}' is set twice", into->place(line), name));
    }
    into->found.push_back({name, std::move(*text), Source::kFile, into->place(line)});
  }
  return {};
}

}  // namespace

Result<std::vector<Setting>> settings_of_toml(std::string_view file_name, std::string_view text) {
  Flattening flattening{file_name, {}, {}};
  if (const auto misplaced = misplaced_character(text)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", flattening.place(misplaced->line), misplaced->what));
  }
  try {  // Debian builds the library to throw; nothing else here does
    if (auto done = flatten(toml::parse(text, file_name), "", &flattening); !done) return fail(done.error());
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: {}", flattening.place(error.source().begin.line), error.description()));
  }
  return std::move(flattening.found);
}

}  // namespace wharf::config
