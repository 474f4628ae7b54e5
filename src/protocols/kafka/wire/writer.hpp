#pragma once
// Writes Kafka's types into one growing buffer that is used again and again; records may stay outside of it.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "protocols/kafka/wire/field_failure.hpp"
#include "protocols/kafka/wire/records.hpp"

namespace wharf::kafka {

/// A gap in a Writer's buffer: before the byte at `position`, the shell sends `size` bytes that it knows by `token`.
struct Splice {
  std::size_t position = 0;
  std::size_t size = 0;
  std::uint32_t token = 0;

  friend bool operator==(const Splice&, const Splice&) = default;
};

/// What one connection gathers before it writes: one frame or many. Lengths inside a frame count the spliced bytes.
/// Errors stick (a null or a string that this version cannot say): look at ok() once, at the end. clear() keeps the
/// memory.
class Writer {
 public:
  bool ok() const { return failure_.ok(); }
  ByteView bytes() const { return {buffer_.get(), size_}; }
  /// In order of position.
  std::span<const Splice> splices() const { return splices_; }
  std::size_t size() const { return size_; }
  /// Size on the wire: bytes() and what the splices stand for.
  std::size_t total_size() const { return size_ + external_size_; }
  void clear() { rewind({}); }

  /// The first error code written that was not 0: what the message says of its request. For who counts answers.
  std::int16_t error_code() const { return error_code_; }
  /// What is written in a code's place, for readers who do not know all of them. Nothing else is.
  using SayError = std::int16_t (*)(std::int16_t api_key, std::int16_t version, std::int16_t code);
  void say_errors(SayError say, std::int16_t api_key) {
    say_error_ = say;
    api_key_ = api_key;
  }
  void error_code(std::int16_t code) {
    if (code != 0 && say_error_ != nullptr) code = say_error_(api_key_, version_, code);
    if (error_code_ == 0) error_code_ = code;
    integer(code);
  }

  std::int16_t version() const { return version_; }
  bool flexible() const { return flexible_; }
  void use_version(std::int16_t version, bool flexible) {
    version_ = version;
    flexible_ = flexible;
  }

  template <std::integral T>
  void integer(T value) {
    store_big_endian(grow(sizeof(T)), value);
  }
  void boolean(bool value) { integer<std::int8_t>(value ? 1 : 0); }
  void float64(double value);
  void uvarint(std::uint32_t value);
  void varint(std::int32_t value);   // zigzag
  void varlong(std::int64_t value);  // zigzag
  void uuid(const Uuid& id);

  void string(std::string_view text);
  void null_string();
  void bytes(ByteView content);
  void null_bytes();
  void records(const Records& records);
  /// The length in front of an array's elements.
  void array_count(std::size_t count);
  /// The bytes as they are, without a length.
  void raw(ByteView content);

  /// A tagged field's content is written between these two: the length goes in front of it afterwards. No records
  /// inside.
  std::size_t begin_sized() const { return size_; }
  void end_sized(std::size_t start);

  /// Overwrites four bytes written before.
  void patch_int32(std::size_t position, std::int32_t value);

  /// A place to come back to: rewind() forgets all that was written since, and a failure since.
  struct Mark {
    std::size_t size = 0;
    std::size_t external_size = 0;
    std::size_t splices = 0;
  };
  Mark mark() const { return {size_, external_size_, splices_.size()}; }
  void rewind(const Mark& mark);

  /// As in Reader.
  void fail_here(ErrorCode code, std::string why) { failure_.fail(code, std::move(why)); }
  void null_where_forbidden() { fail_here(ErrorCode::kUnsupportedVersion, "is null where this version has no null"); }
  void in_field(std::string_view name) { failure_.in_field(name); }
  void in_element(std::size_t index) { failure_.in_element(index); }
  Error error() const { return failure_.error(); }

 private:
  std::byte* grow(std::size_t more) {
    if (capacity_ - size_ < more) enlarge(more);
    std::byte* at = buffer_.get() + size_;
    size_ += more;
    return at;
  }
  void enlarge(std::size_t more);
  void bytes_length(std::size_t length);

  std::unique_ptr<std::byte[]> buffer_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t external_size_ = 0;
  std::vector<Splice> splices_;
  std::int16_t error_code_ = 0;
  SayError say_error_ = nullptr;
  std::int16_t api_key_ = 0;
  std::int16_t version_ = 0;
  bool flexible_ = false;
  FieldFailure failure_;
};

}  // namespace wharf::kafka
