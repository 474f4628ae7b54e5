#pragma once
// A client's packets -> what they mean. One file for each group of packets beside this.
#include "protocols/mqtt/handlers/client.hpp"
#include "protocols/mqtt/wire/packet_buffer.hpp"
#include "runtime/task.hpp"

namespace wharf::mqtt {

/// Whether a packet is carried out at once, or suspends.
bool takes_time(const Client& client, const RawPacket& packet);
/// One packet, of those that came with one read; what it gathers is handed on by end_turn().
void take_packet(Client& client, const RawPacket& packet);
/// One that takes_time(): nothing behind it is looked at before it is done. `packet` outlives the task.
runtime::Task<void> take_slow_packet(Client* client, const RawPacket* packet);
/// All publishes of one read go to the ports in one call; the answers come when they are kept. So do the settlements.
void end_turn(Client& client);

// connect.cpp
runtime::Task<void> take_connect(Client* client, const RawPacket* packet);
/// The connection has ended: gives back what it held and leaves the session. Nothing of the client runs any more.
runtime::Task<void> leave(Client* client);

// publish.cpp
void take_publish(Client& client, const RawPacket& packet);
/// One that is to be retained, where the first of all is, or there are as many as may be.
runtime::Task<void> take_retained_publish(Client* client, const RawPacket* packet);
runtime::Task<void> hand_on(Client* client, GatheredPublishes gathered);
/// What can be said of publishes now.
void flush_answers(Client& client);
/// A message of the broker's own making on this client's behalf: its will.
runtime::Task<void> publish_will(Client* client);

// answers.cpp
void take_puback(Client& client, const RawPacket& packet);
void take_pubrec(Client& client, const RawPacket& packet);
void take_pubrel(Client& client, const RawPacket& packet);
void take_pubcomp(Client& client, const RawPacket& packet);
/// What the client has, by what the session kept, and its queue does not know of yet.
runtime::Task<Result<void>> settle_released(Client* client);
/// PUBREL again for what was left unfinished when the connection before ended.
void resend_releases(Client& client);

// subscribe.cpp
runtime::Task<void> take_subscribe(Client* client, const RawPacket* packet);
runtime::Task<void> take_unsubscribe(Client* client, const RawPacket* packet);
/// Of a shared subscription, which the client does not have any more: the queue goes with the last who has it.
runtime::Task<void> leave_queue(Client* client, std::string queue);
/// Whether the user may end a session of the client's identifier that another user has: who may delete its queue may.
bool may_end_session(const Client& client);
/// Whether it may have what waits in its own. kNotAuthorized.
Outcome<void> may_resume(Client& client);
/// A resumed session's queue has messages. Subscriptions that the user has no right to any more end.
runtime::Task<Result<void>> resume_subscriptions(Client* client);

// disconnect.cpp
void take_disconnect(Client& client, const RawPacket& packet);

// Keys of what a session keeps, beside those that broker/sessions.hpp has.
inline constexpr std::string_view kSubscriptionItem = "subscription/";  // and the filter
inline constexpr std::string_view kReceivedItem = "received/";          // and a packet identifier; a number, or kept
inline constexpr std::string_view kNumbersItem = "numbers";             // the limit of the numbers so far
inline constexpr std::string_view kReleasedItem = "released/";          // the same, of ours
inline constexpr std::string_view kReplayItem = "replay/";              // and the filter whose retained messages come

}  // namespace wharf::mqtt
