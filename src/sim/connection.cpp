#include "sim/connection.hpp"

#include <algorithm>
#include <cstring>

namespace wharf::sim {

using runtime::Resume;
using runtime::Task;

void resume_on(runtime::Shard& shard, std::optional<Resume<bool>>& resume) {
  if (!resume) return;
  shard.post([waiter = std::move(*resume)]() mutable { std::move(waiter)(true); });
  resume.reset();
}

Connection::Connection(std::shared_ptr<SimulatedNetwork::Fabric> fabric, std::uint64_t number, End first, End second)
    : fabric_(std::move(fabric)), number_(number), ends_{std::move(first), std::move(second)} {}

std::size_t Connection::room(std::size_t side) const {
  std::size_t used = ways_[side].on_wire + ways_[side].unread();
  return used < fabric_->conditions.buffer_bytes ? fabric_->conditions.buffer_bytes - used : 0;
}

std::size_t Connection::next_segment() {
  std::size_t most = fabric_->conditions.most_segment;
  return fabric_->random.one_in(4) ? fabric_->random.between(1, std::min<std::size_t>(most, 64))
                                   : fabric_->random.between(1, most);
}

void Connection::wake(std::size_t side) {
  End& end = ends_[side];
  if (end.owner == nullptr) return;
  resume_on(*end.owner, end.reader);
  resume_on(*end.owner, end.writer);
}

void Connection::send(std::size_t side, Direction::Mark mark, ByteView bytes) {
  Direction& way = ways_[side];
  way.wire.push_back({mark, {bytes.begin(), bytes.end()}});
  way.on_wire += bytes.size();
  schedule(side);
}

void Connection::schedule(std::size_t side) {
  Direction& way = ways_[side];
  Nanoseconds takes = fabric_->delay();
  if (fabric_->conditions.bytes_per_second > 0 && !way.wire.empty()) {
    takes += Nanoseconds(way.wire.back().bytes.size() * 1'000'000'000 / fabric_->conditions.bytes_per_second);
  }
  way.last_arrival = std::max(way.last_arrival + Nanoseconds(1), fabric_->events.now() + takes);
  fabric_->events.at(way.last_arrival, [self = shared_from_this(), side] { self->arrive(side); });
}

void Connection::resume_stalled() {
  for (std::size_t side : {0, 1}) {
    if (!delivers(side)) continue;
    for (; ways_[side].stalled > 0; --ways_[side].stalled) schedule(side);
  }
}

// A machine without power answers nothing; its successor on the same host answers with a reset.
bool Connection::delivers(std::size_t side) const {
  const End& to = ends_[1 - side];
  return fabric_->reaches(ends_[side].host, to.host) && (!to.vanished || fabric_->alive(to.host));
}

void Connection::arrive(std::size_t side) {
  Direction& way = ways_[side];
  End& to = ends_[1 - side];
  if (way.wire.empty()) return;  // severed meanwhile
  if (!delivers(side)) {
    ++way.stalled;
    return;
  }
  Direction::Segment segment = std::move(way.wire.front());
  way.wire.pop_front();
  way.on_wire -= segment.bytes.size();
  fabric_->trace.event("arrive", number_ * 2 + side, segment.bytes.size(), static_cast<std::uint64_t>(segment.mark));
  if (segment.mark == Direction::Mark::kReset) {
    break_end(1 - side);
  } else if ((to.closed || to.vanished) && segment.mark == Direction::Mark::kBytes) {
    send(1 - side, Direction::Mark::kReset, {});  // nobody reads here any more
  } else if (segment.mark == Direction::Mark::kEnd) {
    way.end_arrived = true;
  } else {
    way.arrived.insert(way.arrived.end(), segment.bytes.begin(), segment.bytes.end());
  }
  wake(1 - side);
}

std::size_t Connection::take(std::size_t side, MutableBytes into) {
  Direction& way = ways_[1 - side];
  std::size_t count = std::min(into.size(), way.unread());
  if (count > 1 && fabric_->random.one_in(3)) count = fabric_->random.between(1, count);
  if (count > 0) std::memcpy(into.data(), way.arrived.data() + way.read, count);
  way.read += count;
  if (way.unread() == 0) {
    way.arrived.clear();
    way.read = 0;
  }
  End& sender = ends_[1 - side];
  if (count > 0 && sender.owner != nullptr) resume_on(*sender.owner, sender.writer);
  return count;
}

void Connection::break_end(std::size_t side) {
  ends_[side].broken = true;
  ways_[1 - side].arrived.clear();
  ways_[1 - side].read = 0;
  ways_[side].wire.clear();  // its own bytes that are still under way reach nobody
  ways_[side].on_wire = 0;
  ways_[side].stalled = 0;
}

void Connection::close(std::size_t side) {
  End& end = ends_[side];
  if (end.closed) return;
  end.closed = true;
  bool unread = ways_[1 - side].unread() > 0;
  if (!end.broken && !end.vanished) {
    if (unread) send(side, Direction::Mark::kReset, {});
    if (!unread && !ways_[side].sent_end) send(side, Direction::Mark::kEnd, {});
  }
  ways_[side].sent_end = true;
  wake(side);
}

void Connection::end_sending(std::size_t side) {
  if (ends_[side].closed || ends_[side].broken || ways_[side].sent_end) return;
  ways_[side].sent_end = true;
  send(side, Direction::Mark::kEnd, {});
}

void Connection::break_from(std::size_t side) {
  if (ends_[side].closed) return;
  send(side, Direction::Mark::kReset, {});
  ends_[side].closed = true;
  wake(side);
}

void Connection::vanish(std::size_t side, Farewell farewell) {
  if (farewell == Farewell::kReset) break_from(side);
  ends_[side].closed = true;
  ends_[side].vanished = true;
  wake(side);
}

void Connection::sever() {
  for (std::size_t side : {0, 1}) {
    break_end(side);
    wake(side);
  }
}

// A stream may go while a task waits on it: what goes on afterwards holds the connection alone.
namespace {

Result<std::optional<std::size_t>> read_arrived(Connection& connection, std::size_t side, MutableBytes into) {
  WHARF_ASSERT(!into.empty());
  const End& end = connection.end(side);
  const Direction& way = connection.sent_by(1 - side);
  if (end.closed) return fail(ErrorCode::kClosed, "the connection is closed");
  if (end.broken) return fail(ErrorCode::kClosed, "connection reset by peer");
  if (way.unread() > 0) return connection.take(side, into);
  if (way.end_arrived) return std::size_t{0};
  return std::nullopt;
}

Task<void> until_arrived(std::shared_ptr<Connection> connection, std::size_t side) {
  End& end = connection->end(side);
  const Direction& way = connection->sent_by(1 - side);
  while (!end.closed && !end.broken && way.unread() == 0 && !way.end_arrived) {
    auto start = [&end](Resume<bool> resume) {
      WHARF_ASSERT(!end.reader);
      end.reader.emplace(std::move(resume));
    };
    [[maybe_unused]] bool woken = co_await runtime::suspend<bool>(start);
  }
}

/// As many as there is room for.
Result<std::size_t> send_some(Connection& connection, std::size_t side, ByteView bytes) {
  const End& end = connection.end(side);
  if (end.closed) return fail(ErrorCode::kClosed, "the connection is closed");
  if (end.broken) return fail(ErrorCode::kClosed, "connection reset by peer");
  if (connection.sent_by(side).sent_end) return fail(ErrorCode::kClosed, "this end has ended sending");
  std::size_t sent = 0;
  for (std::size_t room = connection.room(side); room > 0 && sent < bytes.size(); room = connection.room(side)) {
    std::size_t count = std::min({room, bytes.size() - sent, connection.next_segment()});
    connection.send(side, Direction::Mark::kBytes, bytes.subspan(sent, count));
    sent += count;
  }
  return sent;
}

}  // namespace

Result<std::optional<std::size_t>> SimulatedStream::read_now(MutableBytes into) {
  return read_arrived(*connection_, side_, into);
}

Task<void> SimulatedStream::until_readable() {
  return until_arrived(connection_, side_);
}

Task<Result<std::size_t>> SimulatedStream::read_some(MutableBytes into) {
  std::shared_ptr<Connection> connection = connection_;
  std::size_t side = side_;
  while (true) {
    Result<std::optional<std::size_t>> count = read_arrived(*connection, side, into);
    if (!count) co_return fail(count.error());
    if (*count) co_return **count;
    co_await until_arrived(connection, side);
  }
}

Result<void> SimulatedStream::write_now(std::vector<runtime::OutPiece>& pieces) {
  std::size_t done = 0;
  for (; done < pieces.size(); ++done) {
    auto* bytes = std::get_if<SharedBytes>(&pieces[done]);
    if (bytes == nullptr) break;
    Result<std::size_t> sent = send_some(*connection_, side_, bytes->view());
    if (!sent) return fail(sent.error());
    *bytes = bytes->slice(*sent, bytes->size() - *sent);
    if (!bytes->empty()) break;
  }
  pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
  return {};
}

Task<Result<void>> SimulatedStream::send_bytes(SharedBytes bytes) {
  std::shared_ptr<Connection> connection = connection_;
  std::size_t side = side_;
  while (true) {
    Result<std::size_t> sent = send_some(*connection, side, bytes.view());
    if (!sent) co_return fail(sent.error());
    bytes = bytes.slice(*sent, bytes.size() - *sent);
    if (bytes.empty()) co_return Result<void>();
    auto start = [connection, side](Resume<bool> resume) {
      WHARF_ASSERT(!connection->end(side).writer);
      connection->end(side).writer.emplace(std::move(resume));
    };
    [[maybe_unused]] bool woken = co_await runtime::suspend<bool>(std::move(start));
  }
}

Task<Result<void>> SimulatedStream::send_file(runtime::FileRange range) {
  constexpr std::size_t kPart = 16 * 1024;
  while (range.length > 0) {
    std::vector<std::byte> part(std::min(range.length, kPart));
    Result<std::size_t> read = range.file->read_at(range.position, part);
    if (!read) co_return fail(read.error());
    if (*read == 0) co_return fail(ErrorCode::kDamaged, "a file is shorter than what was promised of it");
    Result<void> sent = co_await send_bytes(SharedBytes::copy_of(ByteView(part).first(*read)));
    if (!sent) co_return sent;
    range.position += *read;
    range.length -= *read;
  }
  co_return Result<void>();
}

Task<Result<void>> SimulatedStream::write(std::vector<runtime::OutPiece> pieces) {
  for (runtime::OutPiece& piece : pieces) {
    if (auto* bytes = std::get_if<SharedBytes>(&piece)) {
      Result<void> sent = co_await send_bytes(std::move(*bytes));
      if (!sent) co_return sent;
    } else {
      Result<void> sent = co_await send_file(std::move(std::get<runtime::FileRange>(piece)));
      if (!sent) co_return sent;
    }
  }
  co_return Result<void>();
}

}  // namespace wharf::sim
