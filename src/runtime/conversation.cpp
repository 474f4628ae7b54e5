#include "runtime/conversation.hpp"

#include <utility>
#include <vector>

namespace wharf::runtime {
namespace {

constexpr Nanoseconds kLastWordsLimit = std::chrono::seconds(5);  // for a client that does not read them
constexpr Nanoseconds kLingerFor = std::chrono::milliseconds(500);
constexpr std::size_t kMostDroppedBytes = 64 << 20;  // of a packet that is too large, say, in one piece

}  // namespace

Task<void> Conversation::Protocol::take_slow() {
  WHARF_ASSERT(false);  // of a protocol that takes everything at once
  co_return;
}

Conversation::Conversation(Shard& shard, std::unique_ptr<Stream> stream, Protocol& protocol, TaskScope& tasks,
                           const char* name)
    : shard_(shard),
      stream_(std::move(stream)),
      protocol_(protocol),
      tasks_(tasks),
      name_(name),
      can_write_(shard, [this] { write(); }),
      began_(shard.now()),
      last_read_(began_) {}

Task<void> Conversation::run() {
  watch();
  while (!protocol_.has_ended()) {
    if (protocol_.is_overloaded()) {
      is_listening_ = false;
      co_await protocol_.can_read().wait();
      listen_again();
    } else {
      if (may_have_more_) {
        co_await next_turn(shard_);  // others first
      } else {
        protocol_.rest();
        co_await stream_->until_readable();
      }
      Heard heard = read_now();
      if (heard == Heard::kNothing) heard = co_await read();
      if (heard == Heard::kEnd) break;
    }
    while (!protocol_.take()) {  // what came, also behind something that was held back
      is_listening_ = false;
      co_await protocol_.take_slow();
      listen_again();
    }
    protocol_.end_turn();
  }
  if (protocol_.lingers() && !tasks_.stopping()) co_await drop_rest();
  reading_ended_ = true;
  while (!is_writing_ && !writing_ended_) write();  // before no task may begin any more
  watch();
  protocol_.stopped_reading();
  co_await tasks_.close();
  disconnect();
  co_await protocol_.leave();
  co_await can_write_.settle();
  if (timer_) shard_.cancel_timer(*timer_);
}

Conversation::Heard Conversation::heard(const Result<std::size_t>& count, std::size_t room) {
  if (!count || *count == 0) return Heard::kEnd;
  last_read_ = shard_.now();
  may_have_more_ = *count == room;
  protocol_.received(*count);
  return Heard::kSomething;
}

Conversation::Heard Conversation::read_now() {
  MutableBytes space = protocol_.space();
  Result<std::optional<std::size_t>> count = stream_->read_now(space);
  if (!count) return Heard::kEnd;
  return *count ? heard(**count, space.size()) : Heard::kNothing;
}

/// From a stream that cannot tell beforehand.
Task<Conversation::Heard> Conversation::read() {
  MutableBytes space = protocol_.space();
  Result<std::size_t> count = co_await stream_->read_some(space);
  co_return heard(count, space.size());
}

/// What its client has sent meanwhile is yet to be read.
void Conversation::listen_again() {
  is_listening_ = true;
  last_read_ = shard_.now();
}

Task<void> Conversation::drop_rest() {
  watch();
  std::vector<std::byte> dropped(16 << 10);
  for (std::size_t total = 0; total < kMostDroppedBytes;) {
    Result<std::size_t> count = co_await stream_->read_some(dropped);
    if (!count || *count == 0) break;
    total += *count;
  }
}

/// At once as far as the socket takes it: only the rest needs a task.
void Conversation::write() {
  if (is_over() && !std::exchange(saw_end_, true)) watch();
  if (is_writing_ || writing_ended_) return;
  std::vector<OutPiece> rest;
  if (!write_now(&rest)) return end_writing();
  if (!rest.empty()) {
    is_writing_ = true;
    tasks_.spawn(name_, write_slowly(std::move(rest)));
  } else if (!protocol_.out().empty()) {
    can_write_.notify();  // others first
  } else if (is_over()) {
    end_writing();
  }
}

/// False: the socket takes nothing any more.
bool Conversation::write_now(std::vector<OutPiece>* rest) {
  if (protocol_.out().empty()) return true;
  std::uint64_t bytes = 0;
  for (SharedBytes& piece : protocol_.out().take()) {
    bytes += piece.size();
    rest->emplace_back(std::move(piece));
  }
  protocol_.writing(bytes);
  Result<void> sent = stream_->write_now(*rest);
  if (!sent || rest->empty()) wrote();
  return sent.has_value();
}

Task<void> Conversation::write_slowly(std::vector<OutPiece> rest) {
  bool goes_on = true;
  while (goes_on && !(rest.empty() && protocol_.out().empty())) {
    if (!rest.empty()) {
      Result<void> written = co_await stream_->write(std::exchange(rest, {}));
      wrote();
      goes_on = written.has_value();
    }
    if (goes_on) goes_on = write_now(&rest);
  }
  is_writing_ = false;
  if (!goes_on || is_over()) end_writing();
}

void Conversation::wrote() {
  protocol_.wrote();
  protocol_.out().rest();
}

void Conversation::end_writing() {
  writing_ended_ = true;
  if (!protocol_.lingers() || reading_ended_) return disconnect();
  is_lingering_ = true;
  set_timer(kLingerFor);
}

void Conversation::disconnect() {
  writing_ended_ = true;
  stream_->close();
  protocol_.disconnected();
}

/// One timer, armed anew when it fires: activity only notes the time. Who does not read its last words holds up neither
/// a stop nor whoever waits for what it holds.
void Conversation::watch() {
  if (is_lingering_) return;
  set_timer(is_over() ? kLastWordsLimit : protocol_.next_look());
}

void Conversation::set_timer(Nanoseconds from_now) {
  if (timer_) shard_.cancel_timer(*timer_);
  timer_ = shard_.set_timer(shard_.now() + from_now, [this] {
    timer_.reset();
    look();
  });
}

void Conversation::look() {
  if (is_over() && !std::exchange(saw_end_, true)) return watch();
  if (is_over() || !protocol_.look_at_time()) return disconnect();
  if (!timer_) watch();
}

}  // namespace wharf::runtime
