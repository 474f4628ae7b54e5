#pragma once
// A client's frames -> what they mean. One file for each group of frames beside this.
#include <cstdint>
#include <vector>

#include "protocols/stomp/handlers/client.hpp"
#include "runtime/task.hpp"

namespace wharf::stomp {

/// Whether a frame is carried out at once, or suspends.
bool takes_time(Client& client, const Frame& frame);
/// One frame, of those that came with one read; what it gathers is handed on by end_turn().
void take_frame(Client& client, const Frame& frame);
/// One that takes_time(): nothing behind it is looked at before it is done. `frame` outlives the task.
runtime::Task<void> take_slow_frame(Client* client, const Frame* frame);
/// All SENDs of one read go to the ports in one call; the receipts come when they are kept. So do the settlements.
void end_turn(Client& client);

// connect.cpp
runtime::Task<void> take_connect(Client* client, const Frame* frame);
runtime::Task<void> take_disconnect(Client* client, const Frame* frame);
/// The connection has ended: gives back what it held. Nothing of the client runs any more.
runtime::Task<void> leave(Client* client);

// send.cpp
/// Something has to be made before it can be carried out: its queue, or the one for its answer.
bool send_takes_time(Client& client, const Frame& frame);
Outcome<void> take_send(Client& client, const Frame& frame);
runtime::Task<Outcome<void>> take_first_send(Client* client, const Frame* frame);
/// One that was looked at before: what it needs is made, then it is routed. `frame` outlives the task.
runtime::Task<Outcome<void>> send_kept(Client* client, const Frame* frame);
/// What the turn has gathered goes to the ports. The first error, where something was not kept; `receipt_of_error`: of
/// the frame that is to blame.
struct SendFailure {
  Error error;
  std::string receipt;
};
runtime::Task<std::optional<SendFailure>> pass_on(Client* client, GatheredSends* gathered);
/// The same of a transaction, which settles this as well.
runtime::Task<std::optional<SendFailure>> commit(Client* client, GatheredSends* gathered,
                                                 std::vector<broker::SettledPart> settled);
/// The same, and the answers become receipts.
runtime::Task<void> hand_on(Client* client, GatheredSends gathered);

// subscribe.cpp
runtime::Task<Outcome<void>> take_subscribe(Client* client, const Frame* frame);
runtime::Task<Outcome<void>> take_unsubscribe(Client* client, const Frame* frame);
/// A queue for answers to this connection, under the client's name for it, and somebody who waits for them.
runtime::Task<Outcome<void>> open_reply_queue(Client* client, std::string name);

// settle.cpp
Outcome<void> take_settlement(Client& client, const Frame& frame, bool accepts);
void settle(Client& client, Subscription& subscription, const amqp091::HeldDelivery& delivery, queue::Verdict verdict);
/// The settlements of this turn go to their queues.
void hand_on_settlements(Client& client);
/// The same, for somebody else to hand on.
std::vector<broker::SettledPart> take_settlements(Client& client);
/// They go to their queues, and this returns when they are on disk; with kEver, when those of earlier turns are, too.
enum class SettledWhen : std::uint8_t { kNow, kEver };
runtime::Task<Result<void>> settle_durably(Client* client, SettledWhen when);
/// All that was ever settled of one subscription.
runtime::Task<Result<void>> settle_durably(Client* client, std::uint64_t subscription);

// transactions.cpp
Outcome<void> take_begin(Client& client, const Frame& frame);
Outcome<void> take_abort(Client& client, const Frame& frame);
runtime::Task<Outcome<void>> take_commit(Client* client, const Frame* frame);
/// The one that the frame's header names; nullptr: it names none.
Outcome<Transaction*> transaction_of(Client& client, const Frame& frame);

}  // namespace wharf::stomp
