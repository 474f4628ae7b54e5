#include "protocols/kafka/legacy/upconvert.hpp"

#include <optional>

#include "model/record_batch_builder.hpp"
#include "protocols/kafka/legacy/lz4_header.hpp"
#include "protocols/kafka/legacy/message.hpp"

namespace wharf::kafka::legacy {
namespace {

/// What all records of a batch share, so a run of messages ends where it changes.
struct BatchKind {
  Magic magic;
  std::optional<Timestamp> append_time;
  friend bool operator==(const BatchKind&, const BatchKind&) = default;
};

BatchKind kind_of(const Message& message) {
  bool append_time = message.timestamp_type == TimestampType::kLogAppendTime;
  return {message.magic, append_time ? std::optional(message.timestamp) : std::nullopt};
}

std::unexpected<Error> invalid(const char* why) {
  return fail(ErrorCode::kInvalidRecord, why);
}

Result<std::vector<std::byte>> unwrap(const Message& wrapper, std::size_t limit) {
  if (!wrapper.value) return invalid("a compressed message set without a value");
  if (wrapper.compression != Compression::kLz4 || wrapper.magic != Magic::kV0)
    return decompress(wrapper.compression, *wrapper.value, limit);
  std::vector<std::byte> frame(wrapper.value->begin(), wrapper.value->end());
  if (Result<void> set = set_lz4_header_checksum(frame, Lz4Checksum::kStandard); !set) return fail(set.error());
  return decompress(Compression::kLz4, frame, limit);
}

class Upconverter {
 public:
  explicit Upconverter(std::size_t limit) : limit_left_(limit) {}

  Result<void> add(const Message& message) {
    if (message.compression != Compression::kNone) {
      if (Result<void> ended = end_run(); !ended) return ended;
      return add_wrapper(message);
    }
    BatchKind kind = kind_of(message);
    if (run_ && kind != run_kind_) {
      if (Result<void> ended = end_run(); !ended) return ended;
    }
    if (!run_) run_.emplace(BatchOptions{.log_append_time = kind.append_time});
    run_kind_ = kind;
    append(*run_, message);
    return {};
  }

  Result<std::vector<std::byte>> finish() {
    if (Result<void> ended = end_run(); !ended) return fail(ended.error());
    return std::move(batches_);
  }

 private:
  static void append(BatchBuilder& builder, const Message& message) {
    builder.append({.timestamp = message.timestamp, .key = message.key, .value = message.value, .headers = {}});
  }

  Result<void> add_wrapper(const Message& wrapper) {
    Result<std::vector<std::byte>> set = unwrap(wrapper, limit_left_);
    if (!set) return fail(std::move(set.error()));
    limit_left_ -= set->size();
    BatchBuilder builder({.compression = wrapper.compression, .log_append_time = kind_of(wrapper).append_time});
    MessageReader inner(*set);
    Message message;
    while (true) {
      Result<bool> got = inner.next(message);
      if (!got) return fail(std::move(got.error()));
      if (!*got) break;
      if (message.magic != wrapper.magic)
        return invalid("a compressed message set with messages of another format inside");
      if (message.compression != Compression::kNone)
        return invalid("a compressed message set inside a compressed message set");
      append(builder, message);
    }
    if (builder.record_count() == 0) return invalid("a compressed message set with no message inside");
    // 0 is what some versions of librdkafka send.
    if (wrapper.magic == Magic::kV1 && wrapper.offset != Offset(0) && wrapper.offset < message.offset) {
      return invalid("a compressed message set with an offset below its last message's");
    }
    return add_batch(builder);
  }

  Result<void> end_run() {
    if (!run_) return {};
    Result<void> added = add_batch(*run_);
    run_.reset();
    return added;
  }

  Result<void> add_batch(BatchBuilder& builder) {
    Result<std::vector<std::byte>> batch = builder.finish();
    if (!batch) return fail(std::move(batch.error()));
    if (batches_.empty())
      batches_ = std::move(*batch);
    else
      batches_.insert(batches_.end(), batch->begin(), batch->end());
    return {};
  }

  std::size_t limit_left_;
  std::vector<std::byte> batches_;
  std::optional<BatchBuilder> run_;
  BatchKind run_kind_{};
};

}  // namespace

Result<std::vector<std::byte>> upconvert(ByteView message_set, std::size_t limit) {
  Upconverter upconverter(limit);
  MessageReader reader(message_set);
  Message message;
  while (true) {
    Result<bool> got = reader.next(message);
    if (!got) return fail(std::move(got.error()));
    if (!*got) return upconverter.finish();
    if (Result<void> added = upconverter.add(message); !added) return fail(std::move(added.error()));
  }
}

}  // namespace wharf::kafka::legacy
