#pragma once
// A message's table as run-time data: what printing, the documentation's support table and tests walk. Never the hot
// path.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/bytes.hpp"
#include "protocols/kafka/wire/versions.hpp"

namespace wharf::kafka {

/// Where made-up values come from: a property test's generator, a fuzzer's bytes. number(n) is in [0, n).
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  virtual std::uint64_t number(std::uint64_t below) = 0;
  /// Bytes that stay where they are as long as the source lives: records are views.
  virtual ByteView bytes(std::size_t size) = 0;
};

struct StructInfo;

struct FieldInfo {
  std::string_view name;  // snake_case; Kafka's own is the same in CamelCase
  std::string_view type;  // as Kafka writes it: "int32", "[]string"; "struct" and "[]struct" where `inner` says which
  const StructInfo* inner = nullptr;
  FieldRule rule;
  int tag = -1;  // -1: a field in its place

  const void* (*get)(const void* object) = nullptr;
  void (*print)(const void* value, std::string& out) = nullptr;
  void (*sample)(void* value, std::int16_t version, bool nullable, ValueSource& source) = nullptr;
};

struct StructInfo {
  Versions versions;  // of a message; empty for a struct inside of one
  std::span<const FieldInfo> fields;
  const void* defaults = nullptr;
};

/// The value as JSON in one line. Bytes and records show their size only.
void print_struct(const StructInfo& info, const void* object, std::string& out);
/// Fills every field that the version has with a made-up value, small and often at an edge; some nullable ones stay
/// null.
void sample_struct(const StructInfo& info, void* object, std::int16_t version, ValueSource& source);

void print_text(std::string_view text, std::string& out);
void print_number(std::int64_t number, std::string& out);
void print_size(std::size_t size, std::string& out);

std::int64_t sample_number(int bits, ValueSource& source);
std::string sample_text(ValueSource& source);

}  // namespace wharf::kafka
