#include "log/owned_batches.hpp"

#include <cstring>
#include <utility>

#include "model/byte_order.hpp"
#include "model/record_batch.hpp"

namespace wharf::log {
namespace {

std::shared_ptr<std::byte[]> copy_of(ByteView bytes) {
  auto copy = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  std::memcpy(copy.get(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace

std::optional<MessageNumber> OwnedBatches::number() const {
  if (bytes.size() < kBatchHeaderBytes) return std::nullopt;
  ProducerId sender(load_big_endian<std::int64_t>(bytes.data() + batch_field::kProducerId));
  if (!numbers_messages(sender)) return std::nullopt;
  return MessageNumber{sender, load_big_endian<std::int32_t>(bytes.data() + batch_field::kBaseSequence),
                       ProducerEpoch(load_big_endian<std::int16_t>(bytes.data() + batch_field::kProducerEpoch))};
}

void OwnedBatches::set_number(const MessageNumber& number) {
  set_producer(bytes, number.sender, number.epoch, number.number);
}

ByteView OwnedBatches::header_apart() const {
  return own_header ? ByteView(own_header.get(), kBatchHeaderBytes) : ByteView();
}

MutableBytes OwnedBatches::stamped_part() {
  return own_header ? MutableBytes(own_header.get(), kBatchHeaderBytes) : bytes;
}

void OwnedBatches::unshare() {
  if (!is_shared) return;
  owner = copy_of(bytes);
  bytes = {owner.get(), bytes.size()};
  is_shared = false;
}

void OwnedBatches::separate_header() {
  if (is_shared && bytes.size() >= kBatchHeaderBytes) own_header = copy_of(bytes.first(kBatchHeaderBytes));
}

OwnedBatches own(std::vector<std::byte> batches) {
  auto kept = std::make_shared<std::vector<std::byte>>(std::move(batches));
  MutableBytes bytes(*kept);
  return {.owner = std::shared_ptr<std::byte[]>(std::move(kept), bytes.data()), .bytes = bytes, .prepared = true};
}

OwnedBatches share(std::vector<std::byte> batch) {
  OwnedBatches shared = own(std::move(batch));
  shared.is_shared = true;
  return shared;
}

}  // namespace wharf::log
