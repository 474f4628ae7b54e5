#include "protocols/stomp/handlers/dispatch.hpp"

#include <fmt/format.h>

#include "protocols/stomp/handlers/deliveries.hpp"
#include "protocols/stomp/session/errors.hpp"

namespace wharf::stomp {
namespace {

bool is_connect(const Frame& frame) {
  return frame.command == "CONNECT" || frame.command == "STOMP";
}

bool settles(const Frame& frame) {
  return frame.command == "ACK" || frame.command == "NACK";
}

/// Bodies are SEND's alone; what others have is looked at by nobody, so it had better be small.
constexpr std::size_t kLargestOtherBody = 1024;

Outcome<void> check_body(const Frame& frame) {
  if (frame.command == "SEND" || frame.body.size() <= kLargestOtherBody) return {};
  return refuse("Illegal body", fmt::format("a {} frame has no body", frame.command));
}

Outcome<void> take(Client& client, const Frame& frame) {
  if (auto good = check_body(frame); !good) return good;
  if (frame.command == "SEND") return take_send(client, frame);
  if (settles(frame)) return take_settlement(client, frame, frame.command == "ACK");
  Outcome<void> taken;
  if (frame.command == "BEGIN") {
    taken = take_begin(client, frame);
  } else if (frame.command == "ABORT") {
    taken = take_abort(client, frame);
  } else {
    return refuse("Bad command", fmt::format("Could not interpret command \"{}\"\n", frame.command));
  }
  if (taken) client.receipt(frame);
  return taken;
}

/// A settlement whose receipt says that it is on disk.
runtime::Task<Outcome<void>> settle_with_receipt(Client* client, const Frame* frame) {
  Outcome<void> taken = take_settlement(*client, *frame, frame->command == "ACK");
  if (!taken) co_return taken;
  Result<void> kept = co_await settle_durably(client, SettledWhen::kNow);
  if (!kept) co_return refuse(protocol_error(kept.error()));
  co_return Outcome<void>();
}

runtime::Task<Outcome<void>> take_slow(Client* client, const Frame* frame) {
  if (frame->command == "SEND") {  // whose receipt comes by itself
    Outcome<void> sent = co_await take_first_send(client, frame);
    co_return sent;
  }
  Outcome<void> taken;
  if (frame->command == "SUBSCRIBE") {
    taken = co_await take_subscribe(client, frame);
  } else if (frame->command == "UNSUBSCRIBE") {
    taken = co_await take_unsubscribe(client, frame);
  } else if (frame->command == "COMMIT") {
    taken = co_await take_commit(client, frame);
  } else {
    taken = co_await settle_with_receipt(client, frame);
  }
  if (taken) client->receipt(*frame);
  co_return taken;
}

}  // namespace

bool takes_time(Client& client, const Frame& frame) {
  if (is_connect(frame) || client.phase != Client::Phase::kRunning) return true;
  if (frame.command == "SEND") return send_takes_time(client, frame);
  if (settles(frame)) return frame.header("receipt") && !frame.header("transaction");
  return frame.command == "SUBSCRIBE" || frame.command == "UNSUBSCRIBE" || frame.command == "COMMIT" ||
         frame.command == "DISCONNECT";
}

void take_frame(Client& client, const Frame& frame) {
  if (auto taken = take(client, frame); !taken) client.end(taken.error(), frame.header("receipt"));
}

runtime::Task<void> take_slow_frame(Client* client, const Frame* frame) {
  const bool first = client->phase == Client::Phase::kStart;
  if (first && !is_connect(*frame)) {
    client->end({"Illegal command", "You must log in using CONNECT first"}, frame->header("receipt"));
  } else if (first) {
    co_await take_connect(client, frame);
  } else if (is_connect(*frame)) {
    client->end({"Illegal command", "a second CONNECT"}, frame->header("receipt"));
  } else if (auto good = check_body(*frame); !good) {
    client->end(good.error(), frame->header("receipt"));
  } else if (frame->command == "DISCONNECT") {
    co_await take_disconnect(client, frame);
  } else {
    Outcome<void> taken = co_await take_slow(client, frame);
    if (!taken) client->end(taken.error(), frame->header("receipt"));
  }
}

void end_turn(Client& client) {
  if (!client.turn.empty()) {
    GatheredSends gathered = client.turn.take();
    client.unanswered_bytes += gathered.bytes;
    client.unanswered_messages += gathered.receipts.size();
    client.tasks.spawn("stomp-send", hand_on(&client, std::move(gathered)));
  }
  hand_on_settlements(client);
}

}  // namespace wharf::stomp
