#include "http/target.hpp"

#include <algorithm>

namespace wharf::http {
namespace {

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// In a query '+' is a blank (application/x-www-form-urlencoded).
Result<std::string> decode(std::string_view text, bool in_query) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && in_query) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      int high = text.size() - i > 2 ? hex_digit(text[i + 1]) : -1;
      int low = text.size() - i > 2 ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(ErrorCode::kMalformed, "a '%' in the address is not followed by two hex digits");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

Result<void> read_segments(std::string_view path, Request& request) {
  while (!path.empty()) {
    path.remove_prefix(1);
    std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    Result<std::string> decoded = decode(segment, false);
    if (!decoded) return fail(decoded.error());
    request.segments.push_back(std::move(*decoded));
  }
  return {};
}

Result<void> read_query(std::string_view query, Request& request) {
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    std::size_t equals = pair.find('=');
    Result<std::string> name = decode(pair.substr(0, equals), true);
    if (!name) return fail(name.error());
    Result<std::string> value = decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!value) return fail(value.error());
    request.query.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

}  // namespace

Result<void> read_target(std::string_view target, Request& request) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    std::size_t path = target.find('/', scheme.size());
    target = path == std::string_view::npos ? "/" : target.substr(path);
    break;
  }
  if (!target.starts_with('/')) return fail(ErrorCode::kMalformed, "the address asked for does not begin with '/'");
  target = target.substr(0, target.find('#'));
  std::size_t question = target.find('?');
  Result<std::string> path = decode(target.substr(0, question), false);
  if (!path) return fail(path.error());
  request.path = std::move(*path);
  if (Result<void> segments = read_segments(target.substr(0, question), request); !segments) return segments;
  if (question == std::string_view::npos) return {};
  return read_query(target.substr(question + 1), request);
}

}  // namespace wharf::http
