#pragma once
// What JSON of this API looks like, as data: bodies and parameters are held to it before a handler sees them, answers
// by the tests, and the OpenAPI document is written from it.
//
//   using namespace fields;
//   inline constexpr Field kNewTopicFields[] = {text("name", "Of the topic.").between(1, 249),
//                                               integer("partitions", "How many.").between(1, 10'000).optional()};
//   inline constexpr Shape kNewTopic{"NewTopic", "A topic to be made.", kNewTopicFields};
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace wharf::v1 {

enum class Kind : std::uint8_t {
  kText,
  kInteger,  // 64 bits
  kNumber,
  kFlag,
  kTable,   // any names, texts as values
  kObject,  // of `shape`
  kTexts,   // lists of ...
  kIntegers,
  kObjects,
  kAnything,
};

struct Shape;

struct Field {
  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view sentence;
  const Shape* shape = nullptr;
  bool is_required = true;
  bool is_nullable = false;
  /// Of a number; of a text's characters; of a list's or table's items.
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::string_view choices = {};  // of a text: words between bars

  constexpr Field optional() const {
    Field field = *this;
    field.is_required = false;
    return field;
  }
  constexpr Field nullable() const {
    Field field = *this;
    field.is_nullable = true;
    return field;
  }
  constexpr Field between(std::int64_t from, std::int64_t to) const {
    Field field = *this;
    field.least = from;
    field.most = to;
    return field;
  }
  constexpr Field at_least(std::int64_t from) const { return between(from, most); }
  constexpr Field one_of(std::string_view words) const {
    Field field = *this;
    field.choices = words;
    return field;
  }
};

struct Shape {
  std::string_view name;
  std::string_view sentence;
  std::span<const Field> fields;
};

/// How tables are written.
namespace fields {

constexpr Field text(std::string_view name, std::string_view sentence) {
  return {name, Kind::kText, sentence};
}
constexpr Field integer(std::string_view name, std::string_view sentence) {
  return {name, Kind::kInteger, sentence};
}
/// Of things, or of bytes.
constexpr Field count(std::string_view name, std::string_view sentence) {
  return Field{name, Kind::kInteger, sentence}.at_least(0);
}
constexpr Field number(std::string_view name, std::string_view sentence) {
  return {name, Kind::kNumber, sentence};
}
constexpr Field flag(std::string_view name, std::string_view sentence) {
  return {name, Kind::kFlag, sentence};
}
constexpr Field table(std::string_view name, std::string_view sentence) {
  return {name, Kind::kTable, sentence};
}
constexpr Field object(std::string_view name, const Shape& shape, std::string_view sentence) {
  return {name, Kind::kObject, sentence, &shape};
}
constexpr Field texts(std::string_view name, std::string_view sentence) {
  return {name, Kind::kTexts, sentence};
}
constexpr Field integers(std::string_view name, std::string_view sentence) {
  return {name, Kind::kIntegers, sentence};
}
constexpr Field objects(std::string_view name, const Shape& shape, std::string_view sentence) {
  return {name, Kind::kObjects, sentence, &shape};
}

constexpr Field anything(std::string_view name, std::string_view sentence) {
  return {name, Kind::kAnything, sentence};
}

}  // namespace fields

}  // namespace wharf::v1
