#include "protocols/stomp/wire/frame_buffer.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "model/number_text.hpp"
#include "protocols/stomp/wire/escapes.hpp"

namespace wharf::stomp {
namespace {

constexpr std::string_view kMalformed = "Malformed frame";
constexpr std::string_view kTooLarge = "Frame too large";

std::unexpected<ProtocolError> malformed(std::string detail) {
  return refuse(std::string(kMalformed), std::move(detail));
}

std::string_view without_line_end(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

/// Before its head can be read the version does not matter.
bool is_never_escaped(std::string_view command) {
  return command == "CONNECT" || command == "STOMP" || command == "CONNECTED";
}

}  // namespace

void FrameBuffer::skip(std::size_t count) {
  bytes_.skip(count);
  scanned_ = line_begin_ = lines_ = frame_bytes_ = 0;
  body_begin_.reset();
  length_.reset();
}

void FrameBuffer::skip_line_ends() {
  if (scanned_ > 0) return;  // within a frame
  std::string_view pending = as_text(bytes_.pending());
  std::size_t count = std::min(pending.find_first_not_of("\r\n"), pending.size());
  if (count > 0) skip(count);
}

Outcome<void> FrameBuffer::check_line(std::size_t begin, std::size_t end) {
  if (end - begin > limits_.header_bytes)
    return refuse(std::string(kTooLarge),
                  fmt::format("a header of more than {} bytes (stomp.header.max.bytes)", limits_.header_bytes));
  if (end > limits_.head_bytes)
    return refuse(std::string(kTooLarge), fmt::format("headers of more than {} bytes", limits_.head_bytes));
  if (lines_ > limits_.headers + 1)  // the command is one
    return refuse(std::string(kTooLarge), fmt::format("more than {} headers (stomp.headers.max)", limits_.headers));
  return {};
}

Outcome<bool> FrameBuffer::find_head() {
  std::string_view pending = as_text(bytes_.pending());
  while (!body_begin_) {
    std::size_t end = pending.find('\n', scanned_);
    std::size_t seen = std::min(end, pending.size());
    if (pending.substr(scanned_, seen - scanned_).find('\0') != std::string_view::npos)
      return malformed("the frame ends within its headers");
    bool whole = end != std::string_view::npos;
    std::string_view line = without_line_end(pending.substr(line_begin_, seen - line_begin_));
    bool is_last = whole && line.empty();
    if (whole && !is_last) ++lines_;
    if (auto fits = check_line(line_begin_, seen); !fits) return refuse(fits.error());
    scanned_ = whole ? end + 1 : seen;
    if (!whole) return false;
    line_begin_ = scanned_;
    if (is_last) body_begin_ = scanned_;
  }
  return true;
}

Outcome<std::string_view> FrameBuffer::plain(std::string_view text) {
  if (!is_escaped(text, version_)) return text;
  std::optional<std::string> unescaped = unescape(text, version_);
  if (!unescaped)
    return malformed(fmt::format("an escape that STOMP {} does not have, in a header", to_string(version_)));
  return std::string_view(unescaped_.emplace_back(std::move(*unescaped)));
}

Outcome<void> FrameBuffer::read_length() {
  std::string_view pending = as_text(bytes_.pending());
  // By hand: the other headers are read once the frame is whole.
  std::string_view head = pending.substr(0, *body_begin_);
  constexpr std::string_view kName = "\ncontent-length:";
  std::size_t at = head.find(kName);
  if (at == std::string_view::npos) return {};
  std::string_view rest = head.substr(at + kName.size());
  std::string_view value = without_line_end(rest.substr(0, rest.find('\n')));
  value = value.substr(std::min(value.find_first_not_of(' '), value.size()));
  length_ = parse_number<std::size_t>(value);
  if (!length_) return malformed("'content-length' is no number of bytes");
  if (*length_ > limits_.body_bytes)
    return refuse(std::string(kTooLarge), fmt::format("a body of {} bytes, {} are allowed (stomp.body.max.bytes)",
                                                      *length_, limits_.body_bytes));
  frame_bytes_ = *body_begin_ + *length_ + 1;
  return {};
}

Outcome<std::optional<std::size_t>> FrameBuffer::find_end() {
  ByteView pending = bytes_.pending();
  if (length_) {
    std::size_t end = *body_begin_ + *length_;
    if (pending.size() <= end) return std::nullopt;
    if (pending[end] != std::byte{0}) return malformed("no NUL stands behind the body that 'content-length' tells of");
    return end;
  }
  const void* found = std::memchr(pending.data() + scanned_, 0, pending.size() - scanned_);
  std::size_t end =
      found ? static_cast<std::size_t>(static_cast<const std::byte*>(found) - pending.data()) : pending.size();
  if (end - *body_begin_ > limits_.body_bytes)
    return refuse(std::string(kTooLarge),
                  fmt::format("a body of more than {} bytes (stomp.body.max.bytes)", limits_.body_bytes));
  scanned_ = end;
  if (!found) return std::nullopt;
  return end;
}

Outcome<Header> FrameBuffer::header_of(std::string_view line) {
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return malformed("a header without a colon");
  if (colon == 0) return malformed("a header without a name");
  Outcome<std::string_view> name = plain(line.substr(0, colon));
  if (!name) return refuse(name.error());
  Outcome<std::string_view> value = plain(line.substr(colon + 1));
  if (!value) return refuse(value.error());
  return Header{*name, *value};
}

Outcome<std::optional<Frame>> FrameBuffer::next() {
  skip_line_ends();
  if (bytes_.pending().empty()) return std::nullopt;
  bool had_head = body_begin_.has_value();
  Outcome<bool> head = find_head();
  if (!head) return refuse(head.error());
  if (!*head) return std::nullopt;
  if (!had_head) {
    if (auto read = read_length(); !read) return refuse(read.error());
  }
  Outcome<std::optional<std::size_t>> end = find_end();
  if (!end) return refuse(end.error());
  if (!*end) return std::nullopt;
  unescaped_.clear();
  Frame frame;
  std::string_view lines = as_text(bytes_.pending()).substr(0, *body_begin_);
  auto next_line = [&lines] {
    std::size_t line_end = lines.find('\n');
    std::string_view line = without_line_end(lines.substr(0, line_end));
    lines.remove_prefix(line_end + 1);
    return line;
  };
  frame.command = next_line();
  const Version version = version_;
  if (is_never_escaped(frame.command)) version_ = Version::k10;
  for (std::string_view line = next_line(); !line.empty(); line = next_line()) {
    Outcome<Header> header = header_of(line);
    if (!header) return refuse(header.error());
    frame.headers.push_back(*header);
  }
  version_ = version;
  frame.body = bytes_.pending().subspan(*body_begin_, **end - *body_begin_);
  skip(**end + 1);
  return frame;
}

}  // namespace wharf::stomp
