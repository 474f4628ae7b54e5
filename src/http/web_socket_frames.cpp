#include "http/web_socket_frames.hpp"

#include <algorithm>
#include <cstring>

#include "model/byte_order.hpp"
#include "model/error.hpp"

namespace wharf::http {
namespace {

constexpr std::uint8_t kFinal = 0x80, kReserved = 0x70, kOpcode = 0x0F, kMasked = 0x80, kLength = 0x7F;
constexpr std::uint8_t kLength16 = 126, kLength64 = 127;
constexpr std::size_t kMaskBytes = 4;

bool is_control(WebSocketOpcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & 0x8) != 0;
}

bool is_known(std::uint8_t opcode) {
  return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA);
}

template <class T>
T load(ByteView bytes) {
  return load_big_endian<T>(bytes.data());
}

}  // namespace

MutableBytes WebSocketFrames::space() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return MutableBytes(buffer_).subspan(end_);
}

void WebSocketFrames::received(std::size_t count) {
  WHARF_ASSERT(count <= buffer_.size() - end_);
  end_ += count;
}

std::expected<void, CloseCode> WebSocketFrames::check_head(std::uint8_t first, std::uint64_t length) {
  const bool is_final = (first & kFinal) != 0;
  if ((first & kReserved) != 0 || !is_known(first & kOpcode)) return std::unexpected(CloseCode::kProtocolError);
  auto opcode = static_cast<WebSocketOpcode>(first & kOpcode);
  opcode_ = opcode;
  left_ = length;
  if (is_control(opcode)) {
    if (!is_final || length > kLongestControlPayload) return std::unexpected(CloseCode::kProtocolError);
    return {};
  }
  bool continues = opcode == WebSocketOpcode::kContinuation;
  if (continues != in_message_) return std::unexpected(CloseCode::kProtocolError);
  if (!continues) message_bytes_ = 0;
  if (length > most_ || message_bytes_ + length > most_) return std::unexpected(CloseCode::kTooLarge);
  message_bytes_ += length;
  in_message_ = !is_final;
  return {};
}

std::expected<bool, CloseCode> WebSocketFrames::read_head() {
  ByteView bytes = pending();
  if (bytes.size() < 2) return false;
  auto first = static_cast<std::uint8_t>(bytes[0]), second = static_cast<std::uint8_t>(bytes[1]);
  if ((second & kMasked) == 0) return std::unexpected(CloseCode::kProtocolError);  // 5.1: a client's frames are masked
  std::uint8_t short_length = second & kLength;
  std::size_t head = 2 + (short_length == kLength16 ? 2u : short_length == kLength64 ? 8u : 0u);
  if (bytes.size() < head + kMaskBytes) return false;
  std::uint64_t length = short_length;
  if (short_length == kLength16) length = load<std::uint16_t>(bytes.subspan(2));
  if (short_length == kLength64) length = load<std::uint64_t>(bytes.subspan(2));
  bool shorter = (short_length == kLength16 && length < kLength16) || (short_length == kLength64 && length <= 0xFFFF);
  if (shorter) return std::unexpected(CloseCode::kProtocolError);  // 5.2: the fewest bytes that can say it
  if (auto good = check_head(first, length); !good) return std::unexpected(good.error());
  std::memcpy(mask_.data(), bytes.data() + head, kMaskBytes);
  masked_ = 0;
  begin_ += head + kMaskBytes;
  in_frame_ = true;
  return true;
}

void WebSocketFrames::unmask(MutableBytes bytes) {
  for (std::byte& byte : bytes) byte ^= mask_[masked_++ % kMaskBytes];
}

std::expected<WebSocketStep, CloseCode> WebSocketFrames::next(MutableBytes into) {
  using Kind = WebSocketStep::Kind;
  while (true) {
    if (!in_frame_) {
      std::expected<bool, CloseCode> read = read_head();
      if (!read) return std::unexpected(read.error());
      if (!*read) return WebSocketStep{};
    }
    const bool control = is_control(opcode_);
    std::size_t there = std::min<std::uint64_t>(end_ - begin_, left_);
    if (control && there < left_) return WebSocketStep{};
    if (!control && there == 0 && left_ > 0) return WebSocketStep{};
    WebSocketStep step;
    if (control) {
      MutableBytes payload = MutableBytes(buffer_).subspan(begin_, there);
      unmask(payload);
      step.payload = as_text(payload);
    } else {
      there = std::min(there, into.size());
      std::memcpy(into.data(), buffer_.data() + begin_, there);
      unmask(into.first(there));
      step.count = there;
    }
    begin_ += there;
    left_ -= there;
    if (left_ == 0) in_frame_ = false;
    step.kind = opcode_ == WebSocketOpcode::kPing    ? Kind::kPing
                : opcode_ == WebSocketOpcode::kClose ? Kind::kClose
                                                     : Kind::kData;
    if (step.kind == Kind::kClose && step.payload.size() == 1) return std::unexpected(CloseCode::kProtocolError);
    if (opcode_ == WebSocketOpcode::kPong || (step.kind == Kind::kData && step.count == 0)) continue;
    return step;
  }
}

std::string web_socket_head(WebSocketOpcode opcode, std::uint64_t payload_bytes) {
  std::string head(1, static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode)));
  auto add = [&head](std::uint8_t length, auto extended) {
    head += static_cast<char>(length);
    std::byte bytes[sizeof extended];
    store_big_endian(bytes, extended);
    head += as_text(bytes);
  };
  if (payload_bytes < kLength16) {
    head += static_cast<char>(payload_bytes);
  } else if (payload_bytes <= 0xFFFF) {
    add(kLength16, static_cast<std::uint16_t>(payload_bytes));
  } else {
    add(kLength64, payload_bytes);
  }
  return head;
}

std::string web_socket_control(WebSocketOpcode opcode, std::string_view payload) {
  return web_socket_head(opcode, payload.size()).append(payload);
}

std::string web_socket_close(CloseCode code) {
  std::byte bytes[2];
  store_big_endian(bytes, static_cast<std::uint16_t>(code));
  return web_socket_control(WebSocketOpcode::kClose, as_text(bytes));
}

}  // namespace wharf::http
