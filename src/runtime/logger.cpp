#include "runtime/logger.hpp"

#include <array>
#include <ctime>

#include <unistd.h>

namespace wharf::runtime {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

void append_json_string(std::string& line, std::string_view text) {
  line += '"';
  for (char c : text) {
    auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (code < 0x20) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", code);
    } else {
      line += c;
    }
  }
  line += '"';
}

void append_text_value(std::string& line, std::string_view text) {
  bool plain = !text.empty() && text.find_first_of(" \"=\n\r\t") == std::string_view::npos;
  if (plain) {
    line += text;
  } else {
    append_json_string(line, text);
  }
}

void append_time(std::string& line, Timestamp now) {
  std::time_t seconds = now.ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, now.ms % 1000);
}

}  // namespace

void Logger::log(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  std::string line;
  std::string_view level_name = kLevelNames[static_cast<std::size_t>(level)];
  if (format_ == LogFormat::kJson) {
    line += R"({"time":")";
    append_time(line, clock_.wall_now());
    fmt::format_to(std::back_inserter(line), R"(","level":"{}","message":)", level_name);
    append_json_string(line, sentence);
    for (const LogField& field : fields) {
      fmt::format_to(std::back_inserter(line), R"(,"{}":)", field.name);
      append_json_string(line, field.value);
    }
    line += "}\n";
  } else {
    append_time(line, clock_.wall_now());
    fmt::format_to(std::back_inserter(line), " {:5} {}", level_name, sentence);
    for (const LogField& field : fields) {
      fmt::format_to(std::back_inserter(line), " {}=", field.name);
      append_text_value(line, field.value);
    }
    line += '\n';
  }
  write(line);
}

void Logger::write(std::string_view line) {
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());  // nobody to tell when it fails
}

}  // namespace wharf::runtime
