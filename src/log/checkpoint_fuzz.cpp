// Checkpoints from a hostile file. Half of the inputs get their checksums put right first, so that what is behind them is reached too.
// Whatever could be loaded must come through an append and the next load unchanged.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "log/checkpoints.hpp"
#include "model/byte_order.hpp"
#include "model/crc32c.hpp"
#include "model/error.hpp"
#include "runtime/clock.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::log {
namespace {

const runtime::SystemClock kClock;

class SilentLogger final : public runtime::Logger {
 public:
  SilentLogger() : Logger(kClock, runtime::LogLevel::kError, runtime::LogFormat::kText) {}

 protected:
  void write(std::string_view) override {}
};

/// Walks the entries by their stated lengths and writes the checksums that belong to them.
void mend(std::vector<std::byte>& file) {
  if (file.size() < kCheckpointFileHeaderBytes) return;
  store_big_endian(file.data(), std::uint32_t{0x57434B46});
  store_big_endian(file.data() + 4, kCheckpointVersion);
  store_big_endian(file.data() + 28, crc32c(ByteView(file).first(28)));
  std::size_t at = kCheckpointFileHeaderBytes;
  while (file.size() - at >= checkpoint_entry_bytes(0)) {
    std::byte* entry = file.data() + at;
    std::uint32_t state_bytes = load_big_endian<std::uint32_t>(entry + 36) % 64;
    std::size_t total = checkpoint_entry_bytes(state_bytes);
    if (total > file.size() - at) return;
    store_big_endian(entry, std::uint32_t{0x57434B45});
    store_big_endian(entry + 36, state_bytes);
    store_big_endian(entry + 40, crc32c(ByteView(entry, total).subspan(48, total - 72)));
    store_big_endian(entry + 44, crc32c(ByteView(entry, 44)));
    store_big_endian(entry + total - 4, crc32c(ByteView(entry, total).subspan(total - 24, 20)));
    at += total;
  }
}

using States = std::vector<std::pair<PartitionId, std::vector<std::byte>>>;

States states_of(const LoadedCheckpoints& loaded) {
  States states;
  for (const LoadedCheckpoint& one : loaded.partitions) states.emplace_back(one.partition, std::vector<std::byte>(one.state.begin(), one.state.end()));
  return states;
}

void run(std::vector<std::byte> file) {
  runtime::MemoryFileSystem files(64u << 20);
  SilentLogger logger;
  WHARF_ASSERT(files.create_folders("checkpoints").has_value());
  {
    auto stored = *files.open(fmt::format("checkpoints/{:020}.checkpoint", 3), runtime::OpenMode::kCreate);
    WHARF_ASSERT(stored->write_at(0, file).has_value());
  }
  Result<Checkpoints::Opened> opened = Checkpoints::open(files, "checkpoints", logger);
  if (!opened) return;
  States states = states_of(*opened->loaded);
  WHARF_ASSERT(std::ranges::is_sorted(states, {}, [](const auto& one) { return one.first; }));

  PartitionId added;
  added.topic.bytes.fill(0xFE);
  std::erase_if(states, [&](const auto& one) { return one.first == added; });
  std::vector<std::byte> state(5, std::byte{9});
  PartitionCheckpoint entry{added, ByteView(state)};
  WHARF_ASSERT(opened->checkpoints->append(std::span(&entry, 1), std::nullopt).has_value());
  Result<Checkpoints::Opened> again = Checkpoints::open(files, "checkpoints", logger);
  WHARF_ASSERT(again.has_value() && again->loaded->damage.empty());
  States after = states_of(*again->loaded);
  std::erase_if(after, [&](const auto& one) { return one.first == added; });
  WHARF_ASSERT(after == states && again->loaded->partitions.size() == states.size() + 1);
  WHARF_ASSERT(again->loaded->floors.all == opened->loaded->floors.all);
}

}  // namespace
}  // namespace wharf::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  wharf::ByteView bytes = std::as_bytes(std::span(data, size));
  std::vector<std::byte> file(bytes.begin() + 1, bytes.end());
  if (bytes[0] != std::byte{0}) wharf::log::mend(file);
  wharf::log::run(std::move(file));
  return 0;
}
