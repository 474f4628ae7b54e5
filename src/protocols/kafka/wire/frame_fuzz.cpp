// A connection's bytes in any pieces: the frames that come out are those that went in, whatever of them is kept, and a
// length that cannot be ends it. And a request's header from any bytes.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "model/byte_order.hpp"
#include "protocols/kafka/wire/frame.hpp"
#include "protocols/kafka/wire/frame_buffer.hpp"
#include "protocols/kafka/wire/header.hpp"

using namespace wharf;         // NOLINT
using namespace wharf::kafka;  // NOLINT

namespace {

constexpr std::size_t kHeaderStartBytes = 8;  // key, version, correlation id
constexpr std::size_t kMaxFrameBytes = 400'000;
constexpr std::size_t kMostKeptBytes = 1'200'000;  // without a frame that needs it
constexpr std::size_t kMostStreamBytes = 1'000'000;

/// The input as a program that writes a stream: raw bytes, and frames much longer than an input is.
std::vector<std::byte> stream_of(ByteView program) {
  std::vector<std::byte> stream;
  while (!program.empty() && stream.size() < kMostStreamBytes) {
    auto step = std::to_integer<std::uint8_t>(program.front());
    program = program.subspan(1);
    if ((step & 1) != 0 || program.size() < 2) {
      ByteView raw = program.first(std::min<std::size_t>(step >> 1, program.size()));
      stream.insert(stream.end(), raw.begin(), raw.end());
      program = program.subspan(raw.size());
      continue;
    }
    std::int32_t length = load_big_endian<std::uint16_t>(program.data()) << (step >> 1 & 3);
    program = program.subspan(2);
    std::size_t at = stream.size();
    stream.resize(at + kFrameLengthBytes + static_cast<std::size_t>(length));
    store_big_endian(stream.data() + at, length);
    for (std::size_t i = at + kFrameLengthBytes; i < stream.size(); ++i)
      stream[i] = static_cast<std::byte>(i * 31 + step);
  }
  return stream;
}

struct Taken {
  Frame frame;
  std::size_t position = 0;  // in the stream
};

void check_frames(ByteView stream, std::uint32_t seed) {
  std::minstd_rand random(seed);
  FrameBuffer frames(kMaxFrameBytes);
  std::vector<Taken> held;
  std::size_t arrived = 0, position = 0;  // of the next frame
  std::size_t longest_piece = std::size_t{1} << random() % 18;
  while (arrived < stream.size()) {
    MutableBytes space = frames.space();
    WHARF_ASSERT(!space.empty());
    std::size_t pending = arrived - position;
    WHARF_ASSERT(space.size() <= std::max(kMostKeptBytes, 4 * pending));  // of what came, not of what is claimed
    std::size_t count = std::min({space.size(), 1 + random() % longest_piece, stream.size() - arrived});
    std::memcpy(space.data(), stream.data() + arrived, count);
    frames.received(count);
    arrived += count;
    while (true) {
      Result<std::optional<Frame>> next = frames.next();
      ByteView left = stream.subspan(position, arrived - position);
      std::int32_t length = left.size() < kFrameLengthBytes ? 0 : load_big_endian<std::int32_t>(left.data());
      bool cannot_be = length < 0 || static_cast<std::size_t>(length) > kMaxFrameBytes;
      WHARF_ASSERT(next.has_value() == !cannot_be);
      if (!next) return;
      std::size_t frame_bytes = kFrameLengthBytes + static_cast<std::size_t>(length);
      WHARF_ASSERT(next->has_value() == (left.size() >= frame_bytes));
      WHARF_ASSERT(*next || frames.pending().size() == left.size());
      if (!*next) break;
      Taken taken{std::move(**next), position + kFrameLengthBytes};
      WHARF_ASSERT(
          std::ranges::equal(taken.frame.bytes, stream.subspan(taken.position, frame_bytes - kFrameLengthBytes)));
      if (random() % 2 == 0) held.push_back(std::move(taken));
      if (random() % 8 == 0) held.clear();
      position += frame_bytes;
    }
  }
  for (const Taken& one : held)
    WHARF_ASSERT(std::ranges::equal(one.frame.bytes, stream.subspan(one.position, one.frame.bytes.size())));
}

void check_header(ByteView bytes) {
  WHARF_ASSERT(peek_request_header(bytes).has_value() == (bytes.size() >= kHeaderStartBytes));
  for (std::int16_t version = 0; version <= 2; ++version) {
    Reader reader(bytes);
    Result<RequestHeader> header = read_request_header(reader, version);
    if (!header) continue;
    Writer writer;
    WHARF_ASSERT(write_request_header(*header, version, writer).has_value());
    Reader again(writer.bytes());
    WHARF_ASSERT(read_request_header(again, version).value() == *header);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = std::as_bytes(std::span(data, size));
  check_header(bytes);
  if (size < 2) return 0;
  auto seed = load_big_endian<std::uint16_t>(bytes.data());
  check_frames(stream_of(bytes.subspan(2)), seed);
  return 0;
}
