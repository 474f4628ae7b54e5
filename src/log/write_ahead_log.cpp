#include "log/write_ahead_log.hpp"

#include <algorithm>
#include <utility>

#include "log/storage_error.hpp"

namespace wharf::log {
namespace {

/// A flush of more blocks is sealed on the work pool: the checksum of one takes a third of a microsecond.
constexpr std::uint64_t kMostSealedHere = 128;

/// The blocks of one write, and what they say.
struct Write {
  WalBlockHeader header;  // of the first block
  std::vector<MutableBytes> blocks;

  std::vector<ByteView> seal() {
    std::vector<ByteView> parts;
    parts.reserve(blocks.size());
    for (MutableBytes part : blocks) {
      for (std::size_t at = 0; at < part.size(); at += kWalBlockBytes) {
        seal_wal_block(part.subspan(at).first<kWalBlockBytes>(), header);
        ++header.block;
      }
      parts.emplace_back(part);
    }
    return parts;
  }
};

}  // namespace

WriteAheadLog::WriteAheadLog(runtime::Shard& shard, WalFiles& files, runtime::Logger& logger,
                             WriteAheadLogOptions options)
    : shard_(shard),
      files_(files),
      logger_(logger),
      options_(options),
      writer_(shard, options.io_uring),
      spare_ready_(shard),
      room_(shard),
      tasks_(shard) {
  WHARF_ASSERT(options_.max_files >= 2);
  options_.max_buffered_bytes = std::min<std::size_t>(options_.max_buffered_bytes, bytes_beside_a_full_file() / 2);
  prepare_spare();
}

WriteAheadLog::~WriteAheadLog() {
  WHARF_ASSERT(!writing_ && waiters_.empty());
}

Result<void> WriteAheadLog::admit(std::size_t payload_bytes) const {
  if (closing_) return fail(ErrorCode::kClosed, "the write-ahead log is closed");
  if (refusing_) return fail(*refusing_);
  if (payload_bytes > max_record_bytes()) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a record of {} bytes is too large for the write-ahead log, which takes {}", payload_bytes,
                            max_record_bytes()));
  }
  if (buffer_.bytes() >= options_.max_buffered_bytes) {
    return fail(ErrorCode::kBusy, fmt::format("{} bytes wait for the disk already", buffer_.bytes()));
  }
  return {};
}

Result<WalPosition> WriteAheadLog::append(const WalRecordHeader& header, ByteView payload) {
  if (Result<void> admitted = admit(payload.size()); !admitted) return fail(admitted.error());
  buffer_.append(header, payload);
  return appended();
}

/// A file is kept for the records that were appended before it was full: what comes later must not need it.
bool WriteAheadLog::can_repeat(const OwnedBatches& batches) const {
  bool is_it = !shared_.owner.owner_before(batches.owner) && !batches.owner.owner_before(shared_.owner);
  return is_it && shared_.retired == retired_;
}

Result<WalPosition> WriteAheadLog::append_batches(WalRecordHeader header, const OwnedBatches& batches) {
  ByteView own_header = batches.header_apart();
  if (own_header.empty()) return append(header, batches.bytes);
  if (can_repeat(batches)) {
    header.kind = WalRecordKind::kRepeated;
    return append(header, encode_wal_repeat(shared_.name));
  }
  if (Result<void> admitted = admit(batches.bytes.size()); !admitted) return fail(admitted.error());
  header.kind = WalRecordKind::kShared;
  buffer_.append(header, own_header, batches.bytes.subspan(own_header.size()));
  shared_ = {batches.owner, {header.partition, header.base_offset}, retired_};
  return appended();
}

/// A full file is kept until all is durable that was in memory then, and that must find room in the others: or none is
/// ever free again.
std::uint64_t WriteAheadLog::bytes_beside_a_full_file() const {
  std::uint32_t files = std::max(options_.max_files, 3u) - 2;  // one is full, and one was begun before
  return files * (files_.file_bytes() / kWalBlockBytes) * kWalPayloadBytes;
}

std::size_t WriteAheadLog::max_record_bytes() const {
  return static_cast<std::size_t>(bytes_beside_a_full_file()) - options_.max_buffered_bytes - kWalRecordHeaderBytes;
}

runtime::Task<Result<WalPosition>> WriteAheadLog::flush() {
  WalPosition wanted = appended();
  while (durable() < wanted) {
    if (closing_) co_return fail(ErrorCode::kClosed, "the write-ahead log is closed");
    Result<void> written;
    if (writing_) {
      written = co_await write_end();
    } else {
      written = co_await write_once();
    }
    if (!written) co_return fail(written.error());
  }
  co_return durable();
}

runtime::Task<Result<void>> WriteAheadLog::write_once() {
  writing_ = true;
  Result<void> result = co_await write_next();
  writing_ = false;
  room_.notify();
  for (runtime::Resume<Result<void>>& waiter : std::exchange(waiters_, {})) {
    shard_.post([waiter = std::move(waiter), result]() mutable { std::move(waiter)(std::move(result)); });
  }
  co_return result;
}

runtime::Task<Result<void>> WriteAheadLog::write_next() {
  if (current_ && current_->next_block == current_->file.blocks) retire_current(false);
  if (!current_) {
    Result<void> opened = co_await open_next_file();
    if (!opened) co_return opened;
  }
  buffer_.close_block();
  std::uint64_t count =
      std::min<std::uint64_t>({buffer_.end() - buffer_.begin(), current_->file.blocks - current_->next_block,
                               std::max<std::size_t>(options_.max_write_bytes / kWalBlockBytes, 1)});
  Write write{.header = {.sequence = current_->sequence,
                         .previous = current_->previous,
                         .previous_blocks = current_->previous_blocks,
                         .shard = shard_.index(),
                         .file_blocks = current_->file.blocks,
                         .block = current_->next_block,
                         .flush_begin = current_->next_block,
                         .flush_blocks = static_cast<std::uint32_t>(count)},
              .blocks = {}};
  buffer_.collect(buffer_.begin(), buffer_.begin() + count, write.blocks);
  std::vector<ByteView> sealed;
  if (count <= kMostSealedHere) {
    sealed = write.seal();
  } else {
    sealed = co_await runtime::run_blocking(shard_, [write = std::move(write)]() mutable { return write.seal(); });
  }
  Result<void> written = co_await write_durably(std::move(sealed));
  if (!written) {
    retire_current(true);
    co_return refuse(written.error());
  }
  current_->next_block += static_cast<std::uint32_t>(count);
  buffer_.drop_to(buffer_.begin() + count);
  if (refusing_) logger_.info("the write-ahead log can be written again", {{"shard", shard_.index().value}});
  refusing_.reset();
  co_return Result<void>();
}

/// Into the current file, behind what it has.
runtime::Task<Result<void>> WriteAheadLog::write_durably(std::vector<ByteView> sealed) {
  std::shared_ptr<runtime::File> file = current_->file.file;
  bool direct = current_->file.direct;
  Result<void> written =
      co_await writer_.write(file, std::uint64_t{current_->next_block} * kWalBlockBytes, std::move(sealed));
  if (!written || direct) co_return written;
  Result<void> synced = co_await runtime::run_blocking(shard_, [file] { return file->sync_data(); });
  co_return synced;
}

runtime::Task<Result<void>> WriteAheadLog::write_end() {
  auto start = [this](runtime::Resume<Result<void>> waiter) { waiters_.push_back(std::move(waiter)); };
  Result<void> result = co_await runtime::suspend<Result<void>>(start);
  co_return result;
}

std::unexpected<Error> WriteAheadLog::refuse(const Error& error) {
  std::unexpected<Error> failure = storage_failure(error);
  if (!refusing_ || refusing_->code != failure.error().code) {
    logger_.error("the write-ahead log cannot be written; appends are refused until it can",
                  {{"shard", shard_.index().value}, {"error", failure.error().message}});
  }
  refusing_ = failure.error();
  return failure;
}

runtime::Task<Result<void>> WriteAheadLog::open_next_file() {
  while (preparing_) co_await spare_ready_.wait();
  if (!spare_) {
    if (files_held() >= options_.max_files) {
      co_return fail(ErrorCode::kBusy, "every file of the write-ahead log waits for a checkpoint");
    }
    std::uint64_t wanted = buffer_.bytes();
    Result<WalFile> taken =
        co_await runtime::run_blocking(shard_, [files = &files_, wanted] { return files->take(wanted); });
    if (!taken) co_return refuse(taken.error());
    spare_ = std::move(*taken);
  }
  current_ = LiveFile{.file = std::move(*spare_),
                      .sequence = files_.next_sequence(),
                      .previous = last_sequence_,
                      .previous_blocks = last_blocks_};
  spare_.reset();
  prepare_spare();
  co_return Result<void>();
}

// A failed file keeps what was durable in it before, and is not touched again. Records that begin in it end below
// end().
void WriteAheadLog::retire_current(bool failed) {
  LiveFile file = std::move(*current_);
  current_.reset();
  ++retired_;
  file.failed = failed;
  file.needed_below = buffer_.end();
  if (file.next_block > 0 || last_sequence_.value == 0) {
    last_sequence_ = file.sequence;
    last_blocks_ = file.next_block;
  }
  if (file.next_block > 0) {
    full_.push_back(std::move(file));
  } else {
    std::vector<LiveFile> unused;
    unused.push_back(std::move(file));
    tasks_.spawn("wal-free-files", free_files(std::move(unused)));
  }
}

void WriteAheadLog::prepare_ahead() {
  options_.prepare_ahead = true;
  prepare_spare();
}

void WriteAheadLog::prepare_spare() {
  if (!options_.prepare_ahead || preparing_ || spare_ || closing_ || files_held() >= options_.max_files) return;
  preparing_ = tasks_.spawn("wal-make-spare", make_spare());
}

runtime::Task<void> WriteAheadLog::make_spare() {
  Result<WalFile> taken = co_await runtime::run_blocking(shard_, [files = &files_] { return files->take_ahead(); });
  // A failure is no news before the file is needed: then it is tried again.
  if (taken) spare_ = std::move(*taken);
  preparing_ = false;
  spare_ready_.notify();
}

runtime::Task<void> WriteAheadLog::free_files(std::vector<LiveFile> files) {
  auto free = [pool = &files_, files = std::move(files)]() mutable {
    for (LiveFile& file : files) {
      if (file.failed) {
        pool->discard(std::move(file.file));
      } else {
        pool->give_back(std::move(file.file));
      }
    }
  };
  co_await runtime::run_blocking(shard_, std::move(free));
}

WalPosition WriteAheadLog::appended() const {
  return WalPosition{buffer_.end()};
}
WalPosition WriteAheadLog::durable() const {
  return WalPosition{buffer_.begin()};
}
std::size_t WriteAheadLog::buffered_bytes() const {
  return buffer_.bytes();
}

std::uint64_t WriteAheadLog::bytes_since_checkpoint() const {
  return (buffer_.begin() - recycled_) * kWalBlockBytes;
}

bool WriteAheadLog::wants_checkpoint() const {
  return (full_.size() + 1) * 2 > options_.max_files;
}

WalSequence WriteAheadLog::floor_at(WalPosition upto) const {
  WHARF_ASSERT(upto <= durable());
  for (const LiveFile& file : full_) {
    if (file.needed_below > upto.value) return file.sequence;
  }
  if (current_) return current_->sequence;
  return WalSequence{files_.last_sequence().value + 1};
}

void WriteAheadLog::recycle(WalPosition upto) {
  WHARF_ASSERT(upto <= durable());
  recycled_ = std::max(recycled_, upto.value);
  std::vector<LiveFile> unneeded;
  while (!full_.empty() && full_.front().needed_below <= upto.value) {
    unneeded.push_back(std::move(full_.front()));
    full_.pop_front();
  }
  if (!unneeded.empty()) tasks_.spawn("wal-free-files", free_files(std::move(unneeded)));
  prepare_spare();
}

runtime::Task<void> WriteAheadLog::close() {
  closing_ = true;
  while (writing_) [[maybe_unused]]
    Result<void> written = co_await write_end();
  co_await tasks_.close();
  if (!spare_) co_return;
  co_await runtime::run_blocking(
      shard_, [files = &files_, spare = std::move(*spare_)]() mutable { files->give_back(std::move(spare)); });
  spare_.reset();
}

}  // namespace wharf::log
