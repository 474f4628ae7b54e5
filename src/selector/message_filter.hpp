#pragma once
// A selector that is asked of stored messages: what its names mean of one (docs/selectors.md has the table). Names of
// JMS's header fields are the message's standard properties, all others its user properties, typed as they came.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "model/message.hpp"
#include "model/record.hpp"
#include "selector/selector.hpp"

namespace wharf::selector {

class MessageFilter {
 public:
  /// Selector::compile()'s errors; kInvalidArgument for a header field that JMS lets no selector ask for.
  static Result<MessageFilter> compile(std::string_view text, Dialect dialect = Dialect::kJms);

  /// Of a record whose user properties are a table, or of a plain one's headers. What lies has no properties.
  bool matches(const Record& record);
  const std::string& text() const { return selector_.text(); }

 private:
  enum class Field : std::uint8_t { kUser, kMessageId, kTimestamp, kCorrelationId, kType, kPriority, kDeliveryMode };

  explicit MessageFilter(Selector selector) : selector_(std::move(selector)) {}
  static std::optional<Field> field_of(std::string_view name);
  Value* wanted(std::string_view name);
  void take_fields(const MessageView& message, const Record& record);
  void take_typed(ByteView properties);
  void take_plain(const Record& record);

  Selector selector_;
  std::vector<Field> fields_;              // of the selector's names
  std::vector<std::uint32_t> user_names_;  // those of user properties, sorted by name
  std::vector<Value> values_;              // of the message that is looked at
  std::vector<bool> found_;
};

}  // namespace wharf::selector
