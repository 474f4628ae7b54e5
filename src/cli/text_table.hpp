#pragma once
// Columns of text for people.
#include <string>
#include <vector>

namespace wharf::cli {

/// Rows under a line of titles; columns as wide as their widest cell, two blanks apart, the last one as it is. Numbers
/// stand to the right: columns of which every cell below the title is a number.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> titles) : rows_{std::move(titles)} {}
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace wharf::cli
