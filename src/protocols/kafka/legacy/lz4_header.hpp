#pragma once
// Kafka's LZ4 in message format v0: its first implementation took the frame header's checksum over the frame's magic
// number as well, which no other reader accepts. v0 keeps it for ever (KAFKA-3160), from v1 on the frames are right.
#include "model/bytes.hpp"
#include "model/error.hpp"

namespace wharf::kafka::legacy {

enum class Lz4Checksum : std::uint8_t {
  kStandard,  // over the descriptor, as the LZ4 frame format says
  kMagic0,    // over the frame's magic number too
};

/// Sets the checksum byte of the frame at the start of `frame`; whatever stood there is not looked at, as Kafka does
/// not. Errors: kCorruptMessage if that is no LZ4 frame's header.
Result<void> set_lz4_header_checksum(MutableBytes frame, Lz4Checksum kind);

}  // namespace wharf::kafka::legacy
