#include "protocols/amqp091/handlers/deduplicated_publishes.hpp"

#include <algorithm>

#include "protocols/amqp091/handlers/handlers.hpp"

namespace wharf::amqp091 {

runtime::Task<Result<void>> pass_on(Client* client, DeduplicatedPublishes gathered) {
  Result<void> all;
  std::vector<Result<broker::PassedOn>> outcomes =
      co_await client->door.deduplication.pass_on(client->shard, std::move(gathered.messages));
  std::vector<Channel*> answered;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const DeduplicatedPublishes::Answer& answer = gathered.answers[i];
    const Result<broker::PassedOn>& outcome = outcomes[i];
    if (!outcome) {
      tell_of_loss(*client, outcome.error());
      all = fail(outcome.error());
    } else if (*outcome == broker::PassedOn::kNowhere && answer.publish) {
      Command command = answer.publish->command();
      if (auto method = decode_method<BasicPublish>(command.method)) return_message(*answer.channel, *method, command);
    }
    if (!answer.tag) continue;
    answer.channel->confirms.resolve(*answer.tag, *answer.tag, outcome.has_value());
    if (std::ranges::find(answered, answer.channel.get()) == answered.end()) answered.push_back(answer.channel.get());
  }
  for (Channel* channel : answered) flush_confirms(*channel);
  co_return all;
}

runtime::Task<void> hand_on(Client* client, DeduplicatedPublishes gathered) {
  std::vector<ChannelPointer> channels;
  for (const DeduplicatedPublishes::Answer& answer : gathered.answers) channels.push_back(answer.channel);
  std::uint64_t bytes = gathered.bytes;
  std::ignore = co_await pass_on(client, std::move(gathered));
  for (const ChannelPointer& channel : channels) {
    if (--channel->on_way == 0) channel->landed.notify();
  }
  client->unanswered_bytes -= bytes;
  client->unanswered_messages -= channels.size();
  client->can_read.notify();
}

}  // namespace wharf::amqp091
