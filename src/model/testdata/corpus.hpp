#pragma once
// The records in the golden files, for the tests of this room and its neighbours: the same as in
// tests/codec/records-java (Corpus.java), which wrote the files with Kafka's own classes.
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/record.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::corpus {

inline constexpr std::int64_t kTime = 1'700'000'000'000;
inline constexpr Timestamp kAppendTime{kTime + 5'000};

using Text = std::optional<std::string>;

/// A record with memory of its own.
struct OwnedRecord {
  std::int64_t timestamp_ms = -1;
  Text key;
  Text value;
  std::vector<std::pair<std::string, Text>> headers;
  friend bool operator==(const OwnedRecord&, const OwnedRecord&) = default;
};

inline std::vector<OwnedRecord> few(bool headers) {
  std::vector<std::pair<std::string, Text>> some = {{"trace", "abc"}, {"empty", ""}, {"null", std::nullopt}};
  if (!headers) some.clear();
  return {{kTime, "key-0", "the first value", some},
          {kTime + 5, std::nullopt, "a value without a key", {}},
          {kTime + 3, "key-2", std::nullopt, {}},
          {kTime + 9, "", "", {}},
          {kTime - 4, "key-0", std::string(200, 'x'), {}}};
}

inline std::vector<OwnedRecord> many() {
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 300; ++i) {
    std::string value = "value " + std::to_string(i) + ' ';
    for (int j = 0; j < i % 17 * 4; ++j) value += "abcdefgh";
    records.push_back({kTime + i, "key-" + std::to_string(i % 10), std::move(value), {}});
  }
  return records;
}

inline std::optional<ByteView> view_of(const Text& text) {
  return text ? std::optional(as_bytes(*text)) : std::nullopt;
}
inline Text own(const std::optional<ByteView>& view) {
  return view ? Text(as_text(*view)) : std::nullopt;
}

inline void append(BatchBuilder& builder, Offset offset, const OwnedRecord& record) {
  std::vector<RecordHeader> headers;
  for (const auto& [key, value] : record.headers) headers.push_back({key, view_of(value)});
  builder.append_at(offset, {.timestamp = Timestamp{record.timestamp_ms},
                             .key = view_of(record.key),
                             .value = view_of(record.value),
                             .headers = headers});
}

inline Result<std::vector<std::byte>> build(const BatchOptions& options, const std::vector<OwnedRecord>& records) {
  BatchBuilder builder(options);
  for (const OwnedRecord& record : records) append(builder, builder.next_offset(), record);
  return builder.finish();
}

/// All records of the one batch in `batch`, with their offsets.
inline Result<std::vector<std::pair<Offset, OwnedRecord>>> read_all(ByteView batch, std::size_t limit) {
  Result<BatchView> view = read_batch(batch);
  if (!view) return fail(view.error());
  Result<OpenedBatch> opened = OpenedBatch::open(*view, limit);
  if (!opened) return fail(opened.error());
  std::vector<std::pair<Offset, OwnedRecord>> records;
  RecordReader reader = opened->reader();
  Record record;
  while (true) {
    Result<bool> got = reader.next(record);
    if (!got) return fail(got.error());
    if (!*got) return records;
    OwnedRecord owned{record.timestamp.ms, own(record.key), own(record.value), {}};
    for (RecordHeader header : record.headers) owned.headers.emplace_back(header.key, own(header.value));
    records.emplace_back(record.offset, std::move(owned));
  }
}

/// `records` as read_all() gives them from offset `base` on.
inline std::vector<std::pair<Offset, OwnedRecord>> at_offsets(Offset base, std::vector<OwnedRecord> records) {
  std::vector<std::pair<Offset, OwnedRecord>> placed;
  for (OwnedRecord& record : records)
    placed.emplace_back(base.plus(static_cast<std::int64_t>(placed.size())), std::move(record));
  return placed;
}

/// A golden file of the room whose test runs: tests run in their room's folder. Empty if it is not there.
inline std::vector<std::byte> golden(const std::string& name) {
  std::ifstream file("testdata/" + name, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace wharf::corpus
