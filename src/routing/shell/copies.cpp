#include "routing/shell/copies.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "runtime/task_scope.hpp"

namespace wharf::routing {
namespace {

// What a shard does before it lets others run: some hundred microseconds at most.
constexpr std::size_t kChangesPerSlice = 64;
constexpr std::size_t kQueuesPerSlice = 32;
constexpr std::size_t kNamesPerSlice = 64;  // each against every policy

/// One walk of a namespace, however many of its policies changed.
void add(std::vector<PolicyWalk>& walks, PolicyWalk walk) {
  auto same = std::ranges::find(walks, walk.name_space, &PolicyWalk::name_space);
  if (same == walks.end()) return walks.push_back(std::move(walk));
  std::ranges::move(walk.changed, std::back_inserter(same->changed));
}

}  // namespace

Copies::Copies(const std::vector<runtime::Shard*>& shards, const std::vector<QueueHost*>& hosts,
               std::uint64_t hash_seed, runtime::Logger& logger)
    : logger_(logger) {
  WHARF_ASSERT(shards.size() == hosts.size());
  copies_.reserve(shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) copies_.push_back({*shards[i], *hosts[i], Namespaces(hash_seed)});
}

QueueChanges Copies::carry_out(Copy& copy, const Spread& spread) {
  QueueChanges all;
  for (const Change& change : spread.changes) {
    auto changed = copy.namespaces.apply(change);
    WHARF_ASSERT(changed.has_value());  // it was planned by the first shard's copy, and all copies are the same
    std::ranges::move(changed->gone, std::back_inserter(all.gone));
    std::ranges::move(changed->configured, std::back_inserter(all.configured));
    for (PolicyWalk& walk : changed->walks) add(all.walks, std::move(walk));
  }
  return all;
}

/// By what holds for it by now: two changes may follow each other slice by slice.
void Copies::configure(Copy& copy, const queue::QueueInfo& queue) {
  const Namespace* in = copy.namespaces.find(queue.name_space);
  std::shared_ptr<const queue::QueueInfo> now = in == nullptr ? nullptr : in->queue(queue.name);
  if (now && now->ref == queue.ref) copy.host.configure(queue.ref.id, now->settings);
}

/// The shard's queues follow its copy, a slice at a time; then the shard is done.
void Copies::follow(Copy* copy, QueueChanges changes, std::shared_ptr<Spread> spread) {
  if (!changes.walks.empty()) {
    std::ranges::move(copy->namespaces.follow(changes.walks.back(), kNamesPerSlice),
                      std::back_inserter(changes.configured));
    if (changes.walks.back().done) changes.walks.pop_back();
  }
  std::size_t done = 0;
  for (Queues& gone = changes.gone; !gone.empty() && done < kQueuesPerSlice; gone.pop_back()) {
    if (gone.back()->ref.shard != copy->shard.index()) continue;
    spread->messages += copy->host.close(gone.back()->ref.id);
    ++done;
  }
  for (Queues& configured = changes.configured; !configured.empty() && done < kQueuesPerSlice; configured.pop_back()) {
    if (configured.back()->ref.shard != copy->shard.index()) continue;
    configure(*copy, *configured.back());
    ++done;
  }
  if (!changes.gone.empty() || !changes.configured.empty() || !changes.walks.empty()) {
    copy->shard.post([copy, changes = std::move(changes), spread = std::move(spread)]() mutable {
      follow(copy, std::move(changes), std::move(spread));
    });
  } else if (--spread->shards_left == 0) {
    spread->known(spread->messages);
  }
}

Copies::Queues Copies::apply(std::vector<Change> changes, Known known) {
  auto spread = std::make_shared<Spread>(std::move(changes), std::move(known), copies_.size());
  QueueChanges here = carry_out(copies_.front(), *spread);
  for (std::size_t i = 1; i < copies_.size(); ++i) {
    Copy* copy = &copies_[i];
    copy->shard.post([copy, spread] { follow(copy, carry_out(*copy, *spread), spread); });
  }
  Queues gone = here.gone;
  follow(&copies_.front(), std::move(here), spread);
  return gone;
}

// --- what was stored

void Copies::load_change(Copy& copy, const Change& change) {
  bool is_first = copy.shard.index() == copies_.front().shard.index();
  Result<QueueChanges> loaded = copy.namespaces.apply(change);
  if (!loaded) {
    if (is_first) logger_.error("a stored definition cannot be used", {{"reason", loaded.error().message}});
    return;
  }
  for (PolicyWalk& walk : loaded->walks) {  // of what is ready-made: the rest comes behind the policies
    while (!walk.done) std::ignore = copy.namespaces.follow(walk, kNamesPerSlice);
  }
  const auto* made = std::get_if<QueueMade>(&change);
  if (made == nullptr || made->queue->ref.shard != copy.shard.index()) return;
  Result<void> opened = copy.host.open(copy.namespaces.find(made->queue->name_space)->queue(made->queue->name));
  if (!opened) {
    logger_.error(
        "a queue could not be opened",
        {{"namespace", made->queue->name_space}, {"queue", made->queue->name}, {"reason", opened.error().message}});
  }
}

runtime::Task<void> Copies::load_copy(std::size_t index, const std::vector<Change>* changes) {
  for (std::size_t i = 0; i < changes->size(); ++i) {
    if (i % kChangesPerSlice == kChangesPerSlice - 1) co_await runtime::next_turn(copies_[index].shard);
    load_change(copies_[index], (*changes)[i]);
  }
}

namespace {

/// A task on another shard, as one of a scope of this shard.
template <class Make>
runtime::Task<void> run_there(runtime::Shard* here, runtime::Shard* there, Make make) {
  co_await runtime::await_on(*here, *there, std::move(make));
}

}  // namespace

runtime::Task<void> Copies::load(const std::vector<Change>* changes) {
  runtime::Shard* first = &copies_.front().shard;
  runtime::TaskScope loading(*first);
  for (std::size_t i = 0; i < copies_.size(); ++i) {
    auto make = [this, i, changes] { return load_copy(i, changes); };
    loading.spawn("load-namespaces", run_there(first, &copies_[i].shard, std::move(make)));
  }
  co_await loading.close();
}

}  // namespace wharf::routing
