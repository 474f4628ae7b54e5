#include "runtime/direct_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include <liburing.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "runtime/posix_files.hpp"

namespace wharf::runtime {
namespace {

constexpr unsigned kRingEntries = 8;

/// Completions wait until the shard asks for them instead of interrupting it (Linux 6.1); older kernels get a plain
/// ring.
int open_ring(io_uring& ring) {
  int failed = ::io_uring_queue_init(kRingEntries, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
  return failed == 0 ? 0 : ::io_uring_queue_init(kRingEntries, &ring, 0);
}

std::vector<ByteView> without_front(std::span<const ByteView> parts, std::size_t count) {
  std::vector<ByteView> rest;
  for (ByteView part : parts) {
    std::size_t skipped = std::min(count, part.size());
    count -= skipped;
    if (skipped < part.size()) rest.push_back(part.subspan(skipped));
  }
  return rest;
}

}  // namespace

class DirectWriter::Ring {
 public:
  /// Null where there is none to be had.
  static std::unique_ptr<Ring> open(Shard& shard, const std::function<bool()>& refuses) {
    std::unique_ptr<Ring> ring(new Ring(shard, refuses));
    if (open_ring(ring->ring_) != 0) return nullptr;
    ring->is_open_ = true;
    int told = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (told < 0) return nullptr;
    ring->ended_.assign(told);
    if (::io_uring_register_eventfd(&ring->ring_, told) != 0) return nullptr;
    return ring;
  }
  ~Ring() {
    WHARF_ASSERT(!waiting_);
    if (is_open_) ::io_uring_queue_exit(&ring_);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// The kernel did not take a write, which is still in line: the next one would take it along.
  bool is_spoilt() const { return is_spoilt_; }
  /// Bytes written, or a negative errno.
  Task<int> write(int descriptor, std::uint64_t position, std::span<const iovec> pieces) {
    auto start = [this, descriptor, position, pieces](Resume<int> resume) {
      WHARF_ASSERT(!waiting_);
      waiting_.emplace(std::move(resume));
      submit(descriptor, position, pieces);
    };
    int written = co_await suspend<int>(std::move(start));
    co_return written;
  }

 private:
  Ring(Shard& shard, const std::function<bool()>& refuses)
      : shard_(shard), ended_(shard.context()), refuses_(refuses) {}
  bool refuses() const { return refuses_ && refuses_(); }

  void submit(int descriptor, std::uint64_t position, std::span<const iovec> pieces) {
    io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
    ::io_uring_prep_writev(entry, descriptor, pieces.data(), static_cast<unsigned>(pieces.size()), position);
    int submitted = refuses() ? -EAGAIN : ::io_uring_submit(&ring_);
    if (submitted == 1) return wait_for_end();
    is_spoilt_ = true;
    shard_.post([this, submitted] { finish(submitted < 0 ? submitted : -EBUSY); });
  }

  void wait_for_end() {
    ended_.async_read_some(boost::asio::buffer(&ended_count_, sizeof(ended_count_)),
                           [this](boost::system::error_code error, std::size_t) {
                             if (!error) reap();
                           });
  }

  void reap() {
    ::io_uring_get_events(&ring_);
    io_uring_cqe* end = nullptr;
    if (::io_uring_peek_cqe(&ring_, &end) != 0) return wait_for_end();
    int result = end->res;
    ::io_uring_cqe_seen(&ring_, end);
    finish(result);
  }

  void finish(int result) {
    Resume<int> resume = std::move(*waiting_);
    waiting_.reset();
    std::move(resume)(result);
  }

  Shard& shard_;
  io_uring ring_{};
  bool is_open_ = false;
  bool is_spoilt_ = false;
  boost::asio::posix::stream_descriptor ended_;  // counts ends: what the shard's loop can wait for
  std::uint64_t ended_count_ = 0;
  const std::function<bool()>& refuses_;
  std::optional<Resume<int>> waiting_;
};

DirectWriter::DirectWriter(Shard& shard, bool ring, std::function<bool()> refuses)
    : shard_(shard), wants_ring_(ring), refuses_(std::move(refuses)) {}
DirectWriter::~DirectWriter() = default;

Task<Result<void>> DirectWriter::write(std::shared_ptr<File> file, std::uint64_t position,
                                       std::vector<ByteView> parts) {
  if (wants_ring_ && !ring_ && file->descriptor() >= 0) {
    ring_ = Ring::open(shard_, refuses_);
    wants_ring_ = ring_ != nullptr;
  }
  if (ring_ && file->descriptor() >= 0 && parts.size() <= IOV_MAX) {
    std::vector<iovec> pieces;
    pieces.reserve(parts.size());
    for (ByteView part : parts)
      pieces.push_back({const_cast<std::byte*>(part.data()), part.size()});  // NOLINT: the kernel reads only
    int written = co_await ring_->write(file->descriptor(), position, pieces);
    if (ring_->is_spoilt()) ring_.reset();  // with what is in line
    if (written < 0 && written != -EAGAIN && written != -EINTR && written != -EBUSY) {
      co_return fail(file_error_code(-written), fmt::format("write: {}", std::strerror(-written)));
    }
    std::size_t done = written < 0 ? 0 : static_cast<std::size_t>(written);
    parts = without_front(parts, done);
    if (parts.empty()) co_return Result<void>();
    position += done;  // the rest in the plain way
  }
  auto plain = [file = std::move(file), position, parts = std::move(parts)] { return file->write_at(position, parts); };
  Result<void> written = co_await run_blocking(shard_, std::move(plain));
  co_return written;
}

bool has_io_uring() {
  io_uring ring{};
  if (open_ring(ring) != 0) return false;
  ::io_uring_queue_exit(&ring);
  return true;
}

}  // namespace wharf::runtime
