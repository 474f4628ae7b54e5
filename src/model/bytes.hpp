#pragma once
// Byte ranges with and without ownership.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace wharf {

using ByteView = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT: bytes are characters here
}

/// An immutable range of bytes that keeps its storage alive; cheap to copy, sliceable, may cross shards.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::shared_ptr<const void> owner, ByteView view) : owner_(std::move(owner)), view_(view) {}

  /// A range of its own, copied from `bytes`.
  static SharedBytes copy_of(ByteView bytes) {
    if (bytes.empty()) return {};
    auto storage = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
    std::memcpy(storage.get(), bytes.data(), bytes.size());
    ByteView view(storage.get(), bytes.size());
    return {std::move(storage), view};
  }

  ByteView view() const { return view_; }
  const std::byte* data() const { return view_.data(); }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  SharedBytes slice(std::size_t from, std::size_t length) const { return {owner_, view_.subspan(from, length)}; }

 private:
  std::shared_ptr<const void> owner_;
  ByteView view_;
};

}  // namespace wharf
