// The examples of docs/formats.md are what the code writes. A failure prints what must stand there.
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "log/checkpoint_format.hpp"
#include "log/data_folder_files.hpp"
#include "log/wal_buffer.hpp"
#include "log/wal_format.hpp"

namespace wharf::log {
namespace {

/// As `hexdump -C` prints it: sixteen bytes a line, a line like the one before as '*'.
std::string hex_dump(ByteView bytes) {
  std::string text;
  bool starred = false;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    ByteView line = bytes.subspan(at, std::min<std::size_t>(16, bytes.size() - at));
    if (at > 0 && line.size() == 16 && std::ranges::equal(line, bytes.subspan(at - 16, 16))) {
      if (!starred) text += "*\n";
      starred = true;
      continue;
    }
    starred = false;
    text += fmt::format("{:08x} ", at);
    for (std::size_t i = 0; i < line.size(); ++i) text += fmt::format("{}{:02x}", i == 8 ? "  " : " ", std::to_integer<unsigned>(line[i]));
    text += '\n';
  }
  return text + fmt::format("{:08x}\n", bytes.size());
}

void expect_documented(ByteView bytes) {
  std::ifstream file("../../docs/formats.md");
  std::string document{std::istreambuf_iterator<char>(file), {}};
  std::string example = hex_dump(bytes);
  EXPECT_NE(document.find(example), std::string::npos) << example;
}

PartitionId example_partition() {
  PartitionId id;
  for (std::size_t i = 0; i < id.topic.bytes.size(); ++i) id.topic.bytes[i] = static_cast<std::uint8_t>(0xA0 + i);
  id.index = PartitionIndex{3};
  return id;
}

TEST(Documents, TheExampleOfABlockOfTheWriteAheadLog) {
  WalBuffer buffer;
  buffer.append({.partition = example_partition(), .leader_epoch = LeaderEpoch{2}, .base_offset = Offset{100}, .next_offset = Offset{101}},
                as_bytes("batches!"));
  buffer.close_block();
  std::vector<MutableBytes> parts;
  buffer.collect(0, 1, parts);
  auto block = parts[0].first<kWalBlockBytes>();
  seal_wal_block(block, {.sequence = WalSequence{9}, .previous = WalSequence{7}, .previous_blocks = 4096, .shard = ShardIndex{1},
                         .file_blocks = 4096, .block = 5, .flush_begin = 5, .flush_blocks = 1});
  expect_documented(block);
}

TEST(Documents, TheExampleOfACheckpointFile) {
  std::vector<std::byte> file;
  encode_checkpoint_file_header({.generation = 4, .synced_bytes = 32}, file);
  encode_checkpoint_entry({.kind = StoredCheckpointKind::kState, .partition = example_partition(), .append_begin = 32, .state = as_bytes("state")}, file);
  expect_documented(file);
}

TEST(Documents, TheExampleOfMeta) {
  FolderMeta meta{.cluster_id = {}, .node_id = NodeId{1}};
  for (std::size_t i = 0; i < meta.cluster_id.bytes.size(); ++i) meta.cluster_id.bytes[i] = static_cast<std::uint8_t>(0xC0 + i);
  expect_documented(encode_meta(meta));
}

TEST(Documents, TheExampleOfACleanShutdown) {
  expect_documented(encode_clean_shutdown({.checkpoint = {.generation = 4, .size = 112}, .last_wal_sequence = WalSequence{9}}));
}

}  // namespace
}  // namespace wharf::log
