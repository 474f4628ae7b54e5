#pragma once
// Sessions as the topic `__sessions` keeps them (docs/formats.md): one record that says how long a session lives, one
// for each of its items. Keys are texts with a length in front of each part but the last.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/sessions.hpp"

namespace wharf::broker {

/// Of all of a session's records; `item` is empty for what is said of the session itself.
std::string session_record_key(const SessionName& name, std::string_view item = {});

struct SessionRecordKey {
  SessionName name;
  std::string item;
};
/// None: it is none.
std::optional<SessionRecordKey> read_session_record_key(std::string_view key);

struct SessionLife {
  bool connected = false;  // when it was written
  SessionExpiry expiry;
  Timestamp since;                  // it has been so
  std::optional<std::string> user;  // whose it is; none: it was written before that was kept, and is whose comes
  friend bool operator==(const SessionLife&, const SessionLife&) = default;
};
std::string encode_session_life(const SessionLife& life);
std::optional<SessionLife> decode_session_life(std::string_view encoded);

}  // namespace wharf::broker
