#pragma once
// One client's socket, for protocols whose messages have an order: what arrives is carried out one after the other,
// what gathers for the client is written together, and one timer looks at the time. What is said is the protocol's
// business.
//
//   class Connection final : public PortConnection, private Conversation::Protocol {
//     Task<void> run() override { return conversation_.run(); }
//     Conversation conversation_;
//     TaskScope tasks_;
//   };
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/gathered_bytes.hpp"
#include "runtime/shard.hpp"
#include "runtime/signal.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/wake.hpp"

namespace wharf::runtime {

class Conversation {
 public:
  /// What a connection knows of it. All of it is called on the connection's shard.
  class Protocol {
   public:
    virtual ~Protocol() = default;

    /// Nothing more is read; what is in line for the client is still written. Whoever makes it so notifies can_write(),
    /// and can_read() where somebody may wait for that.
    virtual bool has_ended() const = 0;
    /// Nothing is read now, until can_read() is notified.
    virtual bool is_overloaded() const = 0;
    virtual Signal& can_read() = 0;
    /// Where the next bytes go; never empty.
    virtual MutableBytes space() = 0;
    virtual void received(std::size_t count) = 0;
    /// Nothing more has come: memory for it may go until space() is asked for.
    virtual void rest() = 0;
    /// Carries out what has come. False: what is next takes time, and nothing behind it is looked at before take_slow()
    /// is done with it.
    virtual bool take() = 0;
    virtual Task<void> take_slow();
    /// All that came together is carried out.
    virtual void end_turn() = 0;
    /// Nothing more is read. Tasks are waited for next: what they wait for can be given up.
    virtual void stopped_reading() {}

    /// What gathers for the client: can_write() is to be notified when something does.
    virtual GatheredBytes& out() = 0;
    /// All of it, so many bytes, goes to the socket now.
    virtual void writing(std::uint64_t bytes) = 0;
    /// They are out of the way, or the client is.
    virtual void wrote() = 0;
    /// Once it has ended and all is written, the client has a moment to read it, while what it still sends is passed
    /// over: closing at once could take it from the client, as a reset overtakes what it has not read.
    virtual bool lingers() const { return false; }

    /// From now; Conversation::watch() when it has become sooner.
    virtual Nanoseconds next_look() const = 0;
    /// False: it has lasted too long, and the client is left.
    virtual bool look_at_time() = 0;

    /// The socket is closed, or about to be: it has ended from here on. May be called again.
    virtual void disconnected() = 0;
    /// The last call. Nothing of it runs any more: gives back what it held.
    virtual Task<void> leave() = 0;
  };

  /// All of it outlives the conversation; nothing of it is called before run(). `name` of its tasks: a literal.
  Conversation(Shard& shard, std::unique_ptr<Stream> stream, Protocol& protocol, TaskScope& tasks, const char* name);

  /// Until the client leaves, or the protocol ends it. What was begun for it finishes.
  Task<void> run();
  /// Ends both directions at once.
  void disconnect();
  /// Asks anew when to look at the time.
  void watch();

  Wake& can_write() { return can_write_; }
  Stream& stream() { return *stream_; }
  MonotonicTime began() const { return began_; }
  /// Not while what came takes its time, or there is too much on its way: who is not listened to is not silent.
  bool is_listening() const { return is_listening_; }
  /// The client was heard, or was not listened to until then.
  MonotonicTime last_read() const { return last_read_; }

 private:
  enum class Heard : std::uint8_t { kSomething, kNothing, kEnd };

  bool is_over() const { return reading_ended_ || protocol_.has_ended(); }
  Heard heard(const Result<std::size_t>& count, std::size_t room);
  Heard read_now();
  Task<Heard> read();
  void listen_again();
  Task<void> drop_rest();
  void write();
  bool write_now(std::vector<OutPiece>* rest);
  Task<void> write_slowly(std::vector<OutPiece> rest);
  void wrote();
  void end_writing();
  void set_timer(Nanoseconds from_now);
  void look();

  Shard& shard_;
  std::unique_ptr<Stream> stream_;
  Protocol& protocol_;
  TaskScope& tasks_;
  const char* name_;
  Wake can_write_;
  bool may_have_more_ = false;  // to read: what came last has filled its space
  bool reading_ended_ = false;
  bool is_writing_ = false;  // in a task of its own
  bool writing_ended_ = false;
  bool saw_end_ = false;
  bool is_lingering_ = false;
  MonotonicTime began_;
  MonotonicTime last_read_;
  bool is_listening_ = true;
  std::optional<Timers::Handle> timer_;
};

}  // namespace wharf::runtime
