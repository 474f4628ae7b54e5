#pragma once
// Structured log lines: a sentence and named values, as text or as one JSON object a line, on standard error.
//
//   logger.warn("refused a connection", {{"reason", "TLS hello on a plain port"}, {"from", remote.text()}});
#include <atomic>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "runtime/clock.hpp"

namespace wharf::runtime {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

/// A named value of a log line.
struct LogField {
  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  template <class Number>
    requires std::is_arithmetic_v<Number>
  LogField(std::string_view field_name, Number number) : name(field_name), value(fmt::format("{}", number)) {}

  std::string_view name;
  std::string value;
};

/// Thread-safe. Lines go out whole.
class Logger {
 public:
  Logger(const Clock& clock, LogLevel level, LogFormat format) : clock_(clock), level_(level), format_(format) {}
  virtual ~Logger() = default;

  bool enabled(LogLevel level) const { return level >= level_; }
  void log(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields);
  void debug(std::string_view sentence, std::initializer_list<LogField> fields = {}) { log(LogLevel::kDebug, sentence, fields); }
  void info(std::string_view sentence, std::initializer_list<LogField> fields = {}) { log(LogLevel::kInfo, sentence, fields); }
  void warn(std::string_view sentence, std::initializer_list<LogField> fields = {}) { log(LogLevel::kWarn, sentence, fields); }
  void error(std::string_view sentence, std::initializer_list<LogField> fields = {}) { log(LogLevel::kError, sentence, fields); }

 protected:
  /// One finished line with its newline. Tests collect, the default writes to standard error.
  virtual void write(std::string_view line);

 private:
  const Clock& clock_;
  LogLevel level_;
  LogFormat format_;
};

}  // namespace wharf::runtime
