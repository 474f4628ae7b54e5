#pragma once
// CRC-32C (Castagnoli), the checksum of record batches and of every file of ours.
#include <cstdint>

#include "model/bytes.hpp"

namespace wharf {

/// Checksum of `bytes`; pass an earlier result as `seed` to go on where it ended.
std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0);

}  // namespace wharf
