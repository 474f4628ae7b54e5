#include "queue/shell/message_window.hpp"

#include "model/compression.hpp"

namespace wharf::queue {
namespace {

/// The records of a batch, and what they are in where they had to be decompressed.
struct Kept {
  SharedBytes records;
  std::vector<std::byte> decompressed;
  ByteView plain() const { return decompressed.empty() ? records.view() : ByteView(decompressed); }
};

Result<Kept> open_records(const BatchHeader& header, SharedBytes records) {
  Kept kept{.records = std::move(records), .decompressed = {}};
  if (header.compression == Compression::kNone || header.record_count == 0) return kept;
  Result<std::vector<std::byte>> plain = decompress(header.compression, kept.records.view(), kMostInflatedBytes);
  if (!plain) return fail(std::move(plain.error()));
  kept.decompressed = std::move(*plain);
  return kept;
}

}  // namespace

void MessageWindow::fill(Offset from, std::vector<SharedBytes> batches) {
  clear();
  from_ = from;
  for (SharedBytes& run : batches) batches_.push_back(std::move(run));
}

void MessageWindow::clear() {
  batches_.clear();
  messages_.clear();
  at_ = 0;
}

Result<const LoadedMessage*> MessageWindow::find(Offset offset) {
  if (offset < from_) return nullptr;
  from_ = offset;
  while (true) {
    while (at_ < messages_.size() && messages_[at_].record.offset < offset) ++at_;
    if (at_ < messages_.size()) {
      return &messages_[at_];
    }
    Result<bool> opened = open_next();
    if (!opened) return fail(opened.error());
    if (!*opened) return nullptr;
  }
}

/// Takes the batch at the front: its records. They are the next piece where the header is a piece of its own.
Result<SharedBytes> MessageWindow::take_records(const BatchHeader& header) {
  SharedBytes run = std::move(batches_.front());
  batches_.pop_front();
  std::size_t size = header.size_bytes - kBatchHeaderBytes;
  if (run.size() == kBatchHeaderBytes && size > 0 && !batches_.empty()) {
    run = std::move(batches_.front());
    batches_.pop_front();
  } else {
    run = run.slice(kBatchHeaderBytes, run.size() - kBatchHeaderBytes);
  }
  if (run.size() < size) {
    batches_.clear();
    return fail(ErrorCode::kCorruptMessage, "a batch is cut off");
  }
  if (run.size() > size) batches_.push_front(run.slice(size, run.size() - size));
  return run.slice(0, size);
}

/// Opens the batch that follows; false: there is none.
Result<bool> MessageWindow::open_next() {
  messages_.clear();
  at_ = 0;
  if (batches_.empty()) return false;
  Result<BatchHeader> header = read_batch_header(batches_.front().view());
  if (!header) {  // how many it has is not known
    failed_first_ = from_;
    failed_next_ = from_.plus(1);
    batches_.clear();
    return fail(header.error());
  }
  failed_first_ = header->base_offset;
  failed_next_ = header->next_offset();
  Result<SharedBytes> records = take_records(*header);
  if (!records) return fail(records.error());
  if (header->is_control) return true;
  Result<Kept> opened = open_records(*header, std::move(*records));
  if (!opened) return fail(opened.error());
  auto kept = std::make_shared<Kept>(std::move(*opened));
  RecordReader reader(*header, kept->plain());
  Record record;
  while (true) {
    Result<bool> next = reader.next(record);
    if (!next) return fail(next.error());
    if (!*next) return true;
    messages_.push_back({kept, record});
  }
}

}  // namespace wharf::queue
