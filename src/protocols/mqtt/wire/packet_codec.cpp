#include "protocols/mqtt/wire/packet_codec.hpp"

#include <fmt/format.h>

#include "protocols/mqtt/wire/packet_fields.hpp"

namespace wharf::mqtt {
namespace {

/// CONNECT's flags (3.1.2.3).
enum ConnectFlag : unsigned {
  kReserved = 0x01,
  kCleanStart = 0x02,
  kWill = 0x04,
  kWillQos = 0x18,
  kWillRetain = 0x20,
  kPassword = 0x40,
  kUserName = 0x80
};

bool is_known(std::string_view protocol, std::uint8_t level) {
  return (protocol == "MQIsdp" && level == 3) || (protocol == "MQTT" && (level == 4 || level == 5));
}

class FieldReader {
 public:
  static constexpr bool kReads = true;
  FieldReader(ByteView body, Version version, std::size_t most_entries)
      : reader(body), version_(version), most_entries_(most_entries) {}

  bool is_v5() const { return version_ == Version::k5; }
  template <std::integral T>
  void number(std::string_view name, T& value) {
    reader.in_field(name);
    value = reader.integer<T>();
  }
  void flag(std::string_view name, bool& value) {
    reader.in_field(name);
    auto byte = reader.integer<std::uint8_t>();
    if (byte > 1) reader.fail_here("has reserved bits set");
    value = byte == 1;
  }
  void packet_id(std::uint16_t& value) {
    number("packet identifier", value);
    if (reader.ok() && value == 0) reader.fail_here("is zero", ReasonCode::kProtocolError);
  }
  void text(std::string_view name, std::string_view& value) {
    reader.in_field(name);
    value = reader.text();
  }
  void binary(std::string_view name, ByteView& value) {
    reader.in_field(name);
    value = reader.binary();
  }
  void optional_text(std::string_view name, std::optional<std::string_view>& value, bool there) {
    if (there) text(name, value.emplace());
  }
  void optional_binary(std::string_view name, std::optional<ByteView>& value, bool there) {
    if (there) binary(name, value.emplace());
  }
  void properties(std::string_view, Properties& value, std::uint32_t where) {
    if (is_v5()) read_properties(reader, where, value);
  }
  /// Both may be left out (3.4.2.1).
  void reason_tail(ReasonCode& reason, Properties& value, std::uint32_t where) {
    if (!is_v5() || reader.bytes_left() == 0) return;
    reader.in_field("reason code");
    reason = static_cast<ReasonCode>(reader.integer<std::uint8_t>());
    if (reader.bytes_left() > 0) read_properties(reader, where, value);
  }
  template <class List, class Each>
  void list(List& list, Each each) {
    while (reader.bytes_left() > 0 && reader.ok() && list.size() < most_entries_) each(list.emplace_back());
    reader.in_field("list");
    if (reader.bytes_left() > 0) reader.fail_here("has more entries than are allowed", ReasonCode::kQuotaExceeded);
    if (list.empty()) reader.fail_here("is empty", ReasonCode::kProtocolError);
  }

  bool begin_connect(std::string_view protocol, std::uint8_t level) {
    if (!reader.ok()) return false;
    reader.in_field("protocol level");
    if (!is_known(protocol, level)) reader.fail_here("is not served here", ReasonCode::kUnsupportedProtocolVersion);
    version_ = static_cast<Version>(level);
    return reader.ok();
  }
  ConnectFlags connect_flags(Connect& packet) {
    number("connect flags", flags_);
    packet.clean_start = (flags_ & kCleanStart) != 0;
    bool will = (flags_ & kWill) != 0;
    bool user = (flags_ & kUserName) != 0, password = (flags_ & kPassword) != 0;
    if ((flags_ & kReserved) != 0) reader.fail_here("have a reserved bit set");
    if (!will && (flags_ & (kWillQos | kWillRetain)) != 0) reader.fail_here("describe a will that is not there");
    if ((flags_ & kWillQos) == kWillQos) reader.fail_here("have a will with QoS 3");
    if (!is_v5() && password && !user) reader.fail_here("have a password without a user name");
    return {will, user, password};
  }
  Will announced_will() const {
    Will will;
    will.qos = static_cast<std::uint8_t>((flags_ & kWillQos) >> 3);
    will.retain = (flags_ & kWillRetain) != 0;
    return will;
  }

  Reader reader;

 private:
  Version version_;
  std::size_t most_entries_;
  std::uint8_t flags_ = 0;
};

/// What writing and measuring share; `Sink` takes bytes, or counts them.
template <class Sink>
class FieldWriter {
 public:
  static constexpr bool kReads = false;
  FieldWriter(Sink& sink, Version version) : sink_(sink), version_(version) {}

  bool is_v5() const { return version_ == Version::k5; }
  template <std::integral T>
  void number(std::string_view, T value) {
    sink_.integer(value);
  }
  void flag(std::string_view, bool value) { sink_.integer(static_cast<std::uint8_t>(value ? 1 : 0)); }
  void packet_id(std::uint16_t value) { sink_.integer(value); }
  void text(std::string_view, std::string_view value) { sink_.text(value); }
  void binary(std::string_view, ByteView value) { sink_.binary(value); }
  void optional_text(std::string_view, const std::optional<std::string_view>& value, bool) {
    if (value) sink_.text(*value);
  }
  void optional_binary(std::string_view, const std::optional<ByteView>& value, bool) {
    if (value) sink_.binary(*value);
  }
  void properties(std::string_view, const Properties& value, std::uint32_t where) {
    if (is_v5()) sink_.properties(value, where);
  }
  void reason_tail(ReasonCode reason, const Properties& value, std::uint32_t where) {
    if (!is_v5()) return;
    bool has_properties = properties_bytes(value, where) > 0;
    if (reason == ReasonCode::kSuccess && !has_properties) return;
    sink_.integer(static_cast<std::uint8_t>(reason));
    if (has_properties) sink_.properties(value, where);
  }
  template <class List, class Each>
  void list(const List& list, Each each) {
    for (const auto& one : list) each(one);
  }
  bool begin_connect(std::string_view, std::uint8_t level) {
    version_ = static_cast<Version>(level);
    return true;
  }
  ConnectFlags connect_flags(const Connect& packet) {
    unsigned flags = packet.clean_start ? kCleanStart : 0u;
    if (packet.will)
      flags |= kWill | static_cast<unsigned>(packet.will->qos << 3) | (packet.will->retain ? kWillRetain : 0u);
    if (packet.user) flags |= kUserName;
    if (packet.password) flags |= kPassword;
    sink_.integer(static_cast<std::uint8_t>(flags));
    return {};
  }

 private:
  Sink& sink_;
  Version version_;
};

struct Counting {
  std::size_t bytes = 0;
  template <std::integral T>
  void integer(T) {
    bytes += sizeof(T);
  }
  void text(std::string_view value) { bytes += 2 + value.size(); }
  void binary(ByteView value) { bytes += 2 + value.size(); }
  void properties(const Properties& value, std::uint32_t where) {
    std::size_t size = properties_bytes(value, where);
    bytes += varint_bytes(static_cast<std::uint32_t>(size)) + size;
  }
};

struct Writing {
  Writer& writer;
  template <std::integral T>
  void integer(T value) {
    writer.integer(value);
  }
  void text(std::string_view value) { writer.text(value); }
  void binary(ByteView value) { writer.binary(value); }
  void properties(const Properties& value, std::uint32_t where) { write_properties(writer, value, where); }
};

template <class Packet>
std::size_t body_bytes(const Packet& packet, Version version) {
  Counting counting;
  FieldWriter<Counting> codec(counting, version);
  fields_of(codec, packet);
  return counting.bytes;
}

template <class Packet>
std::uint8_t first_byte(const Packet& packet) {
  unsigned flags = 0;
  if constexpr (std::same_as<Packet, Publish>) {
    flags = (packet.dup ? 8u : 0u) | static_cast<unsigned>(packet.qos << 1) | (packet.retain ? 1u : 0u);
  } else {
    bool asks = Packet::kType == kPubRel || Packet::kType == kSubscribe || Packet::kType == kUnsubscribe;
    flags = asks ? 2 : 0;
  }
  return static_cast<std::uint8_t>(static_cast<unsigned>(Packet::kType) << 4 | flags);
}

/// The size of the whole packet.
template <class Packet>
std::size_t write_all_but_payload(const Packet& packet, std::size_t payload_bytes, Version version, Writer& to) {
  const auto body = static_cast<std::uint32_t>(body_bytes(packet, version) + payload_bytes);
  to.begin_frame();
  to.integer(first_byte(packet));
  to.varint(body);
  Writing writing{to};
  FieldWriter<Writing> codec(writing, version);
  fields_of(codec, packet);
  return 1 + varint_bytes(body) + body;
}

template <class Packet>
Outcome<Packet> read_fields(const RawPacket& raw, Version version, std::size_t most_entries, Packet packet = {}) {
  FieldReader codec(raw.body, version, most_entries);
  fields_of(codec, packet);
  if constexpr (std::same_as<Packet, Publish>) packet.payload = codec.reader.rest();
  if (codec.reader.ok() && codec.reader.bytes_left() > 0) {
    codec.reader.in_field("the packet");
    codec.reader.fail_here("has bytes left over");
  }
  if (!codec.reader.ok()) return refuse(codec.reader.error(Packet::kName));
  return packet;
}

}  // namespace

template <class Packet>
Outcome<Packet> read_packet(const RawPacket& raw, Version version, std::size_t most_entries) {
  return read_fields<Packet>(raw, version, most_entries);
}

template <>
Outcome<Connect> read_packet<Connect>(const RawPacket& raw, Version version, std::size_t most_entries) {
  return read_fields<Connect>(raw, version, most_entries);
}

template <>
Outcome<Publish> read_packet<Publish>(const RawPacket& raw, Version version, std::size_t most_entries) {
  Publish packet;
  packet.dup = (raw.flags & 8) != 0;
  packet.qos = (raw.flags >> 1) & 3;
  packet.retain = (raw.flags & 1) != 0;
  if (packet.qos == 3) return refuse(ReasonCode::kMalformedPacket, "PUBLISH: QoS 3");
  if (packet.qos == 0 && packet.dup) return refuse(ReasonCode::kMalformedPacket, "PUBLISH: a duplicate at QoS 0");
  return read_fields<Publish>(raw, version, most_entries, std::move(packet));
}

template <class Packet>
std::size_t write_packet(const Packet& packet, Version version, Writer& to) {
  return write_all_but_payload(packet, 0, version, to);
}

void write_publish(const Publish& packet, SharedBytes payload, Version version, Writer& to) {
  constexpr std::size_t kCopied = 512;  // a piece of its own costs as much as to copy so many
  write_all_but_payload(packet, payload.size(), version, to);
  if (payload.size() <= kCopied) {
    to.raw(payload.view());
  } else {
    to.splice(std::move(payload));
  }
}

std::size_t packet_bytes(const Publish& packet, std::size_t payload_bytes, Version version) {
  std::size_t body = body_bytes(packet, version) + payload_bytes;
  return 1 + varint_bytes(static_cast<std::uint32_t>(body)) + body;
}

template Outcome<ConnAck> read_packet<ConnAck>(const RawPacket&, Version, std::size_t);
template Outcome<PubAck> read_packet<PubAck>(const RawPacket&, Version, std::size_t);
template Outcome<PubRec> read_packet<PubRec>(const RawPacket&, Version, std::size_t);
template Outcome<PubRel> read_packet<PubRel>(const RawPacket&, Version, std::size_t);
template Outcome<PubComp> read_packet<PubComp>(const RawPacket&, Version, std::size_t);
template Outcome<Subscribe> read_packet<Subscribe>(const RawPacket&, Version, std::size_t);
template Outcome<SubAck> read_packet<SubAck>(const RawPacket&, Version, std::size_t);
template Outcome<Unsubscribe> read_packet<Unsubscribe>(const RawPacket&, Version, std::size_t);
template Outcome<UnsubAck> read_packet<UnsubAck>(const RawPacket&, Version, std::size_t);
template Outcome<PingReq> read_packet<PingReq>(const RawPacket&, Version, std::size_t);
template Outcome<PingResp> read_packet<PingResp>(const RawPacket&, Version, std::size_t);
template Outcome<Disconnect> read_packet<Disconnect>(const RawPacket&, Version, std::size_t);
template Outcome<Auth> read_packet<Auth>(const RawPacket&, Version, std::size_t);
template std::size_t write_packet<Connect>(const Connect&, Version, Writer&);
template std::size_t write_packet<ConnAck>(const ConnAck&, Version, Writer&);
template std::size_t write_packet<PubAck>(const PubAck&, Version, Writer&);
template std::size_t write_packet<PubRec>(const PubRec&, Version, Writer&);
template std::size_t write_packet<PubRel>(const PubRel&, Version, Writer&);
template std::size_t write_packet<PubComp>(const PubComp&, Version, Writer&);
template std::size_t write_packet<Subscribe>(const Subscribe&, Version, Writer&);
template std::size_t write_packet<SubAck>(const SubAck&, Version, Writer&);
template std::size_t write_packet<Unsubscribe>(const Unsubscribe&, Version, Writer&);
template std::size_t write_packet<UnsubAck>(const UnsubAck&, Version, Writer&);
template std::size_t write_packet<PingReq>(const PingReq&, Version, Writer&);
template std::size_t write_packet<PingResp>(const PingResp&, Version, Writer&);
template std::size_t write_packet<Disconnect>(const Disconnect&, Version, Writer&);
template std::size_t write_packet<Auth>(const Auth&, Version, Writer&);

}  // namespace wharf::mqtt
