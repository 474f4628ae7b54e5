#include "runtime/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace wharf::runtime {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr auto kUseTuple = asio::as_tuple_t<asio::use_awaitable_t<Executor>>(kUseTask);

/// A peer that reads as fast as we send gets no more than this before others have their turn.
constexpr std::size_t kBytesPerTurn = 1024 * 1024;

Endpoint endpoint_of(const Tcp::endpoint& from) {
  asio::ip::address address = from.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return {address.to_string(), from.port()};
}

Error network_error(const char* operation, int number) {
  return {ErrorCode::kClosed, fmt::format("{}: {}", operation, std::strerror(number))};
}

/// How far a list of pieces has been sent.
struct Progress {
  std::size_t piece = 0;
  std::size_t within = 0;

  void advance(const std::vector<OutPiece>& pieces, std::size_t sent);
};

std::size_t size_of(const OutPiece& piece) {
  if (const auto* bytes = std::get_if<SharedBytes>(&piece)) return bytes->size();
  return std::get<FileRange>(piece).length;
}

void Progress::advance(const std::vector<OutPiece>& pieces, std::size_t sent) {
  within += sent;
  while (piece < pieces.size() && within >= size_of(pieces[piece])) within -= size_of(pieces[piece++]);
}

void drop_sent(std::vector<OutPiece>& pieces, Progress sent) {
  pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(sent.piece));
  if (sent.within == 0) return;
  if (auto* bytes = std::get_if<SharedBytes>(&pieces.front())) {
    *bytes = bytes->slice(sent.within, bytes->size() - sent.within);
  } else {
    auto& range = std::get<FileRange>(pieces.front());
    range.position += sent.within;
    range.length -= sent.within;
  }
}

class TcpStream final : public Stream {
 public:
  TcpStream(Tcp::socket socket, Endpoint local, Endpoint remote)
      : socket_(std::move(socket)), local_(std::move(local)), remote_(std::move(remote)) {}

  Task<Result<std::size_t>> read_some(MutableBytes into) override;
  Result<std::optional<std::size_t>> read_now(MutableBytes into) override;
  Task<void> until_readable() override;
  Task<Result<void>> write(std::vector<OutPiece> pieces) override;
  Result<void> write_now(std::vector<OutPiece>& pieces) override;
  void close() override;
  std::size_t unacknowledged() override;
  const Endpoint& local() const override { return local_; }
  const Endpoint& remote() const override { return remote_; }

 private:
  /// Bytes sent; 0 when the socket is full.
  Result<std::size_t> send_now(const std::vector<OutPiece>& pieces, Progress at);
  Result<std::size_t> send_memory(const std::vector<OutPiece>& pieces, Progress at);
  Result<std::size_t> send_file(const FileRange& range, std::size_t within);

  Tcp::socket socket_;
  Endpoint local_;
  Endpoint remote_;
};

Task<Result<std::size_t>> TcpStream::read_some(MutableBytes into) {
  WHARF_ASSERT(!into.empty());  // its 0 would read as the peer's end
  if (!socket_.is_open()) co_return fail(ErrorCode::kClosed, "the connection is closed");
  auto [error, count] = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), kUseTuple);
  if (error == asio::error::eof) co_return std::size_t{0};
  if (error) co_return fail(ErrorCode::kClosed, error.message());
  co_return count;
}

Result<std::optional<std::size_t>> TcpStream::read_now(MutableBytes into) {
  WHARF_ASSERT(!into.empty());
  if (!socket_.is_open()) return fail(ErrorCode::kClosed, "the connection is closed");
  while (true) {
    ssize_t count = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    return fail(network_error("recv", errno));
  }
}

/// Most connections wait here most of the time: with one frame, which knows nothing but how to go on.
Task<void> TcpStream::until_readable() {
  auto initiate = [](auto handler, Tcp::socket* socket) {
    socket->async_wait(Tcp::socket::wait_read,
                       [handler = std::move(handler)](boost::system::error_code) mutable { std::move(handler)(); });
  };
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(initiate, kUseTask, &socket_);
}

Task<Result<void>> TcpStream::write(std::vector<OutPiece> pieces) {
  Progress at;
  at.advance(pieces, 0);
  std::size_t since_wait = 0;
  while (at.piece < pieces.size()) {
    if (!socket_.is_open()) co_return fail(ErrorCode::kClosed, "the connection is closed");
    Result<std::size_t> sent = send_now(pieces, at);
    if (!sent) co_return fail(sent.error());
    at.advance(pieces, *sent);
    since_wait = *sent > 0 ? since_wait + *sent : kBytesPerTurn;
    if (since_wait < kBytesPerTurn || at.piece == pieces.size()) continue;
    since_wait = 0;
    auto [error] = co_await socket_.async_wait(Tcp::socket::wait_write, kUseTuple);
    if (error) co_return fail(ErrorCode::kClosed, error.message());
  }
  co_return Result<void>();
}

Result<void> TcpStream::write_now(std::vector<OutPiece>& pieces) {
  Progress at;
  at.advance(pieces, 0);
  for (std::size_t sent_bytes = 0; at.piece < pieces.size() && sent_bytes < kBytesPerTurn;) {
    if (!socket_.is_open()) return fail(ErrorCode::kClosed, "the connection is closed");
    Result<std::size_t> sent = send_now(pieces, at);
    if (!sent) return fail(sent.error());
    if (*sent == 0) break;
    at.advance(pieces, *sent);
    sent_bytes += *sent;
  }
  drop_sent(pieces, at);
  return {};
}

void TcpStream::close() {
  boost::system::error_code ignored;
  socket_.shutdown(Tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

std::size_t TcpStream::unacknowledged() {
  if (!socket_.is_open()) return 0;
  int kept = 0;      // by the kernel
  int not_sent = 0;  // of it: the peer has no room
  int socket = socket_.native_handle();
  if (::ioctl(socket, SIOCOUTQ, &kept) != 0 || ::ioctl(socket, SIOCOUTQNSD, &not_sent) != 0) return 0;
  return static_cast<std::size_t>(std::max(0, kept - not_sent));
}

Result<std::size_t> TcpStream::send_now(const std::vector<OutPiece>& pieces, Progress at) {
  if (const auto* range = std::get_if<FileRange>(&pieces[at.piece])) return send_file(*range, at.within);
  return send_memory(pieces, at);
}

Result<std::size_t> TcpStream::send_memory(const std::vector<OutPiece>& pieces, Progress at) {
  std::array<iovec, 64> parts;
  std::size_t count = 0;
  bool file_follows = false;
  for (std::size_t i = at.piece; i < pieces.size() && count < parts.size(); ++i) {
    const auto* bytes = std::get_if<SharedBytes>(&pieces[i]);
    file_follows = bytes == nullptr;
    if (file_follows) break;
    std::size_t skip = i == at.piece ? at.within : 0;
    auto* start = const_cast<std::byte*>(bytes->data() + skip);  // NOLINT: sendmsg reads only
    if (bytes->size() > skip) parts[count++] = {start, bytes->size() - skip};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  // MSG_MORE joins a response's header with the file bytes that follow it in one packet.
  int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (file_follows ? MSG_MORE : 0);
  while (true) {
    ssize_t sent = ::sendmsg(socket_.native_handle(), &message, flags);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    return fail(network_error("send", errno));
  }
}

Result<std::size_t> TcpStream::send_file(const FileRange& range, std::size_t within) {
  int descriptor = range.file->descriptor();
  std::uint64_t position = range.position + within;
  std::size_t length = range.length - within;
  if (descriptor < 0) {  // memory's and other files without a descriptor: a copy through us
    std::vector<std::byte> copy(std::min<std::size_t>(length, 256 * 1024));
    Result<std::size_t> read = range.file->read_at(position, copy);
    if (!read) return read;
    if (*read == 0) return fail(ErrorCode::kDamaged, "a file is shorter than what was promised of it");
    ssize_t sent = ::send(socket_.native_handle(), copy.data(), *read, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
    return fail(network_error("send", errno));
  }
  auto offset = static_cast<off_t>(position);
  while (true) {
    ssize_t sent = ::sendfile(socket_.native_handle(), descriptor, &offset, length);
    if (sent > 0) return static_cast<std::size_t>(sent);
    if (sent == 0) return fail(ErrorCode::kDamaged, "a file is shorter than what was promised of it");
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    return fail(network_error("sendfile", errno));
  }
}

class TcpListener final : public Listener {
 public:
  TcpListener(Tcp::acceptor acceptor, Endpoint local) : acceptor_(std::move(acceptor)), local_(std::move(local)) {}

  Task<Result<std::unique_ptr<Stream>>> accept(Shard& owner) override;
  void close() override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }
  const Endpoint& local() const override { return local_; }

 private:
  Tcp::acceptor acceptor_;
  Endpoint local_;
};

Result<std::unique_ptr<Stream>> make_stream(Tcp::socket socket) {
  boost::system::error_code error;
  Tcp::endpoint local = socket.local_endpoint(error);
  if (error) return fail(ErrorCode::kClosed, error.message());
  Tcp::endpoint remote = socket.remote_endpoint(error);
  if (error) return fail(ErrorCode::kClosed, error.message());
  socket.non_blocking(true, error);
  if (!error) socket.set_option(Tcp::no_delay(true), error);
  // A client that asked for no heartbeat, and whose machine is gone, is found out in the end.
  if (!error) socket.set_option(asio::socket_base::keep_alive(true), error);
  if (error) return fail(ErrorCode::kClosed, error.message());
  return std::make_unique<TcpStream>(std::move(socket), endpoint_of(local), endpoint_of(remote));
}

Task<Result<std::unique_ptr<Stream>>> TcpListener::accept(Shard& owner) {
  while (acceptor_.is_open()) {
    Tcp::socket socket(owner.context());
    auto [error] = co_await acceptor_.async_accept(socket, kUseTuple);
    if (error == asio::error::operation_aborted) break;
    // Whatever it is (descriptors, memory, a network down), the port is still open: one bad accept must not end the
    // server.
    if (error) co_return fail(ErrorCode::kBusy, fmt::format("accept: {}", error.message()));
    Result<std::unique_ptr<Stream>> stream = make_stream(std::move(socket));
    if (stream) co_return stream;  // otherwise the peer has left already
  }
  co_return fail(ErrorCode::kClosed, "the listener is closed");
}

}  // namespace

Result<std::unique_ptr<Listener>> TcpNetwork::listen(Shard& shard, const Endpoint& endpoint) {
  boost::system::error_code error;
  Tcp::resolver resolver(shard.context());
  auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port), Tcp::resolver::passive, error);
  if (error || found.empty()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("cannot resolve '{}': {}", endpoint.host, error.message()));
  }
  Tcp::endpoint place = found.begin()->endpoint();
  Tcp::acceptor acceptor(shard.context());
  acceptor.open(place.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error && options_.send_buffer_bytes > 0) {  // what it accepts inherits it
    acceptor.set_option(asio::socket_base::send_buffer_size(static_cast<int>(options_.send_buffer_bytes)), error);
  }
  if (!error) acceptor.bind(place, error);
  if (!error) acceptor.listen(4096, error);
  if (error)
    return fail(ErrorCode::kUnavailable, fmt::format("cannot listen on {}: {}", endpoint.text(), error.message()));
  Endpoint local{endpoint.host, acceptor.local_endpoint().port()};
  return std::make_unique<TcpListener>(std::move(acceptor), std::move(local));
}

Task<Result<std::unique_ptr<Stream>>> TcpNetwork::connect(Shard& shard, Endpoint endpoint) {
  Tcp::resolver resolver(shard.context());
  boost::system::error_code failure;
  auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port), failure);
  if (failure) co_return fail(ErrorCode::kInvalidArgument, fmt::format("cannot resolve '{}'", endpoint.host));
  std::string last = "no address";
  for (const auto& candidate : found) {
    Tcp::socket socket(shard.context());
    bool too_late = false;
    Timers::Handle timer = shard.set_timer(shard.now() + options_.connect_timeout, [&socket, &too_late] {
      too_late = true;
      boost::system::error_code ignored;
      socket.close(ignored);
    });
    auto [error] = co_await socket.async_connect(candidate.endpoint(), kUseTuple);
    shard.cancel_timer(timer);
    if (!error && !too_late) co_return make_stream(std::move(socket));
    last = too_late ? fmt::format("no answer within {} ms", options_.connect_timeout.count()) : error.message();
  }
  co_return fail(ErrorCode::kUnavailable, fmt::format("cannot connect to {}: {}", endpoint.text(), last));
}

}  // namespace wharf::runtime
