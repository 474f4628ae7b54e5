#include "admin/door.hpp"

#include <utility>

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "admin/console.hpp"
#include "admin/cross_site.hpp"
#include "admin/metrics_page.hpp"
#include "admin/metrics_text.hpp"
#include "admin/rabbitmq_metrics.hpp"
#include "model/number_text.hpp"
#include "runtime/work_beside.hpp"

namespace wharf::admin {
namespace {

constexpr std::size_t kMostQueues = 1'000;

constexpr std::string_view kIndex =
    "wharf\n"
    "  /         the console, for browsers\n"
    "  /healthz  alive, and what it is doing\n"
    "  /readyz   200 when clients are served\n"
    "  /metrics  in Prometheus's text format; ?topic=NAME for one topic's partitions, ?queue=PATTERN or ?top=N for "
    "queues\n"
    "  /api      RabbitMQ's management API: users, virtual hosts, exchanges, queues, bindings, policies\n"
    "  /api/wharf/v1/openapi.json  our own: topics, messages, groups, settings\n";

std::int64_t milliseconds(Nanoseconds time) {
  return std::chrono::duration_cast<Milliseconds>(time).count();
}

boost::json::string_view json_text(std::string_view text) {
  return {text.data(), text.size()};
}

http::Response json_response(unsigned status, const boost::json::object& body) {
  return {.status = status,
          .content_type = "application/json",
          .body = boost::json::serialize(body) + "\n",
          .headers = {{"Cache-Control", "no-store"}}};
}

http::Response text_response(std::string body) {
  return {.content_type = std::string(kMetricsContentType), .body = std::move(body), .headers = {}};
}

}  // namespace

Door::Door(runtime::Shard& shard, runtime::WorkPool& beside, std::string version, const log::RecoveryProgress& progress,
           Milliseconds silent_after)
    : shard_(shard),
      beside_(beside),
      version_(std::move(version)),
      progress_(progress),
      silent_after_(silent_after),
      begun_(shard.now()),
      idle_(shard) {}

void Door::ready(NodePorts node) {
  node_ = node;
  stage_ = Stage::kReady;
  ready_since_ = shard_.now();
}

runtime::Task<void> Door::stopping() {
  node_.reset();
  stage_ = Stage::kStopping;
  while (asking_ > 0) co_await idle_.wait();
}

void Door::asking_ended() {
  if (--asking_ == 0) idle_.notify();
}

ServerNumbers Door::server_numbers() const {
  ServerNumbers numbers{.version = version_,
                        .stage = stage_,
                        .recovery = ready_since_.value_or(shard_.now()) - begun_,
                        .partitions_done = progress_.partitions_done,
                        .partitions_total = progress_.partitions_total,
                        .scanned_bytes = progress_.scanned_bytes,
                        .ports = {}};
  if (node_) {
    numbers.rabbitmq_version = node_->rabbitmq_version;
    numbers.node_name = node_->node_name;
    numbers.cluster_name = node_->cluster_name;
    numbers.memory_high_bytes = node_->memory_high_bytes;
  }
  for (const runtime::OpenPort* port : ports_) numbers.ports.emplace(port->name(), port->counts());
  return numbers;
}

http::Response Door::health() const {
  boost::json::object body{{"state", json_text(to_string(stage_))}, {"version", version_}};
  body["uptime_ms"] = milliseconds(shard_.now() - begun_);
  body["recovery"] = {{"took_ms", milliseconds(ready_since_.value_or(shard_.now()) - begun_)},
                      {"partitions_done", progress_.partitions_done.load()},
                      {"partitions_found", progress_.partitions_total.load()},
                      {"scanned_bytes", progress_.scanned_bytes.load()}};
  return json_response(200, body);
}

runtime::Task<http::Response> Door::readiness() {
  if (!node_) {
    co_return json_response(503,
                            {{"ready", false},
                             {"state", json_text(to_string(stage_))},
                             {"reason", json_text(stage_ == Stage::kStopping ? "the server is stopping"
                                                                             : "the server recovers what is stored")}});
  }
  ++asking_;
  std::optional<Error> refusing = co_await node_->operate->refusing(shard_);
  asking_ended();
  if (refusing) {
    co_return json_response(503, {{"ready", false},
                                  {"state", json_text(to_string(stage_))},
                                  {"reason", "records are not kept: " + refusing->message}});
  }
  co_return json_response(200, {{"ready", true}, {"state", json_text(to_string(stage_))}});
}

runtime::Task<void> Door::gather(NodePorts node, NodeNumbers* into) {
  into->topics = node.catalogue->topics(shard_);
  into->shards = co_await node.operate->report(shard_);
  into->queues = co_await node.operate->queue_sums(shard_);
  if (node.statistics != nullptr) into->traffic = co_await node.statistics->traffic(shard_);
  Result<broker::DiskReport> disk = co_await node.operate->disk(shard_);
  if (disk) into->disk = *disk;
  GroupQuestion question{node.groups, node.operate, ready_since_.value_or(begun_), silent_after_};
  RecordTimes times = std::exchange(times_, {});  // a second scrape at the same time finds out for itself
  co_await gather_groups(shard_, question, into, &times);
  times_ = std::move(times);
}

runtime::Task<http::Response> Door::metrics() {
  MonotonicTime begun = shard_.now();
  auto snapshot = std::make_shared<Snapshot>(Snapshot{.server = server_numbers(), .node = {}});
  if (node_) {
    ++asking_;
    NodePorts node = *node_;
    snapshot->node.emplace();
    co_await gather(node, &*snapshot->node);
    asking_ended();
  }
  snapshot->gathering = shard_.now() - begun;
  auto write = [snapshot = std::move(snapshot)] { return metrics_page(*snapshot, runtime::process_facts()); };
  std::string page = co_await runtime::run_on(beside_, shard_, std::move(write));
  co_return text_response(std::move(page));
}

runtime::Task<http::Response> Door::metrics_of_topic(std::string name) {
  if (!node_) co_return http::refusal(503, "topics are known once the server is ready");
  std::shared_ptr<const cluster::Topic> topic = node_->catalogue->topics(shard_)->find(name);
  if (!topic) co_return http::refusal(404, fmt::format("there is no topic '{}'", name));
  ++asking_;
  std::vector<broker::ShardReport> shards = co_await node_->operate->report(shard_);
  asking_ended();
  auto write = [shards = std::move(shards), topic] { return topic_page(shards, *topic); };
  std::string page = co_await runtime::run_on(beside_, shard_, std::move(write));
  co_return text_response(std::move(page));
}

/// ?queue=PATTERN&vhost=NAME&top=NUMBER
runtime::Task<http::Response> Door::metrics_of_queues(http::Request request) {
  if (!node_ || node_->entities == nullptr) co_return http::refusal(503, "queues are known once the server is ready");
  QueueQuestion question{.entities = node_->entities, .operate = node_->operate};
  question.vhost = request.parameter("vhost").value_or("");
  std::string_view pattern = request.parameter("queue").value_or(""), top = request.parameter("top").value_or("100");
  if (!pattern.empty()) {
    Result<security::Pattern> compiled = security::Pattern::compile(pattern);
    if (!compiled) co_return http::refusal(400, "queue: " + compiled.error().message);
    question.pattern = std::move(*compiled);
  }
  std::optional<std::size_t> most = parse_number<std::size_t>(top);
  if (!most || *most == 0 || *most > kMostQueues) {
    co_return http::refusal(400, fmt::format("top: a number from 1 to {}", kMostQueues));
  }
  question.most = *most;
  broker::Queues* storage = node_->queues;  // it waits for those who are asking, and is forgotten before
  ++asking_;
  std::vector<NamedQueue> queues = co_await busiest_queues(shard_, std::move(question));
  if (storage != nullptr) co_await look_at_storage(shard_, storage, &queues);
  asking_ended();
  auto write = [queues = std::move(queues)] { return queues_page(queues); };
  std::string page = co_await runtime::run_on(beside_, shard_, std::move(write));
  co_return text_response(std::move(page));
}

runtime::Task<http::Response> Door::management(http::Request request) {
  if (changes_for_another_site(request)) {
    co_return json_response(403, {{"error", "forbidden"}, {"reason", "a page of another site asked for this"}});
  }
  if (lacks_json_type(request)) {
    co_return json_response(
        415, {{"error", "unsupported_media_type"}, {"reason", "a body is application/json, and says so"}});
  }
  if (!node_) co_return http::refusal(503, "the management API answers once the server is ready");
  ++asking_;
  http::Response response;
  if (v1::Api::is_asked(request)) {
    response = co_await node_->own->answer(shard_, std::move(request));
  } else {
    response = co_await node_->management->answer(shard_, std::move(request));
  }
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");  // a message is never taken for a page
  asking_ended();
  co_return response;
}

std::size_t Door::larger_body(const http::Request& head, std::size_t limit) const {
  if (!node_ || node_->management == nullptr || !management::Api::is_asked(head)) return limit;
  return node_->management->larger_body(shard_, head, limit);
}

runtime::Task<http::Response> Door::answer(runtime::Shard&, http::Request request) {
  if (management::Api::is_asked(request)) {
    http::Response response = co_await management(std::move(request));
    co_return response;
  }
  if (std::optional<http::Response> page = console_answer(request)) co_return std::move(*page);
  bool known =
      request.path == "/" || request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
  if (!known) co_return http::refusal(404, "there is nothing here; / lists what there is");
  if (request.method != "GET" && request.method != "HEAD") co_return http::method_not_allowed("GET, HEAD");
  if (request.path == "/healthz") co_return health();
  if (request.path == "/")
    co_return http::Response{.content_type = "text/plain; charset=utf-8", .body = std::string(kIndex), .headers = {}};
  http::Response response;
  if (request.path == "/readyz") {
    response = co_await readiness();
  } else if (std::optional<std::string_view> topic = request.parameter("topic")) {
    response = co_await metrics_of_topic(std::string(*topic));
  } else if (request.parameter("queue") || request.parameter("top")) {
    response = co_await metrics_of_queues(std::move(request));
  } else {
    response = co_await metrics();
  }
  co_return response;
}

}  // namespace wharf::admin
