#include "runtime/logger.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <unistd.h>

namespace wharf::runtime {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

/// Length of the UTF-8 sequence that `text` starts with; 0 when it is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto follows = [byte](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF && follows(1)) return 2;
  bool surrogate_or_long = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F);
  if (first >= 0xE0 && first <= 0xEF && !surrogate_or_long && follows(1) && follows(2)) return 3;
  bool out_of_range = (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
  if (first >= 0xF0 && first <= 0xF4 && !out_of_range && follows(1) && follows(2) && follows(3)) return 4;
  return 0;
}

bool is_control(unsigned char code) { return code < 0x20 || code == 0x7F; }

// Names and reasons come from clients: neither a terminal nor a JSON reader may be upset by them.
void append_json_string(std::string& line, std::string_view text) {
  line += '"';
  while (!text.empty()) {
    auto code = static_cast<unsigned char>(text.front());
    std::size_t length = utf8_length(text);
    if (length == 0 || is_control(code)) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", code);
      length = 1;
    } else {
      if (code == '"' || code == '\\') line += '\\';
      line += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  line += '"';
}

void append_text_value(std::string& line, std::string_view text) {
  auto plain_letter = [](char c) {
    auto code = static_cast<unsigned char>(c);
    return code > ' ' && code < 0x7F && c != '"' && c != '=' && c != '\\';
  };
  if (!text.empty() && std::ranges::all_of(text, plain_letter)) {
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
