// What flows now, for the picture on the first page: the busiest of each kind, and the ways between them. What is asked
// of shards are their counters; nothing is counted for it.
#include <algorithm>
#include <set>

#include "admin/numbers/busiest_queues.hpp"
#include "admin/v1/answers.hpp"
#include "admin/v1/flow_picture.hpp"
#include "admin/v1/flow_sources.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/topic_json.hpp"
#include "model/default_namespace.hpp"
#include "routing/core/router.hpp"

namespace wharf::v1 {
namespace {

using Place = FlowPicture::Place;
using routing::Destination;
using routing::DestinationKind;

constexpr std::size_t kMost = 8;
constexpr std::string_view kTopicVhost = kDefaultNamespace;  // where topics are streams

/// One answer on its way.
struct Flow {
  Call* call;
  std::size_t most;
  std::vector<std::string> vhosts;  // that are looked at
  FlowPicture picture = {};
  std::set<std::string> protocols = {};                                     // of producers
  std::map<std::pair<std::string, std::string>, double> published_to = {};  // by virtual host and exchange
};

bool sees_all(const Call& call) {
  return call.user.has_tag("administrator") || call.user.has_tag("monitoring");
}

std::vector<std::string> vhosts_of(const Call& call) {
  std::vector<std::string> names = call.ports.entities.namespaces(call.here);
  std::string_view wanted = call.text("vhost").value_or("");
  std::erase_if(names, [&](const std::string& name) {
    if (!wanted.empty() && name != wanted) return true;
    return !sees_all(call) && !call.ports.access.table(call.here).may_use_namespace(call.user, name);
  });
  return names;
}

/// The `most` first ones have a place of their own, the others one together.
template <class Fold>
void add_busiest(Flow& flow, std::vector<FlowNode> nodes, Fold fold) {
  std::optional<FlowNode> others;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i < flow.most) {
      flow.picture.add(std::move(nodes[i]));
      continue;
    }
    if (!others) others = FlowNode{.kind = nodes[i].kind, .things = 0, .others = true};
    ++others->things;
    fold(*others, nodes[i]);
  }
  if (others) flow.picture.add(std::move(*others));
}

void fold_rates(FlowNode& into, const FlowNode& one) {
  if (one.in) into.in = into.in.value_or(0) + *one.in;
  if (one.out) into.out = into.out.value_or(0) + *one.out;
  into.waiting += one.waiting;
  into.members += one.members;
  if (one.lag_seconds) into.lag_seconds = std::max(into.lag_seconds.value_or(0), *one.lag_seconds);
}

double passes(const FlowNode& node) {
  return node.in.value_or(0) + node.out.value_or(0);
}

void sort_by_traffic(std::vector<FlowNode>& nodes) {
  std::ranges::sort(nodes, [](const FlowNode& a, const FlowNode& b) {
    return std::tuple(-passes(a), ~a.waiting, std::tie(a.vhost, a.name)) <
           std::tuple(-passes(b), ~b.waiting, std::tie(b.vhost, b.name));
  });
}

/// "AMQP 0-9-1", "MQTT 5.0": without the version.
std::string family_of(std::string_view protocol) {
  return std::string(protocol.substr(0, protocol.find(' ')));
}

runtime::Task<void> add_producers(Flow* flow) {
  const Call& call = *flow->call;
  std::vector<broker::ConnectionFacts> all = co_await call.ports.statistics.connections(call.here);
  std::map<std::string, FlowNode> by_family;
  for (const broker::ConnectionFacts& one : all) {
    if (!sees_all(call) && one.of->user != call.user.name) continue;
    std::string family = family_of(one.of->protocol);
    FlowNode& node = by_family.try_emplace(family, FlowNode{.name = family, .things = 0}).first->second;
    ++node.things;
    node.bytes_in = node.bytes_in.value_or(0) + one.traffic.rate(broker::ConnectionEvent::kBytesIn);
    node.bytes_out = node.bytes_out.value_or(0) + one.traffic.rate(broker::ConnectionEvent::kBytesOut);
  }
  for (auto& [family, node] : by_family) {
    flow->protocols.insert(family);
    flow->picture.add(std::move(node));
  }
}

runtime::Task<void> add_exchanges(Flow* flow) {
  const Call& call = *flow->call;
  std::vector<FlowNode> nodes;
  for (const std::string& vhost : flow->vhosts) {
    broker::Statistics::ByExchange exchanges = co_await call.ports.statistics.exchanges(call.here, vhost);
    for (const auto& [name, traffic] : exchanges) {
      using routing::ExchangeEvent;
      flow->published_to.emplace(std::pair(vhost, name), traffic.rate(ExchangeEvent::kPublishIn));
      nodes.push_back({.kind = FlowKind::kExchange,
                       .vhost = vhost,
                       .name = name,
                       .in = traffic.rate(ExchangeEvent::kPublishIn),
                       .out = traffic.rate(ExchangeEvent::kPublishOut)});
    }
  }
  sort_by_traffic(nodes);
  add_busiest(*flow, std::move(nodes), fold_rates);
}

runtime::Task<void> add_queues(Flow* flow) {
  const Call& call = *flow->call;
  admin::OtherQueues others;
  admin::QueueQuestion question{.entities = &call.ports.entities,
                                .operate = &call.ports.operate,
                                .vhost = {},
                                .pattern = {},
                                .most = flow->most,
                                .vhosts = &flow->vhosts,
                                .others = &others};
  std::vector<admin::NamedQueue> queues = co_await admin::busiest_queues(call.here, std::move(question));
  for (admin::NamedQueue& queue : queues) {
    const broker::QueueCounts& counts = queue.numbers.counts;
    flow->picture.add({.kind = FlowKind::kQueue,
                       .vhost = std::move(queue.vhost),
                       .name = std::move(queue.name),
                       .in = admin::rate_in(queue.numbers),
                       .out = admin::rate_out(queue.numbers),
                       .waiting = counts.ready + counts.unsettled,
                       .members = counts.consumers});
  }
  if (others.queues == 0) co_return;
  flow->picture.add({.kind = FlowKind::kQueue,
                     .things = others.queues,
                     .others = true,
                     .in = others.in,
                     .out = others.out,
                     .waiting = others.messages,
                     .members = others.consumers});
}

void add_topics(Flow& flow, const Sampled& sampled) {
  std::vector<FlowNode> nodes;
  for (const auto& [name, topic] : sampled.topics->topics()) {
    if (topic->internal) continue;
    std::optional<TopicFlow> rates = flow_of(topic->id, sampled);
    FlowNode node{.kind = FlowKind::kTopic, .name = name};
    if (rates) node.in = rates->records_in, node.out = rates->records_out;
    nodes.push_back(std::move(node));
  }
  sort_by_traffic(nodes);
  add_busiest(flow, std::move(nodes), fold_rates);
}

runtime::Task<std::shared_ptr<admin::NodeNumbers>> gather_groups(Call* call, cluster::TopicTable::Pointer topics) {
  auto numbers = std::make_shared<admin::NodeNumbers>();
  numbers->topics = std::move(topics);
  numbers->shards = co_await call->ports.operate.report(call->here);
  Milliseconds silent_after = call->ports.config.get<"admin.silent.member.ms">();
  admin::GroupQuestion question{&call->ports.groups, &call->ports.operate, call->about.started, silent_after};
  admin::RecordTimes times = std::exchange(call->memory.times, {});
  co_await admin::gather_groups(call->here, question, numbers.get(), &times);
  call->memory.times = std::move(times);
  co_return numbers;
}

/// What it has read since the start: all that came in, but for what it has not read.
void note_progress(Call& call, const admin::NodeNumbers& numbers, const Sampled& sampled) {
  GroupProgress::Sample sample{.at = call.here.now(), .read = {}};
  for (const admin::GroupNumbers& group : numbers.groups) {
    for (const auto& [topic, lag] : group.lag) {
      auto known = sampled.topics->find(topic);
      if (!known) continue;
      auto came = static_cast<std::int64_t>(records_in(known->id, sampled));
      sample.read.emplace(std::pair(group.id, topic), came - static_cast<std::int64_t>(lag.records));
    }
  }
  call.memory.progress.note(std::move(sample));
}

FlowNode node_of(const Flow& flow, const admin::GroupNumbers& group) {
  FlowNode node{.kind = FlowKind::kGroup, .name = group.id, .members = group.members};
  for (const auto& [topic, lag] : group.lag) {
    node.waiting += lag.records;
    if (lag.seconds) node.lag_seconds = std::max(node.lag_seconds.value_or(0), *lag.seconds);
    std::optional<double> rate = flow.call->memory.progress.rate(group.id, topic);
    if (rate) node.in = node.in.value_or(0) + *rate;
  }
  return node;
}

void add_groups(Flow& flow, const admin::NodeNumbers& numbers) {
  std::vector<FlowNode> nodes;
  for (const admin::GroupNumbers& group : numbers.groups) nodes.push_back(node_of(flow, group));
  sort_by_traffic(nodes);
  add_busiest(flow, std::move(nodes), fold_rates);
  for (const admin::GroupNumbers& group : numbers.groups) {
    std::optional<Place> to = flow.picture.find(FlowKind::kGroup, {}, group.id);
    for (const auto& [topic, lag] : group.lag) {
      std::optional<Place> from = flow.picture.find(FlowKind::kTopic, {}, topic);
      if (from && to) flow.picture.connect(*from, *to, flow.call->memory.progress.rate(group.id, topic));
    }
  }
}

/// Exchanges that are published to and whose messages may come there, by whatever ways.
using Feeders = std::set<std::string>;

Feeders feeders_of(const Flow& flow, const std::string& vhost, const Destination& destination) {
  std::optional<broker::NamespaceView> view = flow.call->ports.entities.find(flow.call->here, vhost);
  if (!view) return {};
  Feeders found = sources_of(*view->routes, destination);
  std::erase_if(found, [&](const std::string& name) { return !flow.published_to.contains({vhost, name}); });
  return found;
}

/// Whether something comes that way now.
bool is_busy(const Flow& flow, const std::string& vhost, const std::string& exchange) {
  auto found = flow.published_to.find({vhost, exchange});
  return found != flow.published_to.end() && found->second > 0;
}

/// Every queue and topic can be reached by the default exchange, so it is no use to draw all those ways. What it has
/// passed on is taken to have gone where nothing else that is busy leads; where that does not explain all of it, nobody
/// knows how much the others got of it.
struct ByName {
  double rate = 0, explained = 0;  // what was published to it; what came in where nothing else leads

  bool is_explained() const { return rate <= explained * 1.2 + 1; }
};

std::map<std::string, ByName> published_by_name(const Flow& flow, const std::map<Place, Feeders>& feeders) {
  std::map<std::string, ByName> by_vhost;
  for (const auto& [exchange, rate] : flow.published_to) {
    if (exchange.second.empty()) by_vhost[exchange.first].rate = rate;
  }
  for (const auto& [place, names] : feeders) {
    const FlowNode& node = flow.picture.at(place);
    auto busy = [&](const std::string& name) { return !name.empty() && is_busy(flow, node.vhost, name); };
    bool is_queue = node.kind == FlowKind::kQueue;
    if (is_queue && std::ranges::none_of(names, busy)) by_vhost[node.vhost].explained += node.in.value_or(0);
  }
  for (Place place : flow.picture.all_of(FlowKind::kQueue)) {  // the others may be reached by it, in any of them
    const FlowNode& node = flow.picture.at(place);
    for (auto& [vhost, by_name] : by_vhost) by_name.explained += node.others ? node.in.value_or(0) : 0;
  }
  return by_vhost;
}

/// How much comes by which of them is known where one alone is busy.
void connect_feeders(Flow& flow, const std::string& vhost, const Feeders& feeders, Place to, const ByName& by_name) {
  auto is_other = [&](const std::string& name) { return !name.empty() && is_busy(flow, vhost, name); };
  const auto others = std::ranges::count_if(feeders, is_other);
  const bool is_known = others == 1 && by_name.is_explained();
  for (const std::string& name : feeders) {
    std::optional<Place> from = flow.picture.find(FlowKind::kExchange, vhost, name);
    if (!from) continue;
    const std::optional<double> in = flow.picture.at(to).in;
    if (name.empty()) {
      bool is_queue = flow.picture.at(to).kind == FlowKind::kQueue;
      if (is_queue && others == 0 && by_name.rate > 0 && in.value_or(0) > 0) flow.picture.connect(*from, to, in);
    } else if (is_other(name)) {
      flow.picture.connect(*from, to, is_known ? in : std::nullopt);
    } else {
      flow.picture.connect(*from, to, 0.0);
    }
  }
}

std::map<Place, Feeders> all_feeders(const Flow& flow) {
  std::map<Place, Feeders> feeders;
  for (auto [kind, destination] : {std::pair(FlowKind::kQueue, DestinationKind::kQueue),
                                   std::pair(FlowKind::kTopic, DestinationKind::kLogTopic)}) {
    for (Place place : flow.picture.all_of(kind)) {
      const FlowNode& node = flow.picture.at(place);
      const std::string vhost(kind == FlowKind::kTopic ? kTopicVhost : node.vhost);
      if (!node.others) feeders.emplace(place, feeders_of(flow, vhost, {destination, node.name}));
    }
  }
  return feeders;
}

void connect_all_feeders(Flow& flow, const std::map<Place, Feeders>& feeders) {
  std::map<std::string, ByName> by_name = published_by_name(flow, feeders);
  for (const auto& [place, names] : feeders) {
    const FlowNode& node = flow.picture.at(place);
    const std::string vhost(node.kind == FlowKind::kTopic ? kTopicVhost : node.vhost);
    connect_feeders(flow, vhost, names, place, by_name[vhost]);
  }
}

/// The consumers of all queues are one.
void connect_consumers(Flow& flow) {
  std::optional<Place> consumers;
  for (Place place : flow.picture.all_of(FlowKind::kQueue)) {
    const FlowNode node = flow.picture.at(place);
    if (node.members == 0 && node.out.value_or(0) == 0) continue;
    if (!consumers) consumers = flow.picture.add({.kind = FlowKind::kConsumers, .things = 0});
    flow.picture.connect(place, *consumers, node.out);
  }
}

/// Kafka's producers write to topics themselves; how much of it is theirs is known where nothing else leads there.
void connect_topics(Flow& flow, const std::map<Place, Feeders>& feeders) {
  std::optional<Place> kafka = flow.picture.find(FlowKind::kProducers, {}, "Kafka");
  if (!kafka) return;
  for (Place place : flow.picture.all_of(FlowKind::kTopic)) {
    auto busy = [&](const std::string& name) { return !name.empty() && is_busy(flow, std::string(kTopicVhost), name); };
    auto found = feeders.find(place);
    bool is_fed = found != feeders.end() && std::ranges::any_of(found->second, busy);
    flow.picture.connect(*kafka, place, is_fed ? std::nullopt : flow.picture.at(place).in);
  }
}

/// Who may have published there: MQTT does by one exchange, Kafka by none.
bool publishes(std::string_view protocol, std::string_view exchange, bool others) {
  if (protocol == "Kafka") return false;
  return protocol != "MQTT" || others || exchange == routing::kTopicSpace;
}

void connect_exchanges(Flow& flow) {
  for (Place place : flow.picture.all_of(FlowKind::kExchange)) {
    const FlowNode node = flow.picture.at(place);
    auto publish = [&](const std::string& protocol) { return publishes(protocol, node.name, node.others); };
    auto ways = std::ranges::count_if(flow.protocols, publish);
    for (const std::string& protocol : flow.protocols) {
      if (!publish(protocol)) continue;
      Place from = *flow.picture.find(FlowKind::kProducers, {}, protocol);
      flow.picture.connect(from, place, ways == 1 ? node.in : std::nullopt);
    }
  }
}

}  // namespace

Answer get_flow(Call* call) {
  auto most = static_cast<std::size_t>(call->number("most").value_or(kMost));
  Flow flow{.call = call, .most = most, .vhosts = vhosts_of(*call)};
  co_await add_producers(&flow);
  co_await add_exchanges(&flow);
  co_await add_queues(&flow);
  Sampled sampled = co_await sample_topics(call);
  add_topics(flow, sampled);
  std::shared_ptr<admin::NodeNumbers> numbers = co_await gather_groups(call, sampled.topics);
  note_progress(*call, *numbers, sampled);
  add_groups(flow, *numbers);
  const std::map<Place, Feeders> feeders = all_feeders(flow);
  connect_exchanges(flow);
  connect_topics(flow, feeders);
  connect_all_feeders(flow, feeders);
  connect_consumers(flow);
  co_return json_answer(flow.picture.json());
}

}  // namespace wharf::v1
