#include "protocols/kafka/api/consumer_protocol.hpp"

#include <algorithm>

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<ConsumerProtocolSubscription::TopicPartition> = fields(
    Field<&ConsumerProtocolSubscription::TopicPartition::topic>{.since = 1},
    Field<&ConsumerProtocolSubscription::TopicPartition::partitions>{.since = 1});

template <>
inline constexpr auto kTable<ConsumerProtocolSubscription> = message(
    Versions{0, 3, kNever},
    Field<&ConsumerProtocolSubscription::topics>{},
    Field<&ConsumerProtocolSubscription::user_data>{.nullable_since = 0},
    Field<&ConsumerProtocolSubscription::owned_partitions>{.since = 1, .ignorable = true},
    Field<&ConsumerProtocolSubscription::generation_id>{.since = 2, .ignorable = true},
    Field<&ConsumerProtocolSubscription::rack_id>{.since = 3, .nullable_since = 3, .ignorable = true});

template <>
inline constexpr auto kTable<ConsumerProtocolAssignment::TopicPartition> = fields(
    Field<&ConsumerProtocolAssignment::TopicPartition::topic>{},
    Field<&ConsumerProtocolAssignment::TopicPartition::partitions>{});

template <>
inline constexpr auto kTable<ConsumerProtocolAssignment> = message(
    Versions{0, 3, kNever},
    Field<&ConsumerProtocolAssignment::assigned_partitions>{},
    Field<&ConsumerProtocolAssignment::user_data>{.nullable_since = 0});

// clang-format on
template struct Codec<ConsumerProtocolSubscription>;
template struct Codec<ConsumerProtocolAssignment>;

namespace {

template <class Message>
Result<Message> decode_versioned(ByteView bytes) {
  Reader reader(bytes);
  auto version = reader.integer<std::int16_t>();
  if (!reader.ok()) return fail(reader.error());
  return decode<Message>(reader, std::min(version, Codec<Message>::versions().highest));
}

template <class Message>
Result<void> encode_versioned(const Message& message, std::int16_t version, Writer& writer) {
  Writer::Mark start = writer.mark();
  writer.integer(version);
  Result<void> written = encode(message, version, writer);
  if (!written) writer.rewind(start);
  return written;
}

}  // namespace

Result<ConsumerProtocolSubscription> decode_subscription(ByteView bytes) {
  return decode_versioned<ConsumerProtocolSubscription>(bytes);
}
Result<ConsumerProtocolAssignment> decode_assignment(ByteView bytes) {
  return decode_versioned<ConsumerProtocolAssignment>(bytes);
}
Result<void> encode_subscription(const ConsumerProtocolSubscription& subscription, std::int16_t version,
                                 Writer& writer) {
  return encode_versioned(subscription, version, writer);
}
Result<void> encode_assignment(const ConsumerProtocolAssignment& assignment, std::int16_t version, Writer& writer) {
  return encode_versioned(assignment, version, writer);
}

}  // namespace wharf::kafka
