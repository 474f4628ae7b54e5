#pragma once
// A door for handlers' tests: a real catalogue core without a log behind it, an Operate that answers what the test puts
// there, and nothing where records would go. One thread; a request is answered before ask() returns.
//
//   DoorUnderTest door;
//   door.create("orders", 3);
//   auto response = door.ask(DeleteTopicsRequest{...}, 6);
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/metadata/catalogue.hpp"
#include "config/topic_config.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/response_frame.hpp"
#include "runtime/clock.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::kafka {

/// The node's rules for topics, in memory. `next_failure` is answered instead of the next change.
class CatalogueUnderTest final : public broker::Catalogue {
 public:
  explicit CatalogueUnderTest(const config::ServerConfig& server)
      : server_(server),
        core_([&server](const config::Overrides& overrides) { return config::TopicConfig::make(server, overrides); }) {}

  std::optional<Error> next_failure;

  cluster::TopicTable::Pointer topics(runtime::Shard&) const override { return core_.table(); }
  Result<void> check_topic(runtime::Shard&, const broker::TopicRequest& request) const override {
    Result<cluster::MetadataRecord> record = core_.create_topic(new_topic(request));
    if (!record) return fail(record.error());
    return {};
  }
  runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> create_topic(runtime::Shard&,
                                                                            broker::TopicRequest request) override {
    if (Result<void> done = change(core_.create_topic(new_topic(request))); !done) co_return fail(done.error());
    co_return core_.table()->find(request.name_space, request.name);
  }
  runtime::Task<Result<void>> remove_topic(runtime::Shard&, TopicId topic) override {
    co_return change(core_.remove_topic(topic));
  }
  runtime::Task<Result<void>> grow_topic(runtime::Shard&, TopicId topic, std::int32_t total) override {
    co_return change(core_.grow_topic(topic, total));
  }
  runtime::Task<Result<void>> configure_topic(runtime::Shard&, TopicId topic,
                                              broker::Reconfigure reconfigure) override {
    auto overrides = reconfigure(core_.table()->find(topic)->overrides);
    if (!overrides) co_return fail(overrides.error());
    co_return change(core_.configure_topic(topic, *overrides));
  }
  runtime::Task<Result<ProducerId>> new_producer_id(runtime::Shard&) override {
    if (next_failure) co_return fail(*std::exchange(next_failure, std::nullopt));
    co_return ProducerId(1);
  }
  /// As at a start: the leader epoch of all partitions is one more.
  void begin_leading() {
    cluster::MetadataRecord next = core_.next_leader_epoch();
    core_.apply({&next, 1});
  }

 private:
  cluster::NewTopic new_topic(const broker::TopicRequest& request) const {
    auto standard = static_cast<std::int32_t>(server_.get<"num.partitions">());
    TopicId id;
    id.bytes.back() = static_cast<std::uint8_t>(std::ranges::distance(core_.table()->all()) + 1 + removed_);
    return {request.name, id, request.partitions > 0 ? request.partitions : standard, request.internal,
            request.overrides, request.name_space};
  }
  Result<void> change(Result<cluster::MetadataRecord> record) {
    if (next_failure) return fail(*std::exchange(next_failure, std::nullopt));
    if (!record) return fail(record.error());
    if (std::holds_alternative<cluster::TopicRemoved>(*record)) ++removed_;
    core_.apply({&*record, 1});
    return {};
  }

  const config::ServerConfig& server_;
  cluster::Catalogue core_;
  std::ptrdiff_t removed_ = 0;  // an id is never used again
};

class OperateUnderTest final : public broker::Operate {
 public:
  std::optional<Error> failure;  // of every call
  broker::DataFolderUse use;
  std::vector<log::ProducerSummary> known_producers;
  Offset low_watermark;
  std::vector<std::pair<PartitionId, Offset>> deleted;  // what delete_records was asked

  runtime::Task<Result<broker::DataFolderUse>> data_folder(runtime::Shard&) override {
    if (failure) co_return fail(*failure);
    co_return use;
  }
  runtime::Task<Result<Offset>> delete_records(runtime::Shard&, PartitionId partition, Offset before) override {
    deleted.emplace_back(partition, before);
    if (failure) co_return fail(*failure);
    co_return low_watermark;
  }
  runtime::Task<Result<std::vector<log::ProducerSummary>>> producers(runtime::Shard&, PartitionId) override {
    if (failure) co_return fail(*failure);
    co_return known_producers;
  }
  runtime::Task<std::vector<broker::ShardReport>> report(runtime::Shard&) override {
    co_return std::vector<broker::ShardReport>();
  }
  runtime::Task<Result<broker::DiskReport>> disk(runtime::Shard&) override { co_return broker::DiskReport{}; }
  runtime::Task<std::optional<Error>> refusing(runtime::Shard&) override { co_return failure; }
  broker::Shortage shortage(const runtime::Shard&) const override { return {}; }
  runtime::Task<broker::QueueSums> queue_sums(runtime::Shard&) override { co_return broker::QueueSums(); }
  runtime::Task<std::vector<broker::QueueNumbers>> queue_numbers(runtime::Shard&,
                                                                 std::vector<queue::QueueRef> queues) override {
    co_return std::vector<broker::QueueNumbers>(queues.size());
  }
  runtime::Task<std::vector<std::optional<Timestamp>>> times_of(runtime::Shard&, std::vector<broker::PartitionOffset> records,
                                                                std::size_t) override {
    co_return std::vector<std::optional<Timestamp>>(records.size());
  }
  runtime::Task<std::vector<bool>> asked_since(runtime::Shard&, std::vector<broker::PartitionReader> readers,
                                               MonotonicTime) override {
    co_return std::vector<bool>(readers.size());
  }
};

/// Takes no records.
class PublishNothing final : public broker::Publish {
 public:
  runtime::Task<std::vector<Result<broker::Published>>> publish(runtime::Shard&, std::vector<broker::PublishPart> parts,
                                                                broker::Acknowledge, MonotonicTime) override {
    co_return std::vector<Result<broker::Published>>(parts.size(),
                                                     fail(ErrorCode::kUnavailable, "no logs in this test"));
  }
};

/// Has no records.
class ReadNothing : public broker::Read {
 public:
  runtime::Task<std::vector<broker::ReadOutcome>> read(runtime::Shard&, std::vector<broker::ReadPart> parts,
                                                       broker::ReadLimits) override {
    co_return std::vector<broker::ReadOutcome>(parts.size());
  }
  runtime::Task<void> until_gone(runtime::Shard&, PartitionId, std::stop_token) override { co_return; }
  runtime::Task<Result<broker::PartitionMarks>> marks(runtime::Shard&, PartitionId) override {
    co_return broker::PartitionMarks{};
  }
  runtime::Task<Result<broker::FoundOffset>> find_time(runtime::Shard&, PartitionId, Timestamp) override {
    co_return broker::FoundOffset{};
  }
  runtime::Task<Result<broker::FoundOffset>> find_max_timestamp(runtime::Shard&, PartitionId) override {
    co_return broker::FoundOffset{};
  }
  runtime::Task<Result<broker::FoundOffset>> end_of_epoch(runtime::Shard&, PartitionId, LeaderEpoch) override {
    co_return broker::FoundOffset{};
  }
};

/// For what a handler runs on the work pool: at once.
class WorkAtOnce final : public runtime::WorkPool {
 public:
  void submit(runtime::Job job) override { job(); }
};

class KeptLog final : public runtime::Logger {
 public:
  explicit KeptLog(const runtime::Clock& clock)
      : Logger(clock, runtime::LogLevel::kWarn, runtime::LogFormat::kText) {}
  std::vector<std::string> lines;

 protected:
  void write(std::string_view line) override { lines.emplace_back(line); }
};

class DoorUnderTest {
 public:
  explicit DoorUnderTest(const std::vector<std::pair<std::string, std::string>>& settings = {})
      : config_(config::ServerConfig::with(settings)) {}

  template <class Request>
  typename Request::Response ask(Request request, std::int16_t version) {
    RequestContext context{.door = &door_, .client = &client_, .header = {}, .frame_owner = {}, .frame = {}};
    context.header.api_version = version;
    std::optional<typename Request::Response> response;
    runtime::TaskScope tasks(shard_);
    tasks.spawn("request", keep(handle(context, std::move(request)), &response));
    while (tasks.running() > 0) shard_.poll();
    WHARF_ASSERT(response.has_value());
    WHARF_ASSERT(response_frame(context.header, *response).has_value());  // this version can say it
    return std::move(*response);
  }

  std::shared_ptr<const cluster::Topic> create(const std::string& name, std::int32_t partitions = 1,
                                               config::Overrides overrides = {}, bool internal = false) {
    return create({name, partitions, std::move(overrides), internal});
  }
  std::shared_ptr<const cluster::Topic> create(broker::TopicRequest request) {
    std::optional<Result<std::shared_ptr<const cluster::Topic>>> made;
    runtime::TaskScope tasks(shard_);
    tasks.spawn("create", keep(catalogue.create_topic(shard_, std::move(request)), &made));
    while (tasks.running() > 0) shard_.poll();
    WHARF_ASSERT(made && *made);
    return **made;
  }
  std::shared_ptr<const cluster::Topic> topic(std::string_view name) { return catalogue.topics(shard_)->find(name); }
  const config::ServerConfig& config() const { return config_; }
  runtime::Shard& shard() { return shard_; }
  const Door& door() const { return door_; }
  const std::vector<std::string>& log_lines() const { return logger_.lines; }

  static constexpr NodeId kNode{1};

 private:
  struct NoTopicData final : groups::TopicData {
    runtime::Task<std::vector<groups::ExpiredOffset>> without_data(runtime::Shard&,
                                                                   std::vector<groups::ExpiredOffset>) override {
      co_return std::vector<groups::ExpiredOffset>();
    }
  };

  template <class T>
  static runtime::Task<void> keep(runtime::Task<T> task, std::optional<T>* into) {
    T value = co_await std::move(task);
    into->emplace(std::move(value));
  }

  config::ServerConfig config_;
  runtime::SystemClock clock_;
  runtime::SystemRandom random_;
  WorkAtOnce work_;
  runtime::Shard shard_{ShardIndex(0), clock_, work_};
  KeptLog logger_{clock_};
  PublishNothing publish_;
  ReadNothing read_;
  NoTopicData topic_data_;
  groups::Coordinators groups_{TopicId{}, {}, {}, topic_data_, logger_};
  FetchSessions fetch_sessions_{0};
  runtime::Turns conversions_{shard_};
  broker::DoorCounts counts_;
  broker::ShardTraffic traffic_;
  broker::RequestCounts& requests_ = counts_.requests_of("kafka", request_names());

 public:
  CatalogueUnderTest catalogue{config_};
  OperateUnderTest operate;

 private:
  ClientSession client_{shard_, {"127.0.0.1", 9092}, {"127.0.0.1", 50000}};
  Door door_{shard_,  publish_, read_,   catalogue, operate,     groups_, fetch_sessions_, conversions_, counts_, traffic_, requests_,
             config_, random_,  logger_, kNode,     "a-cluster", {}};
};

}  // namespace wharf::kafka
