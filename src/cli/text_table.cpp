#include "cli/text_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/text_escapes.hpp"

namespace wharf::cli {
namespace {

bool is_number(const std::string& cell) {
  return cell == "-" || (!cell.empty() && std::ranges::all_of(cell, [](char at) { return at >= '0' && at <= '9'; }));
}

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  const std::size_t columns = rows_.front().size();
  std::vector<std::size_t> widths(columns, 0);
  std::vector<bool> right(columns, rows_.size() > 1);
  for (const auto& row : rows_) {
    for (std::size_t column = 0; column < columns; ++column) {
      widths[column] = std::max(widths[column], row[column].size());
      if (&row != &rows_.front() && !is_number(row[column])) right[column] = false;
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t column = 0; column < columns; ++column) {
      if (column > 0) line += "  ";
      const std::string padding(widths[column] - row[column].size(), ' ');
      line += right[column] ? padding + row[column] : row[column] + padding;
    }
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  return text;
}

}  // namespace wharf::cli
