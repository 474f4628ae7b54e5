// Recovery of a write-ahead log from hostile files. The input is a short program that lays out files block by block, most of them with
// good checksums, so that what is behind the checksum is reached too.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "log/wal_recovery.hpp"
#include "model/byte_order.hpp"
#include "model/crc32c.hpp"
#include "model/error.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::log {
namespace {

class Program {
 public:
  explicit Program(ByteView bytes) : rest_(bytes) {}
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    auto value = static_cast<std::uint8_t>(rest_.front());
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint16_t word() { return static_cast<std::uint16_t>(byte() << 8 | byte()); }
  ByteView take(std::size_t most) {
    ByteView taken = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  bool ended() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

/// The fields of a block's header one after the other, as docs/formats.md has them.
void lay_out_block(Program& program, std::uint32_t number, std::byte* at) {
  store_big_endian(at + 4, kWalMagic);
  store_big_endian(at + 8, std::uint64_t{program.byte()});
  store_big_endian(at + 16, std::uint64_t{program.byte()});
  store_big_endian(at + 24, std::uint32_t{program.byte()});
  store_big_endian(at + 28, std::uint32_t{program.byte()} % 2);
  store_big_endian(at + 32, std::uint32_t{program.byte()});
  store_big_endian(at + 36, program.byte() == 255 ? program.byte() : number);
  store_big_endian(at + 40, std::uint32_t{program.byte()});
  store_big_endian(at + 44, std::uint32_t{program.byte()});
  store_big_endian(at + 48, program.word());
  store_big_endian(at + 50, program.word());
  ByteView payload = program.take(program.byte());
  if (!payload.empty()) std::memcpy(at + kWalBlockHeaderBytes, payload.data(), payload.size());
  if (program.byte() % 2 == 1) {  // a record of a small partition behind it, whose length is drawn
    WalRecordHeader header{.partition = {.topic = {}, .index = PartitionIndex{program.byte()}},
                           .leader_epoch = LeaderEpoch{1},
                           .base_offset = Offset{program.byte()},
                           .next_offset = Offset{program.byte()}};
    auto bytes = encode_wal_record_header(header, program.word());
    std::size_t where = kWalBlockHeaderBytes + payload.size();
    std::memcpy(at + where, bytes.data(), std::min(bytes.size(), kWalBlockBytes - where));
  }
  store_big_endian(at, crc32c(ByteView(at, kWalBlockBytes).subspan(4)));
}

std::vector<std::byte> lay_out_file(Program& program) {
  std::uint32_t blocks = program.byte() % 9;
  std::vector<std::byte> file(blocks * kWalBlockBytes + program.byte() % 8);
  for (std::uint32_t number = 0; number < blocks; ++number) {
    std::byte* at = file.data() + number * kWalBlockBytes;
    switch (program.byte() % 8) {
      case 0: break;
      case 1: at[program.word() % kWalBlockBytes] = std::byte{1}; break;
      default: lay_out_block(program, number, at);
    }
  }
  return file;
}

struct Outcome {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;
};

Outcome recover(runtime::FileSystem& files, const WalFloors& floors) {
  Outcome outcome;
  Result<WalReport> report = read_write_ahead_logs(files, "wal", floors, [&](const RecoveredWalRecord& record) -> Result<void> {
    ++outcome.records;
    outcome.bytes += record.payload.size();
    outcome.checksum = crc32c(record.payload, outcome.checksum);
    WHARF_ASSERT(record.header.base_offset.value >= 0 && record.header.base_offset <= record.header.next_offset);
    return {};
  });
  WHARF_ASSERT(report.has_value() && report->records == outcome.records && report->bytes == outcome.bytes);
  for (const WalLoss& loss : report->losses) WHARF_ASSERT(loss.first <= loss.next);
  return outcome;
}

}  // namespace
}  // namespace wharf::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wharf::log;
  Program program(std::as_bytes(std::span(data, size)));
  wharf::runtime::MemoryFileSystem files(64u << 20);
  WHARF_ASSERT(files.create_folders("wal").has_value());
  WalFloors floors{.all = WalSequence{program.byte() % 4u}, .shards = {{wharf::ShardIndex{1}, WalSequence{program.byte() % 8u}}}};
  for (int number = 0; number < 5 && !program.ended(); ++number) {
    std::string name = fmt::format("wal/{:020}.wal", number);
    auto file = *files.open(name, wharf::runtime::OpenMode::kCreate);
    WHARF_ASSERT(file->write_at(0, lay_out_file(program)).has_value());
  }
  Outcome first = recover(files, floors);
  Outcome second = recover(files, floors);
  WHARF_ASSERT(first.records == second.records && first.checksum == second.checksum);
  return 0;
}
