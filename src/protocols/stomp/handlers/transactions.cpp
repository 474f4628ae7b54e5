// BEGIN, COMMIT and ABORT: what is sent and settled in a transaction counts at its COMMIT.
#include <fmt/format.h>

#include "protocols/stomp/handlers/dispatch.hpp"
#include "protocols/stomp/session/errors.hpp"

namespace wharf::stomp {
namespace {

std::unexpected<ProtocolError> unknown(std::string_view id) {
  return refuse("Bad transaction", fmt::format("Invalid transaction identifier: \"{}\"\n", id));
}

/// All that it sent is routed, or nothing.
runtime::Task<Outcome<void>> gather(Client* client, const Transaction* transaction) {
  for (const KeptFrame& kept : transaction->sends) {
    Frame frame = kept.frame();
    std::erase_if(frame.headers, [](const Header& one) { return one.name == "receipt"; });  // it was given
    Outcome<void> routed = co_await send_kept(client, &frame);
    if (routed) continue;
    std::ignore = client->turn.take();
    co_return routed;
  }
  co_return Outcome<void>();
}

/// What was acknowledged by a subscription that has ended went back to its queue then.
Outcome<void> check_settled(const Client& client, const Transaction& transaction) {
  for (const Transaction::Settled& one : transaction.settled) {
    if (client.subscriptions.contains(one.subscription)) continue;
    return refuse("Bad transaction", "it has acknowledged messages of a subscription that ended before its COMMIT\n");
  }
  return {};
}

}  // namespace

Outcome<Transaction*> transaction_of(Client& client, const Frame& frame) {
  auto id = frame.header("transaction");
  if (!id) return nullptr;
  Transaction* open = client.transactions.find(*id);
  if (!open) return unknown(*id);
  return open;
}

Outcome<void> take_begin(Client& client, const Frame& frame) {
  Outcome<std::string_view> id = needed(frame, "transaction");
  if (!id) return refuse(id.error());
  constexpr std::size_t kLongestName = 255;
  if (id->empty() || id->size() > kLongestName)
    return refuse("Bad transaction", "a transaction's name has 1 to 255 bytes");
  if (client.transactions.size() >= Transactions::kMost)
    return refuse("Bad transaction", fmt::format("more than {} transactions at a time", Transactions::kMost));
  if (!client.transactions.begin(*id))
    return refuse("Bad transaction", fmt::format("The transaction \"{}\" has begun already\n", *id));
  return {};
}

Outcome<void> take_abort(Client& client, const Frame& frame) {
  Outcome<std::string_view> id = needed(frame, "transaction");
  if (!id) return refuse(id.error());
  std::optional<Transaction> aborted = client.transactions.take(*id);
  if (!aborted) return unknown(*id);
  for (const Transaction::Settled& one : aborted->settled) {
    auto known = client.subscriptions.find(one.subscription);
    if (known != client.subscriptions.end()) known->second->unsettled.put_back({one.delivery});
  }
  return {};
}

runtime::Task<Outcome<void>> take_commit(Client* client, const Frame* frame) {
  Outcome<std::string_view> id = needed(*frame, "transaction");
  if (!id) co_return refuse(id.error());
  std::optional<Transaction> committed = client->transactions.take(*id);
  if (!committed) co_return unknown(*id);
  if (auto settled = check_settled(*client, *committed); !settled) co_return settled;
  Outcome<void> gathered = co_await gather(client, &*committed);
  if (!gathered) co_return gathered;
  GatheredSends sends = client->turn.take();
  for (std::string& receipt : sends.receipts) receipt = *id;  // never empty: whoever commits hears of every failure
  hand_on_settlements(*client);                               // others
  for (const Transaction::Settled& one : committed->settled) {
    auto known = client->subscriptions.find(one.subscription);
    if (known != client->subscriptions.end()) settle(*client, *known->second, one.delivery, one.verdict);
  }
  std::optional<SendFailure> failure = co_await commit(client, &sends, take_settlements(*client));
  if (failure && failure->error.code == ErrorCode::kClosed) co_return refuse(protocol_error(failure->error));
  if (failure) co_return refuse("Bad transaction", fmt::format("not all was kept: {}", failure->error.message));
  co_return Outcome<void>();
}

}  // namespace wharf::stomp
