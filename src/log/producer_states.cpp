#include "log/producer_states.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "log/stored_numbers.hpp"

namespace wharf::log {
namespace {

/// Sequences wrap from 2^31 - 1 to 0.
bool follows(std::int32_t last, std::int32_t first) {
  constexpr std::int32_t kLast = std::numeric_limits<std::int32_t>::max();
  return last == kLast ? first == 0 : first == last + 1;
}

std::unexpected<Error> out_of_order(const BatchHeader& header, std::string_view why) {
  return fail(ErrorCode::kOutOfOrderSequence, fmt::format("producer {} epoch {} sent sequence {}: {}", header.producer_id.value,
                                                          header.producer_epoch.value, header.base_sequence, why));
}

}  // namespace

const ProducerStates::StoredBatch* ProducerStates::Producer::find(std::int32_t first_sequence, std::int32_t last_sequence_) const {
  for (std::size_t i = 0; i < batches; ++i) {
    if (last[i].first_sequence == first_sequence && last[i].last_sequence == last_sequence_) return &last[i];
  }
  return nullptr;
}

void ProducerStates::Producer::remember(const StoredBatch& batch) {
  if (batches == kRememberedBatches) {
    std::move(last.begin() + 1, last.end(), last.begin());
    --batches;
  }
  last[batches++] = batch;
}

Result<std::optional<ProducerStates::StoredBatch>> ProducerStates::check(const BatchHeader& header) const {
  if (!header.has_producer_id() || header.is_control) return std::nullopt;
  auto known = producers_.find(header.producer_id);
  if (known == producers_.end()) return std::nullopt;
  const Producer& producer = known->second;
  if (numbers_messages(header.producer_id)) {
    std::optional<StoredBatch> kept = kept_as({header.producer_id, header.base_sequence, header.producer_epoch});
    if (!kept && producer.refused && header.producer_epoch <= producer.epoch) return out_of_order(header, "one of its messages before was refused");
    return kept;
  }
  if (header.producer_epoch < producer.epoch) {
    return fail(ErrorCode::kInvalidProducerEpoch, fmt::format("producer {} has epoch {} here, not {}", header.producer_id.value,
                                                              producer.epoch.value, header.producer_epoch.value));
  }
  if (header.producer_epoch > producer.epoch) {
    if (header.base_sequence != 0) return out_of_order(header, "a new epoch begins at 0");
    return std::nullopt;
  }
  if (const StoredBatch* stored = producer.find(header.base_sequence, header.last_sequence())) return *stored;
  if (producer.batches > 0 && !follows(producer.last_sequence(), header.base_sequence)) {
    return out_of_order(header, fmt::format("its last one here was {}", producer.last_sequence()));
  }
  return std::nullopt;
}

std::optional<ProducerStates::StoredBatch> ProducerStates::kept_as(const MessageNumber& number) const {
  auto known = producers_.find(number.sender);
  if (known == producers_.end() || known->second.batches == 0) return std::nullopt;
  const StoredBatch& last = known->second.last[known->second.batches - 1u];
  return number.number <= last.last_sequence ? std::optional(last) : std::nullopt;
}

void ProducerStates::refuse(const MessageNumber& number, Timestamp now) {
  Producer& producer = producers_[number.sender];
  producer.epoch = std::max(producer.epoch, number.epoch);
  producer.refused = true;
  producer.last_seen = now;
}

void ProducerStates::take(const BatchHeader& header, Timestamp now) {
  if (!header.has_producer_id()) return;
  Producer& producer = producers_[header.producer_id];
  if (header.producer_epoch != producer.epoch) {
    producer.epoch = header.producer_epoch;
    producer.refused = false;
    if (!numbers_messages(header.producer_id)) producer.batches = 0;  // numbers go on
  }
  // A replay may begin before what a checkpoint remembers.
  if (producer.batches > 0 && header.base_offset < producer.last[producer.batches - 1u].next) return;
  producer.last_seen = now;
  producer.last_timestamp = header.max_timestamp;
  if (header.is_control) return;  // a marker fences older epochs, but has no sequence
  std::int32_t last = numbers_messages(header.producer_id) ? header.base_sequence : header.last_sequence();
  producer.remember({header.base_sequence, last, header.base_offset, header.next_offset()});
}

void ProducerStates::expire(Timestamp before) {
  std::erase_if(producers_, [before](const auto& entry) { return entry.second.last_seen < before; });
}

void ProducerStates::forget_from(Offset log_end) {
  for (auto& [id, producer] : producers_) {
    while (producer.batches > 0 && producer.last[producer.batches - 1u].next > log_end) --producer.batches;
  }
}

std::vector<std::pair<ProducerId, Offset>> ProducerStates::last_batches() const {
  std::vector<std::pair<ProducerId, Offset>> last;
  for (const auto& [id, producer] : producers_) {
    if (producer.batches > 0) last.emplace_back(id, producer.last[producer.batches - 1u].first);
  }
  return last;
}

std::vector<ProducerSummary> ProducerStates::summaries() const {
  std::vector<ProducerSummary> rows;
  rows.reserve(producers_.size());
  for (const auto& [id, producer] : producers_) {
    rows.push_back({id, producer.epoch, producer.last_sequence(), producer.last_timestamp});
  }
  return rows;
}

void ProducerStates::encode(std::vector<std::byte>& into) const {
  put_number(into, static_cast<std::int32_t>(producers_.size()));
  for (const auto& [id, producer] : producers_) {
    put_number(into, id.value);
    put_number(into, producer.epoch.value);
    put_number(into, producer.last_seen.ms);
    put_number(into, producer.last_timestamp.ms);
    put_number(into, static_cast<std::int8_t>(producer.batches));
    for (std::size_t i = 0; i < producer.batches; ++i) {
      put_number(into, producer.last[i].first_sequence);
      put_number(into, producer.last[i].last_sequence);
      put_number(into, producer.last[i].first.value);
      put_number(into, producer.last[i].next.value);
    }
  }
}

Result<ProducerStates> ProducerStates::decode(ByteView& from) {
  constexpr std::size_t kProducerBytes = 27;
  constexpr std::size_t kBatchBytes = 24;
  const auto cut = [] { return fail(ErrorCode::kDamaged, "the stored producer states are cut"); };
  auto count = take_number<std::int32_t>(from);
  if (!count || *count < 0 || static_cast<std::size_t>(*count) > from.size() / kProducerBytes) return cut();
  ProducerStates states;
  for (std::int32_t i = 0; i < *count; ++i) {
    if (from.size() < kProducerBytes) return cut();
    ProducerId id{*take_number<std::int64_t>(from)};
    Producer producer;
    producer.epoch = ProducerEpoch{*take_number<std::int16_t>(from)};
    producer.last_seen = Timestamp{*take_number<std::int64_t>(from)};
    producer.last_timestamp = Timestamp{*take_number<std::int64_t>(from)};
    auto batches = static_cast<std::uint8_t>(*take_number<std::int8_t>(from));
    if (batches > kRememberedBatches || from.size() < batches * kBatchBytes) return cut();
    for (std::uint8_t batch = 0; batch < batches; ++batch) {
      StoredBatch stored;
      stored.first_sequence = *take_number<std::int32_t>(from);
      stored.last_sequence = *take_number<std::int32_t>(from);
      stored.first = Offset{*take_number<std::int64_t>(from)};
      stored.next = Offset{*take_number<std::int64_t>(from)};
      producer.remember(stored);
    }
    states.producers_.insert_or_assign(id, producer);
  }
  return states;
}

}  // namespace wharf::log
