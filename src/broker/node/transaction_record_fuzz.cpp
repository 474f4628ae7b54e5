// Records of the journal of transactions, from any bytes: no crash, and what reads is written again as the same.
#include <algorithm>
#include <cstdint>

#include "broker/node/transaction_record.hpp"
#include "model/error.hpp"
#include "model/record_batch_reader.hpp"

using namespace wharf;          // NOLINT
using namespace wharf::broker;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ByteView bytes = std::as_bytes(std::span(data, size)).subspan(1);
  std::size_t key_size = std::min<std::size_t>(data[0], bytes.size());
  Record record;
  record.key = bytes.first(key_size);
  record.value = bytes.subspan(key_size);
  Result<TransactionRecord> decoded = decode_transaction_record(record);
  if (!decoded || std::holds_alternative<TransactionCancelled>(*decoded)) return 0;
  Result<std::vector<std::byte>> written = encode_transaction({*decoded}, Timestamp{0});
  WHARF_ASSERT(written);
  Result<BatchView> batch = read_batch(*written);
  WHARF_ASSERT(batch);
  RecordReader reader(batch->header, batch->records());
  Record again;
  WHARF_ASSERT(*reader.next(again) && *reader.next(again));  // behind the one that begins it
  Result<TransactionRecord> twice = decode_transaction_record(again);
  WHARF_ASSERT(twice && twice->index() == decoded->index());
  return 0;
}
