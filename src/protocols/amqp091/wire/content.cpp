#include "protocols/amqp091/wire/content.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "model/error.hpp"
#include "protocols/amqp091/wire/methods.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::uint16_t kBasicClass = 60;
/// Up to this a body is copied into the gathered write.
constexpr std::size_t kCopiedBytes = 2048;
/// Fragments below this are copied together: a body sent byte by byte must not cost a piece for each.
constexpr std::size_t kSmallFragmentBytes = 1024;

void begin_frame(FrameType type, std::uint16_t channel, std::size_t size, Writer& writer) {
  writer.begin_frame();
  writer.integer(static_cast<std::uint8_t>(type));
  writer.integer(channel);
  writer.integer(static_cast<std::uint32_t>(size));
}
void end_frame(Writer& writer) {
  writer.integer(static_cast<std::uint8_t>(kFrameEnd));
}

bool lies_in(const SharedBytes& memory, ByteView part) {
  return std::less_equal<>()(memory.data(), part.data()) && std::less<>()(part.data(), memory.data() + memory.size());
}

/// Whether a content follows the method; nothing for an unknown one.
std::optional<bool> has_content(MethodId id) {
  std::optional<bool> found;
  AllMethods::with(id, [&]<class M> { found = M::kMethod.has_content; });
  return found;
}

}  // namespace

Outcome<ContentHeader> decode_content_header(ByteView payload) {
  Reader reader(payload);
  ContentHeader header;
  header.class_id = reader.integer<std::uint16_t>();
  header.weight = reader.integer<std::uint16_t>();
  header.body_bytes = reader.integer<std::uint64_t>();
  if (!reader.ok()) return refuse(reader.error("a content header"));
  Outcome<PropertiesView> properties = PropertiesView::parse(reader.view(reader.bytes_left()));
  if (!properties) return refuse(properties.error());
  header.properties = *properties;
  return header;
}

void write_content(std::uint16_t channel, ByteView properties, const SharedBytes& body, std::uint32_t frame_max,
                   Writer& writer) {
  WHARF_ASSERT(frame_max == 0 || frame_max > kFrameOverheadBytes);
  begin_frame(FrameType::kHeader, channel, 12 + properties.size(), writer);
  writer.integer(kBasicClass);
  writer.integer(std::uint16_t{0});
  writer.integer(std::uint64_t{body.size()});
  writer.raw(properties);
  end_frame(writer);
  std::size_t most = frame_max == 0 ? FrameBuffer::kLargestFrameBytes : frame_max - kFrameOverheadBytes;
  for (std::size_t at = 0; at < body.size(); at += most) {
    std::size_t size = std::min(most, body.size() - at);
    begin_frame(FrameType::kBody, channel, size, writer);
    if (size <= kCopiedBytes) {
      writer.raw(body.view().subspan(at, size));
    } else {
      writer.splice(body.slice(at, size));
    }
    end_frame(writer);
  }
}

void write_heartbeat(Writer& writer) {
  begin_frame(FrameType::kHeartbeat, 0, 0, writer);
  end_frame(writer);
}

Outcome<bool> ContentAssembler::take(const Frame& frame, const FrameBuffer& frames, std::uint64_t max_body_bytes) {
  switch (frame.type) {
    case FrameType::kMethod:
      if (expects_ == Expects::kMethod) return take_method(frame.payload, frames);
      break;
    case FrameType::kHeader:
      if (expects_ == Expects::kHeader) return take_header(frame.payload, frames, max_body_bytes);
      break;
    case FrameType::kBody:
      if (expects_ == Expects::kBody) return take_body(frames.keep(frame.payload));
      break;
    case FrameType::kHeartbeat:
      break;
  }
  return refuse(unexpected());
}

void ContentAssembler::release() {
  method_memory_ = header_memory_ = {};
  command_.method = {};
  command_.body.clear();
}

ProtocolError ContentAssembler::unexpected() const {
  switch (expects_) {
    case Expects::kMethod:
      break;
    case Expects::kHeader:
      return {ReplyCode::kUnexpectedFrame,
              fmt::format("expected content header for class {}, got non content header frame instead",
                          command_.id.class_id),
              command_.id};
    case Expects::kBody:
      return {ReplyCode::kUnexpectedFrame, "expected content body, got non content body frame instead", command_.id};
  }
  return no_method();
}

ProtocolError ContentAssembler::no_method() {
  return {ReplyCode::kUnexpectedFrame, "expected method frame, got non method frame instead", MethodId{}};
}

Outcome<bool> ContentAssembler::take_method(ByteView payload, const FrameBuffer& frames) {
  release();
  Outcome<MethodId> id = peek_method_id(payload);
  if (!id) return refuse(id.error());
  std::optional<bool> content_follows = has_content(*id);
  if (!content_follows) return refuse(unknown_method(*id));
  command_.id = *id;
  command_.method = payload;
  if (!*content_follows) {
    command_.content = {};
    return true;
  }
  method_memory_ = frames.memory();
  expects_ = Expects::kHeader;
  return false;
}

Outcome<bool> ContentAssembler::take_header(ByteView payload, const FrameBuffer& frames, std::uint64_t max_body_bytes) {
  Outcome<ContentHeader> header = decode_content_header(payload);
  if (!header) {
    header.error().method = command_.id;
    return refuse(header.error());
  }
  if (header->weight != 0) return refuse(unexpected());  // as to RabbitMQ: none of the headers that it knows
  if (header->class_id != command_.id.class_id) {
    return refuse(ReplyCode::kUnexpectedFrame,
                  fmt::format("expected content header for class {}, got one for class {} instead",
                              command_.id.class_id, header->class_id),
                  command_.id);
  }
  if (header->body_bytes > max_body_bytes) {
    return refuse(ReplyCode::kPreconditionFailed,
                  fmt::format("message size {} is larger than max size {}", header->body_bytes, max_body_bytes),
                  command_.id);
  }
  if (!lies_in(method_memory_, payload)) header_memory_ = frames.memory();
  command_.content = *header;
  missing_bytes_ = header->body_bytes;
  expects_ = missing_bytes_ == 0 ? Expects::kMethod : Expects::kBody;
  return missing_bytes_ == 0;
}

Outcome<bool> ContentAssembler::take_body(SharedBytes payload) {
  if (payload.size() > missing_bytes_) {
    return refuse(ReplyCode::kFrameError, "content body frame exceeds remaining content size", command_.id);
  }
  bool large = payload.size() >= kSmallFragmentBytes || payload.size() == command_.content.body_bytes;
  missing_bytes_ -= payload.size();
  if (!large) gathered_.insert(gathered_.end(), payload.view().begin(), payload.view().end());
  if (!gathered_.empty() && (large || missing_bytes_ == 0)) {
    command_.body.push_back(SharedBytes::copy_of(gathered_));
    gathered_.clear();
  }
  if (large) command_.body.push_back(std::move(payload));
  if (missing_bytes_ > 0) return false;
  expects_ = Expects::kMethod;
  return true;
}

}  // namespace wharf::amqp091
