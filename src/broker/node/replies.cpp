#include "broker/node/replies.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace wharf::broker {
namespace {

/// "<shard>-<number>.<secret>". The secret is borrowed.
struct Address {
  std::size_t shard = 0;
  std::uint64_t number = 0;
  std::string_view secret;
};

template <class Number>
bool take_number(std::string_view& text, char behind, Number& into) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  if (error != std::errc() || end == text.data() + text.size() || *end != behind) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

/// None: anybody may write anything as an address.
std::optional<Address> parse(std::string_view text, std::size_t shards) {
  Address address;
  if (!take_number(text, '-', address.shard) || !take_number(text, '.', address.number)) return std::nullopt;
  if (address.shard >= shards) return std::nullopt;
  address.secret = text;
  return address;
}

/// To whom each goes, those of one consumer together.
void hand_out(const ReplyConsumers& consumers, std::vector<Reply> replies, std::size_t shards) {
  std::vector<queue::Delivery> batch;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    batch.push_back(std::move(replies[i].message));
    if (i + 1 < replies.size() && replies[i + 1].address == replies[i].address) continue;
    std::optional<Address> address = parse(replies[i].address, shards);
    std::shared_ptr<ReplySink> sink = address ? consumers.find(address->number, address->secret) : nullptr;
    if (sink) sink->replied(std::move(batch));
    batch.clear();
  }
}

}  // namespace

std::string NodeReplies::open(runtime::Shard& here, std::shared_ptr<ReplySink> sink) {
  std::string secret = random_.uuid().base64();
  std::uint64_t number = shards_.at(here).reply_consumers.add(secret, std::move(sink));
  return fmt::format("{}-{}.{}", here.index().value, number, secret);
}

void NodeReplies::close(runtime::Shard& here, std::string_view address) {
  std::optional<Address> known = parse(address, shards_.size());
  if (known) shards_.at(here).reply_consumers.remove(known->number, known->secret);
}

void NodeReplies::send(runtime::Shard&, std::vector<Reply> replies) {
  std::vector<std::vector<Reply>> by_shard(shards_.size());
  for (Reply& reply : replies) {
    std::optional<Address> address = parse(reply.address, shards_.size());
    if (address) by_shard[address->shard].push_back(std::move(reply));
  }
  for (std::size_t i = 0; i < by_shard.size(); ++i) {
    if (by_shard[i].empty()) continue;
    NodeShard* there = &shards_.at(i);
    auto work = [there, shards = shards_.size(), portion = std::move(by_shard[i])]() mutable {
      hand_out(there->reply_consumers, std::move(portion), shards);
    };
    // Posted at home too: a consumer is not called back from within its own publish.
    there->shard.post(std::move(work));
  }
}

runtime::Task<bool> NodeReplies::is_open(runtime::Shard& here, std::string address) {
  std::optional<Address> known = parse(address, shards_.size());
  if (!known) co_return false;
  NodeShard* there = &shards_.at(known->shard);
  auto look = [there, number = known->number, secret = std::string(known->secret)] {
    return there->reply_consumers.find(number, secret) != nullptr;
  };
  bool open = co_await runtime::call_on(here, there->shard, std::move(look));
  co_return open;
}

}  // namespace wharf::broker
