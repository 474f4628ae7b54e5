#include "model/iso_time.hpp"

#include <cstdint>
#include <ctime>
#include <string>

namespace wharf {
namespace {

/// Takes so many digits from the front.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  std::int64_t number = 0;
  for (char digit : text.substr(0, count)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  text.remove_prefix(count);
  return number;
}

/// ".25" as 250.
std::optional<std::int64_t> take_fraction_ms(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t ms = 0, unit = 100;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    ms += unit * (text.front() - '0');
    unit /= 10;
  }
  return ms;
}

/// "+01:00", "-0130", "Z", "", to the text's end.
std::optional<std::int64_t> offset_minutes(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const bool is_behind = text.front() == '-';
  if (!is_behind && text.front() != '+') return std::nullopt;
  text.remove_prefix(1);
  auto hours = take_digits(text, 2);
  if (text.starts_with(':')) text.remove_prefix(1);
  auto minutes = take_digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t offset = *hours * 60 + *minutes;
  return is_behind ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> read_iso_time(std::string_view text) {
  const std::string whole(text);
  std::tm parts{};
  const char* rest = ::strptime(whole.c_str(), "%Y-%m-%d", &parts);
  if (rest == nullptr) return std::nullopt;
  std::int64_t fraction_ms = 0, behind_utc_minutes = 0;
  if (*rest != '\0') {
    rest = ::strptime(rest, "T%H:%M:%S", &parts);
    if (rest == nullptr) return std::nullopt;
    std::string_view left(rest);
    auto fraction = take_fraction_ms(left);
    auto offset = offset_minutes(left);
    if (!fraction || !offset) return std::nullopt;
    fraction_ms = *fraction;
    behind_utc_minutes = *offset;
  }
  // A day that the month does not have comes back as another one.
  const std::tm asked = parts;
  const std::int64_t seconds = std::int64_t{::timegm(&parts)} - behind_utc_minutes * 60;
  if (seconds < 0 || parts.tm_mday != asked.tm_mday || parts.tm_mon != asked.tm_mon) return std::nullopt;
  return Timestamp{seconds * 1000 + fraction_ms};
}

}  // namespace wharf
