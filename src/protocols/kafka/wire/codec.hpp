#pragma once
// The door to every message: decode, encode, size, print. Each message's Codec is compiled once, in its own .cpp
// under api/.
//
//     Result<FetchRequest> request = decode<FetchRequest>(body, header.api_version);
//     if (auto written = encode(response, header.api_version, writer); !written) return fail(written.error());
#include <cstdint>
#include <string>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "protocols/kafka/wire/description.hpp"
#include "protocols/kafka/wire/reader.hpp"
#include "protocols/kafka/wire/writer.hpp"

namespace wharf::kafka {

/// Defined in message_codec.hpp, instantiated beside the message's table.
template <class Message>
struct Codec {
  static void read(Reader& reader, Message& message);
  static void write(Writer& writer, const Message& message);
  static Versions versions();
  static const StructInfo& info();
};

/// Reads one message where the reader stands. What follows it is left alone, as Kafka does. Errors:
/// kUnsupportedVersion, kMalformed, kTooLarge; the sentence names the field. Records in the result are views of the
/// reader's bytes.
template <class Message>
Result<Message> decode(Reader& reader, std::int16_t version) {
  Versions versions = Codec<Message>::versions();
  if (!versions.serves(version))
    return fail(ErrorCode::kUnsupportedVersion, "this version of the message is not served");
  reader.use_version(version, versions.is_flexible(version));
  Result<Message> message;
  Codec<Message>::read(reader, *message);
  if (!reader.ok()) return fail(reader.error());
  return message;
}

template <class Message>
Result<Message> decode(ByteView bytes, std::int16_t version, ReadLimits limits = {}) {
  Reader reader(bytes, limits);
  return decode<Message>(reader, version);
}

/// Appends one message. On an error the writer stands where it stood before. Errors: kUnsupportedVersion (also for a
/// null, or a field that is not at its default, which this version cannot say), kTooLarge.
template <class Message>
Result<void> encode(const Message& message, std::int16_t version, Writer& writer) {
  Versions versions = Codec<Message>::versions();
  if (!versions.serves(version))
    return fail(ErrorCode::kUnsupportedVersion, "this version of the message is not served");
  Writer::Mark start = writer.mark();
  writer.use_version(version, versions.is_flexible(version));
  Codec<Message>::write(writer, message);
  if (writer.ok()) return {};
  Error error = writer.error();
  writer.rewind(start);
  return fail(std::move(error));
}

/// Bytes on the wire, external records counted. Encodes to find out: for limits and tests, not for every message.
template <class Message>
Result<std::size_t> encoded_size(const Message& message, std::int16_t version) {
  Writer writer;
  Result<void> written = encode(message, version, writer);
  if (!written) return fail(written.error());
  return writer.total_size();
}

/// The message as JSON in one line, all fields of all versions. Bytes show their size only.
template <class Message>
std::string print(const Message& message) {
  std::string text;
  print_struct(Codec<Message>::info(), &message, text);
  return text;
}

}  // namespace wharf::kafka
