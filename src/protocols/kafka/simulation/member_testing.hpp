#pragma once
// A simulated member of the group, of the classic protocol: it joins, assigns when it leads, reads from where the group
// is, commits and heartbeats; it leaves and comes back, falls silent, and sometimes wakes up behind its time and goes
// on.
#include <array>
#include <string>
#include <vector>

#include "protocols/kafka/api/fetch.hpp"
#include "protocols/kafka/api/heartbeat.hpp"
#include "protocols/kafka/api/join_group.hpp"
#include "protocols/kafka/api/leave_group.hpp"
#include "protocols/kafka/api/offset_commit.hpp"
#include "protocols/kafka/api/offset_fetch.hpp"
#include "protocols/kafka/api/sync_group.hpp"
#include "protocols/kafka/simulation/client_testing.hpp"
#include "protocols/kafka/simulation/fetched_records_testing.hpp"
#include "protocols/kafka/simulation/group_ledger_testing.hpp"
#include "protocols/kafka/simulation/ledger_testing.hpp"

namespace wharf::kafka {

class Member final : public Client {
 public:
  Member(World& world, const std::string& host, Ledger& ledger, GroupLedger& group)
      : Client(world, host), ledger_(ledger), group_(group) {}

  /// From now on it neither leaves nor falls silent.
  void settle() { is_settled_ = true; }
  /// None: it is none at the moment.
  std::optional<std::int32_t> generation() const { return is_member_ ? std::optional(generation_) : std::nullopt; }
  const std::vector<std::int32_t>& partitions() const { return partitions_; }

 private:
  static constexpr Milliseconds kSession{1'000};
  static constexpr Milliseconds kRebalance{2'000};

  runtime::Task<void> talk() override {
    while (goes_on()) {
      if (is_member_)
        co_await work();
      else
        co_await join();
    }
  }

  // --- becoming a member

  runtime::Task<void> join() {
    partitions_.clear();
    JoinGroupRequest request{.group_id = "g", .session_timeout_ms = kSession.count(), .member_id = member_id_};
    if (join_version_ >= 1) request.rebalance_timeout_ms = kRebalance.count();
    request.protocol_type = "consumer";
    request.protocols.push_back({.name = "all", .metadata = {}});
    auto response = co_await connection().ask(std::move(request), join_version_, 2 * kRebalance);
    if (!response) co_return;
    if (response->error_code != KafkaError::kNone) {
      if (response->error_code == KafkaError::kMemberIdRequired)
        member_id_ = response->member_id;
      else
        heed(response->error_code);
      co_await rest(std::chrono::milliseconds(50));
      co_return;
    }
    former_generation_ = member_id_ == response->member_id ? generation_ : -1;
    member_id_ = response->member_id;
    generation_ = response->generation_id;
    group_.joined(generation_, response->leader);
    co_await sync(assignments(*response));
  }

  /// Each partition to one of them; a member's assignment is a byte for each of its partitions.
  std::vector<SyncGroupRequest::Assignment> assignments(const JoinGroupResponse& joined) {
    std::vector<SyncGroupRequest::Assignment> all;
    if (joined.leader != member_id_) return all;
    for (const JoinGroupResponse::Member& member : joined.members)
      all.push_back({.member_id = member.member_id, .assignment = {}});
    std::size_t first = random_.below(all.size());
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      all[(first + static_cast<std::size_t>(i)) % all.size()].assignment.push_back(static_cast<std::byte>(i));
    }
    return all;
  }

  runtime::Task<void> sync(std::vector<SyncGroupRequest::Assignment> assignments) {
    if (random_.one_in(10)) co_await rest(std::chrono::milliseconds(300));
    if (!goes_on()) co_return;
    SyncGroupRequest request{.group_id = "g", .generation_id = generation_, .member_id = member_id_};
    if (sync_version_ >= 5) request.protocol_type = "consumer";
    if (sync_version_ >= 5) request.protocol_name = "all";
    request.assignments = std::move(assignments);
    auto response = co_await connection().ask(std::move(request), sync_version_, 2 * kRebalance);
    if (!response) co_return;
    if (response->error_code != KafkaError::kNone) co_return heed(response->error_code);
    for (std::byte partition : response->assignment) partitions_.push_back(static_cast<std::int32_t>(partition));
    group_.synced(generation_, member_id_, partitions_);
    heard_ = {now(), world_.life};
    co_await find_positions();
  }

  runtime::Task<void> find_positions() {
    MonotonicTime asked = now();
    OffsetFetchRequest request;
    std::vector<PartitionIndex> all;
    for (std::int32_t partition : partitions_) all.emplace_back(partition);
    if (fetch_version_ >= 8) {
      OffsetFetchRequest::Group& group = request.groups.emplace_back();
      group.group_id = "g";
      group.topics->push_back({.name = kTopic, .topic_id = {}, .partition_indexes = std::move(all)});
    } else {
      request.group_id = "g";
      request.topics->push_back({.name = kTopic, .partition_indexes = std::move(all)});
    }
    auto response = co_await connection().ask(std::move(request), fetch_version_);
    if (!response) co_return;
    bool is_refused = response->error_code != KafkaError::kNone;
    for (const auto& group : response->groups) is_refused = is_refused || group.error_code != KafkaError::kNone;
    if (is_refused) co_return;
    for (const auto& topic : response->topics) take_positions(topic.partitions, asked);
    for (const auto& group : response->groups) {
      for (const auto& topic : group.topics) take_positions(topic.partitions, asked);
    }
    is_member_ = true;
  }
  template <class Partition>
  void take_positions(const std::vector<Partition>& stored, MonotonicTime asked) {
    for (const Partition& one : stored) {
      std::int32_t partition = one.partition_index.value;
      group_.fetched(partition, one.committed_offset.value, one.metadata.value_or(""), asked);
      positions_[static_cast<std::size_t>(partition)] = std::max<std::int64_t>(one.committed_offset.value, 0);
    }
  }

  // --- being one

  runtime::Task<void> work() {
    if (!is_settled_ && random_.one_in(30)) co_return co_await leave_group();
    if (!is_settled_ && random_.one_in(30)) co_return co_await fall_silent();
    co_await heartbeat();
    if (goes_on() && is_member_ && !partitions_.empty()) co_await read();
    if (goes_on() && is_member_ && !partitions_.empty()) co_await commit();
    co_await rest(std::chrono::milliseconds(200));
  }

  runtime::Task<void> leave_group() {
    LeaveGroupRequest request{.group_id = "g"};
    if (leave_version_ >= 3)
      request.members.push_back({.member_id = member_id_, .group_instance_id = {}, .reason = {}});
    else
      request.member_id = member_id_;
    co_await connection().ask(std::move(request), leave_version_);
    forget();
    member_id_.clear();
    co_await rest(std::chrono::seconds(1));
  }
  /// A process that dies, or one that sleeps and does not know how long it did.
  runtime::Task<void> fall_silent() {
    if (random_.coin()) connection().close();
    if (random_.coin()) forget();
    bool is_dead = !is_member_;
    if (is_dead) member_id_.clear();
    co_await rest(std::chrono::seconds(4));
    if (!is_dead && goes_on() && !partitions_.empty()) co_await commit();
  }

  runtime::Task<void> heartbeat() {
    HeartbeatRequest request{.group_id = "g", .generation_id = generation_, .member_id = member_id_};
    auto response = co_await connection().ask(std::move(request), heartbeat_version_);
    if (!response) co_return;
    if (response->error_code != KafkaError::kNone)
      heed(response->error_code);
    else
      heard_ = {now(), world_.life};
  }

  runtime::Task<void> read() {
    FetchRequest request{.max_wait_ms = 200, .min_bytes = 1, .max_bytes = 50'000};
    FetchRequest::Topic& topic = request.topics.emplace_back();
    topic.topic = kTopic;
    for (std::int32_t partition : partitions_) {
      FetchRequest::Partition& asked = topic.partitions.emplace_back();
      asked.partition = PartitionIndex(partition);
      asked.fetch_offset = Offset(positions_[static_cast<std::size_t>(partition)]);
      asked.partition_max_bytes = 10'000;
    }
    std::optional<FetchResponse> response = co_await connection().ask(std::move(request), 11, Milliseconds(200));
    if (!response) co_return;
    for (const FetchResponse::Topic& answered : response->responses) {
      for (const FetchResponse::Partition& partition : answered.partitions) take(partition);
    }
  }
  void take(const FetchResponse::Partition& partition) {
    std::int32_t index = partition.partition_index.value;
    std::int64_t& position = positions_[static_cast<std::size_t>(index)];
    if (partition.error_code != KafkaError::kNone)
      return world_.complain(fmt::format("{} is refused partition {} at {}", host_, index, position));
    auto next = each_record(partition.records ? partition.records->view() : ByteView(), position,
                            [&](std::int64_t offset, std::string_view value) {
                              if (offset != position) world_.complain(host_ + " is given a gap");
                              ledger_.read(index, offset, value);
                              group_.read(index, offset);
                              position = offset + 1;
                            });
    if (!next) world_.complain(host_ + " is given a damaged batch");
  }

  /// Now and then as one does whose commit was on its way while the group went on.
  runtime::Task<void> commit() {
    bool is_behind = former_generation_ >= 0 && former_generation_ < generation_ && random_.one_in(10);
    std::int32_t generation = is_behind ? former_generation_ : generation_;
    OffsetCommitRequest request{.group_id = "g", .generation_id_or_member_epoch = generation, .member_id = member_id_};
    OffsetCommitRequest::Topic& topic = request.topics.emplace_back();
    topic.name = kTopic;
    std::vector<std::size_t> numbers;
    for (std::int32_t partition : partitions_) {
      std::int64_t offset = positions_[static_cast<std::size_t>(partition)];
      numbers.push_back(group_.sent({.partition = partition, .offset = offset, .generation = generation, .by = host_}));
      OffsetCommitRequest::Partition& one = topic.partitions.emplace_back();
      one.partition_index = PartitionIndex(partition);
      one.committed_offset = Offset(offset);
      one.committed_metadata = std::to_string(numbers.back());
    }
    MonotonicTime sent = now();
    auto response = co_await connection().ask(std::move(request), commit_version_);
    if (!response) co_return;
    for (const OffsetCommitResponse::Topic& answered : response->topics) {
      for (std::size_t i = 0; i < answered.partitions.size(); ++i)
        settle(numbers[i], answered.partitions[i].error_code, sent);
    }
  }
  void settle(std::size_t number, KafkaError error, MonotonicTime sent) {
    if (error == KafkaError::kNone) {
      bool is_out = heard_.second == world_.life && sent - heard_.first > kSession + std::chrono::seconds(1);
      if (is_out && world_.was_calm(host_, heard_.first)) world_.complain(host_ + " commits behind its session");
      heard_ = {now(), world_.life};
      return group_.answered(number, Commit::Fate::kStored);
    }
    bool is_refused = error == KafkaError::kIllegalGeneration || error == KafkaError::kUnknownMemberId ||
                      error == KafkaError::kRebalanceInProgress;
    if (is_refused) group_.refused(number);
    heed(error);
  }

  /// What an error means to a member.
  void heed(KafkaError error) {
    switch (error) {
      case KafkaError::kUnknownMemberId:
        member_id_.clear();
        return forget();
      case KafkaError::kIllegalGeneration:
      case KafkaError::kRebalanceInProgress:
        return forget();
      case KafkaError::kNotCoordinator:
      case KafkaError::kCoordinatorNotAvailable:
      case KafkaError::kCoordinatorLoadInProgress:
        if (world_.was_calm(kBroker, now())) world_.complain(host_ + " is told of no coordinator");
        return connection().close();
      default:
        world_.complain(fmt::format("{} is told error {}", host_, static_cast<int>(error)));
        return connection().close();
    }
  }
  void forget() {
    is_member_ = false;
    partitions_.clear();
  }

  Ledger& ledger_;
  GroupLedger& group_;
  std::int16_t join_version_ = one_of({0, 2, 4, 5, 7, 9});
  std::int16_t sync_version_ = one_of({0, 3, 5});
  std::int16_t heartbeat_version_ = one_of({0, 3, 4});
  std::int16_t leave_version_ = one_of({1, 3, 5});
  std::int16_t commit_version_ = one_of({2, 6, 8, 9});
  std::int16_t fetch_version_ = one_of({1, 5, 7, 8, 9});
  bool is_settled_ = false;
  bool is_member_ = false;
  std::string member_id_;
  std::int32_t generation_ = -1;
  std::int32_t former_generation_ = -1;  // under the same id
  std::vector<std::int32_t> partitions_;
  std::array<std::int64_t, kPartitions> positions_{};
  std::pair<MonotonicTime, int> heard_;  // when the broker last answered a sign of life, and in which of its lives
};

}  // namespace wharf::kafka
