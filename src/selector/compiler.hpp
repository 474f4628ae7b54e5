#pragma once
// From a selector's text to its program, in one pass. Precedence, from the loosest: OR, AND, NOT, comparisons, + -,
// * /, signs. Comparisons do not follow each other without parentheses.
#include <cstddef>
#include <string_view>

#include "model/error.hpp"
#include "selector/program.hpp"

namespace wharf::selector {

inline constexpr std::size_t kMaxSelectorBytes = 16'384;
/// Parentheses, NOTs and signs inside each other.
inline constexpr int kMaxSelectorDepth = 64;
/// Each may cost a walk over a text of the message.
inline constexpr std::size_t kMaxSelectorPatterns = 32;

/// kInvalidArgument with the position and a sentence; kTooLarge above kMaxSelectorBytes.
Result<Program> compile_program(std::string_view text, Dialect dialect);

}  // namespace wharf::selector
