#pragma once
// How `wharf consume` prints a record: kcat's placeholders, or JSON.
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/record.hpp"
#include "model/record_batch.hpp"

namespace wharf::cli {

/// A record and where it stood.
struct PlacedRecord {
  std::string_view topic;
  PartitionIndex partition;
  const Record* record = nullptr;
  TimestampType timestamp_type = TimestampType::kCreateTime;
};

class RecordFormat {
 public:
  /// %s value, %S its size (-1: null), %R its size as four bytes, %k key, %K its size, %t topic, %p partition, %o
  /// offset, %T milliseconds since 1970, %h headers as a=1,b=2, %% a percent sign; and the escapes of text_escapes.hpp.
  /// Nothing is added. Errors: kInvalidArgument.
  static Result<RecordFormat> parse(std::string_view text);
  /// Key and separator where `separator` is not empty, value, delimiter.
  static RecordFormat plain(std::string_view key_separator, std::string_view delimiter);
  /// An object in a line. Keys, values and headers that are no UTF-8 stand in base64, under "key_base64" and so on.
  static RecordFormat json();

  void append(const PlacedRecord& placed, std::string* out) const;

 private:
  struct Part {
    char placeholder = 0;  // 0: text
    std::string text;
  };
  std::vector<Part> parts_;
  bool json_ = false;
};

}  // namespace wharf::cli
