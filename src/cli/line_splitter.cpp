#include "cli/line_splitter.hpp"

#include <algorithm>
#include <cstring>

namespace wharf::cli {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;

}  // namespace

MutableBytes LineSplitter::space() {
  if (start_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + start_, end_ - start_);
    end_ -= start_;
    searched_ -= start_;
    start_ = 0;
  }
  if (buffer_.size() < end_ + kReadBytes) buffer_.resize(std::max(end_ + kReadBytes, buffer_.size() * 2));
  return {buffer_.data() + end_, kReadBytes};
}

std::optional<std::string_view> LineSplitter::next() {
  const std::string_view all = as_text({buffer_.data(), end_});
  const std::size_t found = all.find(delimiter_, searched_);
  if (found == std::string_view::npos) {
    // The delimiter may have begun.
    searched_ = std::max(start_, end_ - std::min(end_, delimiter_.size() - 1));
    return std::nullopt;
  }
  const std::string_view piece = all.substr(start_, found - start_);
  start_ = searched_ = found + delimiter_.size();
  return piece;
}

std::optional<std::string_view> LineSplitter::rest() {
  if (start_ == end_) return std::nullopt;
  const std::string_view piece = as_text({buffer_.data() + start_, end_ - start_});
  start_ = searched_ = end_;
  return piece;
}

}  // namespace wharf::cli
