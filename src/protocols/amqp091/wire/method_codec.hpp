#pragma once
// The door to every method: decode and encode. Their codecs are compiled once, in methods.cpp.
//
//     Outcome<MethodId> id = peek_method_id(frame.payload);
//     AllMethods::with(*id, [&]<class M> { handle(decode_method<M>(frame.payload)); });
#include <cstdint>
#include <span>

#include "protocols/amqp091/wire/frame.hpp"
#include "protocols/amqp091/wire/method_table.hpp"
#include "protocols/amqp091/wire/reader.hpp"
#include "protocols/amqp091/wire/writer.hpp"

namespace wharf::amqp091 {

/// Defined and instantiated in methods.cpp.
template <Method M>
struct Codec {
  static void read(Reader& reader, M& method);
  static void write(Writer& writer, const M& method);
  static std::span<const FieldInfo> fields();
};

/// Class and method id of a method frame's payload. Errors: FRAME_ERROR where it is too short.
Outcome<MethodId> peek_method_id(ByteView payload);
/// NOT_IMPLEMENTED, for an id of which there is no method.
ProtocolError unknown_method(MethodId id);

/// `payload` is of a method frame with M's id. Errors, naming the field: SYNTAX_ERROR for a string or a table that
/// reaches past the end, a table that is none, bytes left over; FRAME_ERROR for a name that is no UTF-8, as RabbitMQ
/// has it.
template <Method M>
Outcome<M> decode_method(ByteView payload) {
  constexpr std::size_t kIdBytes = 4;
  Reader reader(payload);
  reader.view(kIdBytes);
  Outcome<M> method;
  Codec<M>::read(reader, *method);
  if (reader.ok() && reader.bytes_left() > 0) reader.fail_here("has bytes left over");
  if (!reader.ok()) return refuse(reader.error(M::kMethod.name, M::kMethod.id));
  return method;
}

/// Appends a method frame. On an error, a string above 255 bytes, the writer stands where it stood before.
template <Method M>
Outcome<void> write_method(const M& method, std::uint16_t channel, Writer& writer) {
  writer.begin_frame();
  std::size_t before = writer.position();
  writer.integer(static_cast<std::uint8_t>(FrameType::kMethod));
  writer.integer(channel);
  std::size_t start = writer.begin_sized();
  writer.integer(M::kMethod.id.class_id);
  writer.integer(M::kMethod.id.method_id);
  Codec<M>::write(writer, method);
  writer.end_sized(start);
  writer.integer(static_cast<std::uint8_t>(kFrameEnd));
  if (writer.ok()) return {};
  ProtocolError error = writer.error(M::kMethod.name, M::kMethod.id);
  writer.rewind(before);
  return refuse(std::move(error));
}

}  // namespace wharf::amqp091
