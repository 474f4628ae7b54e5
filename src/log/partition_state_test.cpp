#include "log/partition_state.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "log/index_builder.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::log {
namespace {

PartitionState example() {
  PartitionState state;
  for (std::size_t i = 0; i < state.id.topic.bytes.size(); ++i) state.id.topic.bytes[i] = static_cast<std::uint8_t>(0xa0 + i);
  state.id.index = PartitionIndex{3};
  state.log_start = Offset{10};
  state.stored_end = Offset{1000};
  state.has_segment = true;
  state.segment_base = Offset{900};
  state.segment_bytes = 4096;
  state.segment_max = MaxTimestamp{Timestamp{1'767'225'600'000}, Offset{999}};
  state.size_bytes = 65536;
  state.epochs.begin(LeaderEpoch{5}, Offset{10});
  BatchHeader batch;
  batch.producer_id = ProducerId{7};
  batch.producer_epoch = ProducerEpoch{1};
  batch.base_sequence = 20;
  batch.base_offset = Offset{998};
  batch.last_offset_delta = 1;
  batch.max_timestamp = Timestamp{1'767'225'600'000};
  state.producers.take(batch, Timestamp{1'767'225'600'100});
  state.carried = {std::byte{'b'}, std::byte{'a'}, std::byte{'t'}};
  return state;
}

std::vector<std::byte> encoded(const PartitionState& state) {
  std::vector<std::byte> bytes;
  state.encode(bytes);
  return bytes;
}

std::string hex_dump(ByteView bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    text += fmt::format("{:08x} ", at);
    for (std::size_t i = at; i < std::min(at + 16, bytes.size()); ++i) text += fmt::format("{}{:02x}", i % 8 == 0 ? "  " : " ", static_cast<unsigned>(bytes[i])).substr(i % 8 == 0 && i % 16 == 0 ? 1 : 0);
    text += "\n";
  }
  return text;
}

std::string formats_page() {
  std::ifstream file("../../docs/formats.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(PartitionState, TheStoredFormComesBackWhole) {
  std::vector<std::byte> bytes = encoded(example());
  ByteView view = bytes;
  Result<PartitionState> state = PartitionState::decode(view);
  ASSERT_TRUE(state.has_value());
  EXPECT_TRUE(view.empty());
  EXPECT_EQ(encoded(*state), bytes);
  EXPECT_EQ(state->stored_end, Offset{1000});
  EXPECT_EQ(state->epochs.latest(), LeaderEpoch{5});
}

TEST(PartitionState, AnOlderFormCarriesNothing) {
  std::vector<std::byte> bytes = encoded(example());
  bytes[0] = std::byte{1};
  bytes.resize(bytes.size() - 4 - example().carried.size());
  ByteView view = bytes;
  Result<PartitionState> state = PartitionState::decode(view);
  ASSERT_TRUE(state.has_value());
  EXPECT_TRUE(view.empty());
  EXPECT_TRUE(state->carried.empty());
  EXPECT_EQ(state->stored_end, Offset{1000});
}

TEST(PartitionState, CutAndNewerFormsAreRefused) {
  std::vector<std::byte> bytes = encoded(example());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ByteView view = ByteView(bytes).first(length);
    EXPECT_EQ(PartitionState::decode(view).error().code, ErrorCode::kDamaged) << length;
  }
  bytes[0] = std::byte{3};
  ByteView view = bytes;
  EXPECT_EQ(PartitionState::decode(view).error().code, ErrorCode::kUnsupportedVersion);
}

TEST(PartitionState, TheExampleInTheDocumentIsWhatTheCodeWrites) {
  std::string expected = hex_dump(encoded(example()));
  EXPECT_NE(formats_page().find(expected), std::string::npos) << "docs/formats.md should have:\n" << expected;
}

TEST(SegmentFormat, TheExampleInTheDocumentIsWhatTheCodeWrites) {
  BatchBuilder builder({.base_offset = Offset{42}, .leader_epoch = LeaderEpoch{0}});
  NewRecord record{Timestamp{1'767'225'600'000}, as_bytes("k"), as_bytes("value"), {}};
  builder.append_at(Offset{42}, record);
  std::vector<std::byte> batch = *builder.finish();
  std::string document = formats_page();
  for (std::string line; const std::string& expected : {hex_dump(batch), hex_dump(encode_entries(std::vector<OffsetEntry>{{2, 0}}))}) {
    std::istringstream lines(expected);
    while (std::getline(lines, line)) EXPECT_NE(document.find(line), std::string::npos) << "docs/formats.md should have:\n" << expected;
  }
}

TEST(PartitionState, ASealedSegmentStaysSealed) {
  for (bool has_segment : {true, false}) {
    for (bool sealed : {true, false}) {
      PartitionState state;
      state.has_segment = has_segment;
      state.segment_sealed = sealed;
      std::vector<std::byte> bytes = encoded(state);
      ByteView from = bytes;
      Result<PartitionState> decoded = PartitionState::decode(from);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->has_segment, has_segment);
      EXPECT_EQ(decoded->segment_sealed, sealed);
    }
  }
}

}  // namespace
}  // namespace wharf::log
