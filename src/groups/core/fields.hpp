#pragma once
// Kafka's primitive fields, as stored records and the embedded consumer protocol use them. Every length is checked against
// the bytes left before anything is taken. Errors stick: read on, and ask ok() once.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/bytes.hpp"
#include "model/ids.hpp"

namespace wharf::groups {

class FieldReader {
 public:
  explicit FieldReader(ByteView bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return rest_.size(); }

  std::int16_t int16();
  std::int32_t int32();
  std::int64_t int64();
  std::uint32_t uvarint();
  /// `flexible` chooses the compact form (KIP-482). A null where none may be is an error.
  std::string string(bool flexible);
  std::optional<std::string> nullable_string(bool flexible);
  SharedBytes bytes(bool flexible);
  /// Number of elements of an array, each of at least `least` bytes: refused if they cannot fit into what is left. Null is -1.
  std::int32_t count(bool flexible, std::size_t least);
  Uuid uuid();
  /// The next `size` bytes.
  ByteView take(std::size_t size);

 private:
  template <class T>
  T number();
  /// Length of a string (int16) or bytes (int32), or of either in compact form; -1 for null.
  std::int64_t length(bool flexible, bool is_string);

  ByteView rest_;
  bool ok_ = true;
};

class FieldWriter {
 public:
  void int16(std::int16_t value);
  void int32(std::int32_t value);
  void int64(std::int64_t value);
  void uvarint(std::uint32_t value);
  void string(std::string_view text, bool flexible);
  void nullable_string(const std::optional<std::string>& text, bool flexible);
  void bytes(ByteView bytes, bool flexible);
  void uuid(const Uuid& id);

  std::string take() { return std::move(out_); }

 private:
  template <class T>
  void number(T value);

  std::string out_;
};

/// The longest string that can be stored.
inline constexpr std::size_t kMaxStringBytes = 32'767;

}  // namespace wharf::groups
