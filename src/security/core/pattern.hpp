#pragma once
// The regular expressions of permissions, over names as bytes. As in RabbitMQ a pattern is searched for unless it is
// anchored, "" matches the empty name only and ".*" every name.
//
// Patterns are RE2's, so that no pattern can run for long: matching takes time in proportion to the name, and a pattern
// that would take more than kPatternMemoryBytes is refused. What RabbitMQ's PCRE knows beyond that is refused when the
// pattern is set, with a sentence that says so: back-references (\1), lookahead and lookbehind ((?=x) (?!x) (?<=x)
// (?<!x)), atomic groups ((?>x)), possessive repeats (x++), \Z, \K, \G, (?x), named groups other than (?P<name>x),
// repeats above 1000. One thing that is taken means something else: `$` is the very end, in PCRE also before a last
// line feed.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace re2 {
class RE2;
}

namespace wharf::security {

inline constexpr std::size_t kPatternBytesMax = 4096;
inline constexpr std::size_t kPatternMemoryBytes = 256 << 10;

/// A compiled pattern; cheap to copy. Without one it matches nothing, not even the empty name.
class Pattern {
 public:
  Pattern() = default;
  /// kInvalidArgument.
  static Result<Pattern> compile(std::string_view text);
  bool matches(std::string_view name) const;

 private:
  enum class Kind : unsigned char { kNothing, kEmptyName, kEverything, kExpression };

  Kind kind_ = Kind::kNothing;
  std::shared_ptr<const re2::RE2> expression_;
};

/// Of a connection: what the pattern of a topic permission may name.
struct TopicVariables {
  std::string_view username, vhost;
  std::optional<std::string_view> client_id;  // MQTT's; without it "{client_id}" stands for itself
};

/// A pattern of a topic permission, in which {username}, {vhost} and {client_id} stand for the connection's. Unlike in
/// RabbitMQ they stand for that text and not for a pattern: who may choose a client id ".*" has gained nothing.
class TopicPattern {
 public:
  TopicPattern() = default;
  /// kInvalidArgument.
  static Result<TopicPattern> compile(std::string_view text);
  /// Compiles where there are variables: keep it. What cannot be compiled with these matches nothing.
  Pattern resolve(const TopicVariables& variables) const;

 private:
  Pattern fixed_;               // without variables
  std::string with_variables_;  // else its text
};

}  // namespace wharf::security
