#include "queue/shell/message_window.hpp"

namespace wharf::queue {
namespace {

/// No more than this is decompressed of one batch that came from a Kafka producer.
constexpr std::size_t kMostInflatedBytes = 128u << 20;

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

/// Opens the batch that follows; false: there is none.
Result<bool> MessageWindow::open_next() {
  messages_.clear();
  at_ = 0;
  if (batches_.empty()) return false;
  SharedBytes& run = batches_.front();
  Result<BatchView> batch = read_batch(run.view());
  if (!batch) {
    batches_.clear();
    return fail(batch.error());
  }
  failed_first_ = batch->header.base_offset;
  failed_next_ = batch->header.next_offset();
  std::size_t size = batch->bytes.size();
  SharedBytes bytes = run.slice(0, size);
  if (size == run.size()) {
    batches_.pop_front();
  } else {
    run = run.slice(size, run.size() - size);
  }
  if (batch->header.is_control) return true;
  batch = read_batch(bytes.view());
  Result<OpenedBatch> opened = OpenedBatch::open(*batch, kMostInflatedBytes);
  if (!opened) return fail(opened.error());
  struct Kept {
    SharedBytes bytes;
    OpenedBatch batch;
  };
  auto kept = std::make_shared<Kept>(std::move(bytes), std::move(*opened));
  RecordReader reader = kept->batch.reader();
  Record record;
  while (true) {
    Result<bool> next = reader.next(record);
    if (!next) return fail(next.error());
    if (!*next) return true;
    messages_.push_back({kept, record});
  }
}

}  // namespace wharf::queue
