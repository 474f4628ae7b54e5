#pragma once
// A stretch of a file full of one byte, from a page of memory: a buffer of the stretch's size would stay with the
// allocator.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

/// Writes `bytes` times `value` at `position`, at most a mebibyte at a time.
inline Result<void> fill_file(runtime::File& file, std::uint64_t position, std::uint64_t bytes, std::byte value) {
  constexpr std::size_t kPageBytes = 4096;
  constexpr std::size_t kMostPages = 256;
  std::array<std::byte, kPageBytes> page;
  page.fill(value);
  std::vector<ByteView> parts;
  while (bytes > 0) {
    parts.clear();
    std::uint64_t length = 0;
    while (length < bytes && parts.size() < kMostPages) {
      parts.push_back(ByteView(page).first(std::min<std::uint64_t>(kPageBytes, bytes - length)));
      length += parts.back().size();
    }
    if (Result<void> written = file.write_at(position, parts); !written) return written;
    position += length;
    bytes -= length;
  }
  return {};
}

}  // namespace wharf::log
