#include "broker/transactions.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

using Outcomes = std::vector<Result<void>>;

runtime::Task<void> settle(runtime::Shard* here, Queues* queues, SettledPart part, Result<void>* into) {
  *into = co_await queues->settle_durably(*here, part.queue, part.consumer, std::move(part.settlements));
}

}  // namespace

runtime::Task<Outcomes> carry_out(runtime::Shard& here, OutgoingPorts to, TransactionParts parts) {
  std::vector<SettledPart> settled = std::move(parts.settled);
  Outcomes outcomes = co_await send(here, to, std::move(parts.sends));
  auto refused = std::ranges::find_if_not(outcomes, is_kept<void>);
  if (refused != outcomes.end()) {
    Result<void> first = *refused;
    outcomes.resize(outcomes.size() + settled.size(), first);
    co_return outcomes;
  }
  Outcomes of_settled(settled.size());
  runtime::TaskScope settling(here);
  for (std::size_t i = 0; i < settled.size(); ++i) {
    settling.spawn("settle-in-transaction", settle(&here, &to.queues, std::move(settled[i]), &of_settled[i]));
  }
  co_await settling.close();
  std::ranges::move(of_settled, std::back_inserter(outcomes));
  co_return outcomes;
}

}  // namespace wharf::broker
