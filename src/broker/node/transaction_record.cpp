#include "broker/node/transaction_record.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "model/record_batch_builder.hpp"
#include "queue/core/range_bytes.hpp"

namespace wharf::broker {
namespace {

using queue::put_number;

constexpr std::uint8_t kVersion = 1;

enum class Kind : std::uint8_t { kBegins = 1, kQueue, kLog, kDelays, kSettled, kCancelled };

struct Encoded {
  std::vector<std::byte> key;
  std::optional<ByteView> value;
};

std::vector<std::byte> key_of(Kind kind) {
  return {static_cast<std::byte>(kind)};
}

void put_id(std::vector<std::byte>& to, const Uuid& id) {
  ByteView bytes = std::as_bytes(std::span(id.bytes));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

Uuid take_id(FieldCursor& fields) {
  Uuid id;
  std::ranges::copy(fields.bytes(id.bytes.size()), std::as_writable_bytes(std::span(id.bytes)).begin());
  return id;
}

Encoded encode(const TransactionBegins&) {
  Encoded encoded{key_of(Kind::kBegins), {}};
  encoded.key.push_back(std::byte{kVersion});
  return encoded;
}

Encoded encode(const SentToQueue& sent) {
  Encoded encoded{key_of(Kind::kQueue), {}};
  if (!sent.batch.empty()) encoded.value = sent.batch;
  put_id(encoded.key, sent.queue);
  encoded.key.push_back(std::byte{sent.level});
  put_number(encoded.key, static_cast<std::int64_t>(sent.messages));
  put_number(encoded.key, static_cast<std::int64_t>(sent.body_bytes));
  encoded.key.push_back(sent.expiring ? std::byte{1} : std::byte{0});
  return encoded;
}

Encoded encode(const SentToLog& sent) {
  Encoded encoded{key_of(Kind::kLog), sent.batch};
  put_id(encoded.key, sent.partition.topic);
  put_number(encoded.key, sent.partition.index.value);
  return encoded;
}

Encoded encode(const SentToDelays& sent) {
  Encoded encoded{key_of(Kind::kDelays), sent.batch};
  std::vector<std::byte> envelope = queue::encode(sent.envelope);
  encoded.key.insert(encoded.key.end(), envelope.begin(), envelope.end());
  return encoded;
}

Encoded encode(const SettledMessages& settled) {
  const queue::Settlement& messages = settled.messages;
  Encoded encoded{key_of(Kind::kSettled), {}};
  put_id(encoded.key, settled.queue);
  encoded.key.push_back(std::byte{messages.first.level});
  put_number(encoded.key, messages.first.offset.value);
  put_number(encoded.key, messages.last.value - messages.first.offset.value);
  encoded.key.push_back(messages.verdict == queue::Verdict::kReject ? std::byte{1} : std::byte{0});
  return encoded;
}

Encoded encode(const TransactionCancelled& cancelled) {
  Encoded encoded{key_of(Kind::kCancelled), {}};
  put_number(encoded.key, cancelled.begins.value);
  return encoded;
}

void append(BatchBuilder& builder, const TransactionRecord& record, Timestamp now) {
  Encoded encoded = std::visit([](const auto& one) { return encode(one); }, record);
  builder.append({.timestamp = now, .key = encoded.key, .value = encoded.value, .headers = {}});
}

bool outlives_crash(queue::Verdict verdict) {
  return verdict == queue::Verdict::kDone || verdict == queue::Verdict::kReject;
}

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, fmt::format("a transaction's record {}", what));
}

Result<TransactionRecord> decode_begins(FieldCursor& key) {
  std::uint8_t version = key.byte();
  if (!key.failed() && version != kVersion)
    return fail(ErrorCode::kUnsupportedVersion, fmt::format("a transaction has version {}", version));
  return TransactionBegins{};
}

TransactionRecord decode_queue(FieldCursor& key, ByteView batch) {
  SentToQueue sent{.queue = take_id(key), .level = key.byte(), .batch = batch};
  sent.messages = static_cast<std::uint64_t>(key.varlong());
  sent.body_bytes = static_cast<std::uint64_t>(key.varlong());
  sent.expiring = key.byte() != 0;
  return sent;
}

TransactionRecord decode_log(FieldCursor& key, ByteView batch) {
  TopicId topic = take_id(key);
  return SentToLog{{topic, PartitionIndex(key.varint())}, batch};
}

Result<TransactionRecord> decode_delays(FieldCursor& key, ByteView batch) {
  Result<queue::ScheduleEnvelope> envelope = queue::decode_envelope(key.bytes(static_cast<std::int64_t>(key.left())));
  if (!envelope) return fail(envelope.error());
  return SentToDelays{std::move(*envelope), batch};
}

Result<TransactionRecord> decode_settled(FieldCursor& key) {
  SettledMessages settled{.queue = take_id(key), .messages = {}};
  settled.messages.first.level = key.byte();
  std::int64_t first = key.varlong(), more = key.varlong();
  settled.messages.verdict = key.byte() == 0 ? queue::Verdict::kDone : queue::Verdict::kReject;
  if (!queue::is_plausible_offset(first) || more < 0 || more > queue::kMostOffset - first)
    return malformed("settles what cannot be there");
  settled.messages.first.offset = Offset(first);
  settled.messages.last = Offset(first + more);
  return settled;
}

Result<TransactionRecord> decode(FieldCursor& key, ByteView value) {
  switch (static_cast<Kind>(key.byte())) {
    case Kind::kBegins:
      return decode_begins(key);
    case Kind::kQueue:
      return decode_queue(key, value);
    case Kind::kLog:
      return decode_log(key, value);
    case Kind::kDelays:
      return decode_delays(key, value);
    case Kind::kSettled:
      return decode_settled(key);
    case Kind::kCancelled:
      return TransactionCancelled{Offset(key.varlong())};
  }
  return malformed("is of no kind that there is");
}

}  // namespace

std::vector<TransactionRecord> records_of(const TransactionParts& parts) {
  std::vector<TransactionRecord> records;
  const std::byte* before = nullptr;
  for (const EnqueuePart& part : parts.sends.queues) {
    const queue::Incoming& sent = part.messages;
    if (!sent.persistent) continue;
    ByteView batch = sent.batch.bytes;
    if (std::exchange(before, batch.data()) == batch.data()) batch = {};
    records.push_back(SentToQueue{part.queue.id, sent.level, sent.messages, sent.body_bytes, sent.expiring, batch});
  }
  for (const PublishPart& part : parts.sends.logs) records.push_back(SentToLog{part.partition, part.batches.bytes});
  for (const Delayed& part : parts.sends.delayed) {
    if (part.persistent) records.push_back(SentToDelays{part.envelope, part.batch});
  }
  for (const SettledPart& part : parts.settled) {
    for (const queue::Settlement& one : part.settlements) {
      if (outlives_crash(one.verdict)) records.push_back(SettledMessages{part.queue.id, one});
    }
  }
  return records;
}

Result<std::vector<std::byte>> encode_transaction(const std::vector<TransactionRecord>& records, Timestamp now) {
  BatchBuilder builder{BatchOptions{}};
  append(builder, TransactionBegins{}, now);
  for (const TransactionRecord& one : records) append(builder, one, now);
  return builder.finish();
}

std::vector<std::byte> encode_cancellation(Offset begins, Timestamp now) {
  BatchBuilder builder{BatchOptions{}};
  append(builder, TransactionCancelled{begins}, now);
  Result<std::vector<std::byte>> batch = builder.finish();
  WHARF_ASSERT(batch);  // a few bytes
  return std::move(*batch);
}

Result<TransactionRecord> decode_transaction_record(const Record& record) {
  if (!record.key) return malformed("has no key");
  FieldCursor key(*record.key);
  Result<TransactionRecord> decoded = decode(key, record.value.value_or(ByteView()));
  if (decoded && (key.failed() || key.left() > 0)) return malformed("is longer or shorter than its fields");
  return decoded;
}

}  // namespace wharf::broker
