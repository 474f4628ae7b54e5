// A connection's bytes, from any bytes, in reads of any size: whatever is read as a frame can be written, and is read
// as the same frame again; and how the bytes are cut makes no difference.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "model/error.hpp"
#include "protocols/stomp/wire/escapes.hpp"
#include "protocols/stomp/wire/frame_writer.hpp"
#include "protocols/stomp/wire/wire_testing.hpp"

using namespace wharf;         // NOLINT
using namespace wharf::stomp;  // NOLINT

namespace {

constexpr FrameLimits kLimits{.headers = 32, .header_bytes = 256, .head_bytes = 2048, .body_bytes = 4096};

bool can_be_written(const OwnedFrame& frame, Version version) {
  std::string scratch;
  for (const auto& [name, value] : frame.headers) {
    bool has_colon = version == Version::k10 && name.find(':') != std::string::npos;
    if (has_colon || name.empty() || !escape(name, version, scratch) || !escape(value, version, scratch)) return false;
  }
  // Of a command, which nobody escapes, the last CR would be its line's.
  bool never_escaped = frame.command == "CONNECT" || frame.command == "STOMP" || frame.command == "CONNECTED";
  return !never_escaped && !frame.command.ends_with('\r');
}

void look_at(const OwnedFrame& frame, Version version) {
  if (!can_be_written(frame, version)) return;
  GatheredBytes out;
  FrameWriter writer(out, version, frame.command);
  writer.header("content-length", static_cast<std::int64_t>(frame.body.size()));
  for (const auto& [name, value] : frame.headers) writer.header(name, value);
  writer.end(SharedBytes::copy_of(as_bytes(frame.body)));
  FrameBuffer again;
  again.set_version(version);
  again.set_limits({.headers = 64, .header_bytes = 4096, .head_bytes = 1 << 16, .body_bytes = 4096});
  feed(again, taken(out));
  auto next = again.next();
  WHARF_ASSERT(next && *next);
  OwnedFrame same = owned(**next);
  same.headers.erase(same.headers.begin());
  same.headers.pop_back();
  WHARF_ASSERT(same == frame);
}

std::vector<OwnedFrame> read_all(std::string_view left, Version version, std::size_t step) {
  FrameBuffer frames;
  frames.set_version(version);
  frames.set_limits(kLimits);
  std::vector<OwnedFrame> all;
  while (!left.empty()) {
    feed(frames, left.substr(0, step));
    left.remove_prefix(std::min(step, left.size()));
    while (true) {
      auto next = frames.next();
      if (!next) return all;
      if (!*next) break;
      all.push_back(owned(**next));
    }
  }
  return all;
}

}  // namespace

/// The first byte is the version and the size of a read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  auto version = static_cast<Version>(data[0] % 3);
  std::size_t step = data[0] / 3 + std::size_t{1};
  std::string_view text = as_text(std::as_bytes(std::span(data + 1, size - 1)));
  std::vector<OwnedFrame> frames = read_all(text, version, step);
  WHARF_ASSERT(frames == read_all(text, version, text.size() + 1));
  for (const OwnedFrame& one : frames) look_at(one, version);
  return 0;
}
