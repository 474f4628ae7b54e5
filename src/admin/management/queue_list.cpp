// Lists of queues. What only shards know of a queue is asked for those that are answered, and for all where the list is
// sorted by it.
#include <numeric>

#include "admin/management/each_destination.hpp"
#include "admin/management/list.hpp"
#include "admin/management/queue_json.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "admin/management/samples.hpp"
#include "admin/management/shown_streams.hpp"

namespace wharf::management {
namespace {

bool wants_counts(const http::Request& request) {
  return request.parameter("disable_stats") != "true" || request.parameter("enable_queue_totals") == "true";
}

/// "message_stats.publish_details.rate"
std::optional<queue::QueueEvent> rate_in(std::string_view path) {
  constexpr std::string_view kStats = "message_stats.", kRate = "_details.rate";
  if (!path.starts_with(kStats) || !path.ends_with(kRate) || path.size() < kStats.size() + kRate.size())
    return std::nullopt;
  path = path.substr(kStats.size(), path.size() - kStats.size() - kRate.size());
  auto found = std::ranges::find(queue::kQueueEventNames, path);
  if (found == queue::kQueueEventNames.end()) return std::nullopt;
  return static_cast<queue::QueueEvent>(found - queue::kQueueEventNames.begin());
}

class QueueItems final : public ListedItems {
 public:
  QueueItems(std::vector<ShownQueue> queues, const Call& call)
      : queues_(std::move(queues)),
        node_(queue_node(call)),
        counts_(wants_counts(call.request)),
        samples_(SamplesQuestion::of(call.request).value_or(SamplesQuestion())) {}

  runtime::Task<void> prepare(Call* call, const ListQuestion* question) override {
    if (question->sort.empty()) co_return;
    const WantedFields key(question->sort);
    Places all(queues_.size());
    std::iota(all.begin(), all.end(), 0u);
    co_await look(call, &key, &all);
  }
  runtime::Task<void> complete(Call* call, const ListQuestion* question, const Places* places) override {
    if (samples_.asks()) remember(*call, *places);
    return look(call, &question->columns, places);
  }

  void arrange() override {
    std::ranges::sort(queues_, {},
                      [](const ShownQueue& one) { return std::tie(one.queue->name_space, one.queue->name); });
  }
  std::size_t size() const override { return queues_.size(); }
  boost::json::object json_of(std::size_t place, const WantedFields& wanted) const override {
    boost::json::object json = management::json_of(queues_[place], node_, wanted);
    if (samples_.asks() && queues_[place].numbers) {
      add_samples(json, samples_, queues_[place].hour.get(), node_.now);
    }
    return json;
  }
  std::string name_of(std::size_t place) const override { return queues_[place].queue->name; }
  SortKey key_of(std::size_t place, const WantedFields& path) const override;

 private:
  runtime::Task<void> look(Call* call, const WantedFields* wanted, const Places* places);
  runtime::Task<void> count(Call* call, const Places* places);

  void remember(const Call& call, const Places& places);

  std::vector<ShownQueue> queues_;
  QueueNode node_;
  bool counts_;
  SamplesQuestion samples_;
  bool counted_all_ = false;
};

/// What is kept of them, for whom the list is written for elsewhere; a list begins no samples.
void QueueItems::remember(const Call& call, const Places& places) {
  for (std::uint32_t place : places) {
    const broker::QueueInfo& queue = *queues_[place].queue;
    const history::QueueRing* ring = call.ports.history.queue({queue.name_space, queue.name});
    if (ring != nullptr) queues_[place].hour = std::make_shared<const history::QueueRing>(*ring);
  }
}

/// Some hundred at a time.
runtime::Task<void> QueueItems::look(Call* call, const WantedFields* wanted, const Places* places) {
  if (counts_ && !counted_all_ && wants_numbers(*wanted)) co_await count(call, places);
  if (!wants_policy(*wanted)) co_return;
  std::size_t looked = 0;
  for (std::uint32_t place : *places) {
    if (!queues_[place].stream) queues_[place].policy = policy_of(*call, *queues_[place].queue);
    if (++looked % kItemsPerSlice == 0) co_await runtime::next_turn(call->here);
  }
}

runtime::Task<void> QueueItems::count(Call* call, const Places* places) {
  std::vector<broker::QueueRef> asked;
  std::vector<ShownQueue*> streams;
  asked.reserve(places->size());
  for (std::uint32_t place : *places) {
    asked.push_back(queues_[place].queue->ref);
    if (queues_[place].stream) streams.push_back(&queues_[place]);
  }
  std::vector<broker::QueueNumbers> numbers = co_await call->ports.operate.queue_numbers(call->here, std::move(asked));
  for (std::size_t i = 0; i < numbers.size(); ++i) queues_[(*places)[i]].numbers = numbers[i];
  node_.now = call->here.clock().wall_now();  // for how long they have been idle was told by now
  co_await count_streams(call, std::move(streams));
  counted_all_ = places->size() == queues_.size();
}

/// What lists are sorted by most is known without JSON.
SortKey QueueItems::key_of(std::size_t place, const WantedFields& path) const {
  const ShownQueue& shown = queues_[place];
  const std::string& field = path.paths().front();
  if (field == "name") return SortKey::of(std::string_view(shown.queue->name));
  if (!shown.numbers) return ListedItems::key_of(place, path);
  auto number = [](std::uint64_t value) { return SortKey::of(static_cast<double>(value)); };
  const broker::QueueCounts& counts = shown.numbers->counts;
  if (field == "messages") return number(counts.ready + counts.unsettled);
  if (field == "messages_ready") return number(counts.ready);
  if (field == "messages_unacknowledged") return number(counts.unsettled);
  if (field == "consumers") return number(counts.consumers);
  if (field == "message_bytes") return number(shown.numbers->ready_bytes + shown.numbers->unsettled_bytes);
  if (std::optional<queue::QueueEvent> event = rate_in(field)) {
    return SortKey{SortKey::Kind::kNumber, shown.numbers->traffic.rate(*event), {}};
  }
  return ListedItems::key_of(place, path);
}

runtime::Task<void> gather(Call* call, std::string vhost, std::vector<ShownQueue>* into) {
  auto visit = [call, vhost, into](const broker::NamespaceView& view, routing::DestinationId id) {
    const routing::Destination& one = view.routes->destination(id);
    QueuePointer queue = one.kind == routing::DestinationKind::kQueue ? (*view.queues)[id] : nullptr;
    if (queue) into->push_back({.queue = std::move(queue), .policy = {}, .numbers = {}});
    StreamPointer stream =
        one.kind == routing::DestinationKind::kLogTopic ? stream_named(*call, vhost, one.name) : nullptr;
    if (stream) into->push_back(shown_stream(std::move(stream)));
  };
  return each_destination(call, std::move(vhost), std::move(visit));
}

runtime::Task<http::Response> list(Call* call, std::vector<std::string> vhosts) {
  std::expected<SamplesQuestion, http::Response> samples = SamplesQuestion::of(call->request);
  if (!samples) co_return samples.error();
  std::vector<ShownQueue> queues;
  for (const std::string& vhost : vhosts) co_await gather(call, vhost, &queues);
  http::Response response = co_await answer_list(call, std::make_shared<QueueItems>(std::move(queues), *call));
  co_return response;
}

}  // namespace

Answer list_queues(Call* call) {
  return list(call, visible_vhosts(*call));
}

Answer list_queues_of_vhost(Call* call) {
  return list(call, {call->vhost()});
}

}  // namespace wharf::management
