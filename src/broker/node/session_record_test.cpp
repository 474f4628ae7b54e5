#include "broker/node/session_record.hpp"

#include <gtest/gtest.h>

namespace wharf::broker {
namespace {

TEST(SessionRecord, KeysAndLivesComeBack) {
  std::string name_space("a\0b", 3), client("\xFF/x"), item("s/a/#");
  std::optional<SessionRecordKey> read = read_session_record_key(session_record_key({name_space, client}, item));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name.name_space, name_space);
  EXPECT_EQ(read->name.client, client);
  EXPECT_EQ(read->item, item);
  for (const SessionLife& life :
       {SessionLife{true, std::nullopt, Timestamp{5}, std::nullopt}, SessionLife{true, std::nullopt, Timestamp{5}, ""},
        SessionLife{false, std::chrono::seconds(4'294'967'294), Timestamp{0}, "alice"}})
    EXPECT_EQ(decode_session_life(encode_session_life(life)), life);
}

TEST(SessionRecord, WhatIsNoneIsNone) {
  EXPECT_FALSE(read_session_record_key(""));
  EXPECT_FALSE(read_session_record_key(std::string_view("\0\5abc", 5)));
  EXPECT_FALSE(decode_session_life("x"));
  std::string later = encode_session_life({});
  later[0] = 3;
  EXPECT_FALSE(decode_session_life(later));
}

}  // namespace
}  // namespace wharf::broker
