#include "broker/node/session_record.hpp"

#include "model/byte_order.hpp"
#include "model/bytes.hpp"

namespace wharf::broker {
namespace {

constexpr char kWithoutUser = 1, kVersion = 2;
constexpr std::size_t kFixedBytes = 2 + 2 * sizeof(std::int64_t);

template <class T>
void put(std::string& to, T value) {
  std::byte bytes[sizeof(T)];
  store_big_endian(bytes, value);
  to.append(as_text(bytes));
}

template <class T>
T get(std::string_view from) {
  return load_big_endian<T>(as_bytes(from).data());
}

std::optional<std::string> take_part(std::string_view& rest) {
  if (rest.size() < sizeof(std::uint16_t)) return std::nullopt;
  std::size_t size = get<std::uint16_t>(rest);
  rest.remove_prefix(sizeof(std::uint16_t));
  if (rest.size() < size) return std::nullopt;
  std::string part(rest.substr(0, size));
  rest.remove_prefix(size);
  return part;
}

}  // namespace

std::string session_record_key(const SessionName& name, std::string_view item) {
  std::string key;
  for (std::string_view part : {std::string_view(name.name_space), std::string_view(name.client)}) {
    put(key, static_cast<std::uint16_t>(part.size()));
    key += part;
  }
  key += item;
  return key;
}

std::optional<SessionRecordKey> read_session_record_key(std::string_view key) {
  std::optional<std::string> name_space = take_part(key);
  if (!name_space) return std::nullopt;
  std::optional<std::string> client = take_part(key);
  if (!client) return std::nullopt;
  return SessionRecordKey{{std::move(*name_space), std::move(*client)}, std::string(key)};
}

std::string encode_session_life(const SessionLife& life) {
  std::string encoded{life.user ? kVersion : kWithoutUser, life.connected ? '\1' : '\0'};
  put(encoded, life.expiry ? std::int64_t{life.expiry->count()} : std::int64_t{-1});
  put(encoded, life.since.ms);
  if (life.user) encoded += *life.user;
  return encoded;
}

std::optional<SessionLife> decode_session_life(std::string_view encoded) {
  if (encoded.size() < kFixedBytes) return std::nullopt;
  bool known = encoded[0] == kVersion || (encoded[0] == kWithoutUser && encoded.size() == kFixedBytes);
  if (!known) return std::nullopt;
  SessionLife life{.connected = encoded[1] != 0, .expiry = {}, .since = {}, .user = {}};
  if (encoded[0] == kVersion) life.user = std::string(encoded.substr(kFixedBytes));
  auto seconds = get<std::int64_t>(encoded.substr(2));
  if (seconds >= 0) life.expiry = std::chrono::seconds(seconds);
  life.since = Timestamp{get<std::int64_t>(encoded.substr(2 + sizeof seconds))};
  return life;
}

}  // namespace wharf::broker
