#include "protocols/stomp/wire/frame_writer.hpp"

#include <fmt/format.h>

#include "protocols/stomp/wire/escapes.hpp"

namespace wharf::stomp {
namespace {

constexpr std::size_t kSmallBody = 2048;

}  // namespace

FrameWriter::FrameWriter(GatheredBytes& to, Version version, std::string_view command) : to_(to), version_(version) {
  to_.begin_frame();
  to_.raw(as_bytes(command));
  to_.raw(as_bytes("\n"));
}

void FrameWriter::header(std::string_view name, std::string_view value) {
  scratch_.clear();
  bool has_colon = version_ == Version::k10 && name.find(':') != std::string_view::npos;
  if (has_colon || name.empty() || !escape(name, version_, scratch_)) return;
  scratch_ += ':';
  if (!escape(value, version_, scratch_)) return;
  scratch_ += '\n';
  to_.raw(as_bytes(scratch_));
}

void FrameWriter::header(std::string_view name, std::int64_t value) {
  fmt::format_int text(value);
  raw_header(name, {text.data(), text.size()});
}

void FrameWriter::raw_header(std::string_view name, std::string_view value) {
  to_.raw(as_bytes(name));
  to_.raw(as_bytes(":"));
  to_.raw(as_bytes(value));
  to_.raw(as_bytes("\n"));
}

void FrameWriter::end() {
  to_.raw(as_bytes(std::string_view("\n\0\n", 3)));
}

void FrameWriter::end(SharedBytes body) {
  header("content-length", static_cast<std::int64_t>(body.size()));
  to_.raw(as_bytes("\n"));
  if (body.size() <= kSmallBody) {
    to_.raw(body.view());
  } else {
    to_.splice(std::move(body));
  }
  to_.raw(as_bytes(std::string_view("\0\n", 2)));
}

}  // namespace wharf::stomp
