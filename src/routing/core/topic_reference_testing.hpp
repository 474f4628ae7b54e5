#pragma once
// What a topic pattern means, written for reading: a table of "the first i words of the pattern match the first j of
// the key".
#include <string>
#include <string_view>
#include <vector>

namespace wharf::routing::testing {

inline std::vector<std::string> words_of(std::string_view key) {
  std::vector<std::string> words;
  if (key.empty()) return words;
  words.emplace_back();
  for (char character : key) {
    if (character == '.') {
      words.emplace_back();
    } else {
      words.back() += character;
    }
  }
  return words;
}

inline bool topic_matches(std::string_view pattern, std::string_view key) {
  std::vector<std::string> asked = words_of(pattern), given = words_of(key);
  std::vector<std::vector<bool>> matches(asked.size() + 1, std::vector<bool>(given.size() + 1));
  matches[0][0] = true;
  for (std::size_t i = 1; i <= asked.size(); ++i) {
    const std::string& word = asked[i - 1];
    if (word == "#") matches[i][0] = matches[i - 1][0];
    for (std::size_t j = 1; j <= given.size(); ++j) {
      if (word == "#") {
        matches[i][j] = matches[i - 1][j] || matches[i][j - 1];
      } else {
        matches[i][j] = matches[i - 1][j - 1] && (word == "*" || word == given[j - 1]);
      }
    }
  }
  return matches[asked.size()][given.size()];
}

}  // namespace wharf::routing::testing
