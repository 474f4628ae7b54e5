#pragma once
// The group that a message belongs to, in JMS's words: its properties `JMSXGroupID` and `JMSXGroupSeq`; without them
// the record's key. Dialects that have fields of their own for it (OpenWire's groupID, AMQP 1.0's group-id) keep them
// in these.
#include <string_view>

#include "model/record.hpp"

namespace wharf {

inline constexpr std::string_view kGroupProperty = "JMSXGroupID";
inline constexpr std::string_view kGroupSequenceProperty = "JMSXGroupSeq";

struct MessageGroup {
  std::string_view id;  // empty: none; borrowed from the record
  bool closes = false;  // its sequence number is negative: the last one of its group, which begins anew behind it
};

/// The id: a text or bytes; the sequence: a whole number, or a text of one.
MessageGroup group_of(const Record& record);

}  // namespace wharf
