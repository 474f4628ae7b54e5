#include "groups/shell/coordinators.hpp"

#include "groups/shell/partition_coordinator.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::groups {

std::int32_t offsets_partition_of(std::string_view group_id, std::int32_t partitions) {
  // Java hashes UTF-16 units. Ids are ASCII in practice; others are decoded far enough to agree with it.
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < group_id.size();) {
    auto lead = static_cast<unsigned char>(group_id[i]);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < group_id.size(); ++k) {
      point = point << 6 | (static_cast<unsigned char>(group_id[i + k]) & 0x3Fu);
    }
    i += length;
    if (point >= 0x10000) {
      hash = 31 * hash + (0xD800 + ((point - 0x10000) >> 10));
      point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    hash = 31 * hash + point;
  }
  return static_cast<std::int32_t>((hash & 0x7FFFFFFF) % static_cast<std::uint32_t>(partitions));
}

Coordinators::Coordinators(TopicId offsets_topic, std::vector<Owner> owners, Options options, TopicData& topics,
                           runtime::Logger& logger) {
  for (std::size_t i = 0; i < owners.size(); ++i) {
    PartitionId partition{offsets_topic, PartitionIndex(static_cast<std::int32_t>(i))};
    coordinators_.push_back(std::make_unique<PartitionCoordinator>(partition, owners[i], options, topics, logger));
  }
}

Coordinators::~Coordinators() = default;

PartitionCoordinator& Coordinators::coordinator_of(std::string_view group_id) {
  auto partitions = static_cast<std::int32_t>(coordinators_.size());
  return *coordinators_[static_cast<std::size_t>(offsets_partition_of(group_id, partitions))];
}

namespace {

runtime::Task<void> keep_outcome(runtime::Task<Result<void>> task, Result<void>* into) {
  *into = co_await std::move(task);
}

}  // namespace

runtime::Task<Result<void>> Coordinators::open(runtime::Shard& here) {
  for (const std::unique_ptr<PartitionCoordinator>& coordinator : coordinators_) {
    PartitionCoordinator* one = coordinator.get();
    Result<void> opened;
    Result<void>* into = &opened;
    co_await runtime::await_on(here, one->shard(), [one, into] { return keep_outcome(one->open(), into); });
    if (!opened) co_return opened;
  }
  co_return Result<void>();
}

void Coordinators::resign() {
  for (const std::unique_ptr<PartitionCoordinator>& coordinator : coordinators_) {
    PartitionCoordinator* one = coordinator.get();
    one->shard().post([one] { one->resign(); });
  }
}

runtime::Task<void> Coordinators::close(runtime::Shard& here) {
  for (const std::unique_ptr<PartitionCoordinator>& coordinator : coordinators_) {
    PartitionCoordinator* one = coordinator.get();
    co_await runtime::await_on(here, one->shard(), [one] { return one->close(); });
  }
}

runtime::Task<Response> Coordinators::ask_any(runtime::Shard& here, std::string group_id, Event event) {
  PartitionCoordinator* coordinator = &coordinator_of(group_id);
  runtime::Shard* origin = &here;
  auto start = [coordinator, origin, event = std::move(event)](runtime::Resume<Response> resume) mutable {
    auto answered = [origin, resume = std::move(resume)](Response response) mutable {
      origin->post([resume = std::move(resume), response = std::move(response)]() mutable {
        std::move(resume)(std::move(response));
      });
    };
    if (&coordinator->shard() == origin) return coordinator->ask(std::move(event), std::move(answered));
    coordinator->shard().post([coordinator, event = std::move(event), answered = std::move(answered)]() mutable {
      coordinator->ask(std::move(event), std::move(answered));
    });
  };
  Response response = co_await runtime::suspend<Response>(std::move(start));
  co_return response;
}

runtime::Task<std::optional<DescribedGroup>> Coordinators::describe(runtime::Shard& here, std::string group_id) {
  PartitionCoordinator* coordinator = &coordinator_of(group_id);
  auto look = [coordinator, group_id] { return coordinator->core().describe(group_id); };
  std::optional<DescribedGroup> group = co_await runtime::call_on(here, coordinator->shard(), look);
  co_return group;
}

runtime::Task<std::vector<ListedGroup>> Coordinators::list(runtime::Shard& here, ListFilter filter) {
  std::vector<ListedGroup> all;
  for (const std::unique_ptr<PartitionCoordinator>& coordinator : coordinators_) {
    PartitionCoordinator* one = coordinator.get();
    std::vector<ListedGroup> some =
        co_await runtime::call_on(here, one->shard(), [one, filter] { return one->core().list(filter); });
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  co_return all;
}

runtime::Task<std::vector<FetchedTopic>> Coordinators::fetch_offsets(runtime::Shard& here, std::string group_id,
                                                                     std::vector<OffsetsToFetch> topics) {
  auto look = [group_id, topics = std::move(topics)](const GroupCoordinator& core) {
    return core.fetch_offsets(group_id, topics);
  };
  std::vector<FetchedTopic> found = co_await look_behind_writes(here, std::move(group_id), std::move(look));
  co_return found;
}

runtime::Task<std::vector<FetchedTopic>> Coordinators::fetch_all_offsets(runtime::Shard& here, std::string group_id) {
  auto look = [group_id](const GroupCoordinator& core) { return core.fetch_all_offsets(group_id); };
  std::vector<FetchedTopic> found = co_await look_behind_writes(here, std::move(group_id), std::move(look));
  co_return found;
}

runtime::Task<std::vector<FetchedTopic>> Coordinators::look_behind_writes(runtime::Shard& here, std::string group_id,
                                                                          Look look) {
  PartitionCoordinator* coordinator = &coordinator_of(group_id);
  runtime::Shard* origin = &here;
  auto start = [coordinator, origin, group_id = std::move(group_id),
                look = std::move(look)](runtime::Resume<std::vector<FetchedTopic>> resume) mutable {
    auto answer = [coordinator, origin, look = std::move(look), resume = std::move(resume)]() mutable {
      origin->post([resume = std::move(resume), found = look(coordinator->core())]() mutable {
        std::move(resume)(std::move(found));
      });
    };
    auto ask = [coordinator, group_id = std::move(group_id), answer = std::move(answer)]() mutable {
      coordinator->look_behind_writes(group_id, std::move(answer));
    };
    if (&coordinator->shard() == origin) return ask();
    coordinator->shard().post(std::move(ask));
  };
  std::vector<FetchedTopic> found = co_await runtime::suspend<std::vector<FetchedTopic>>(std::move(start));
  co_return found;
}

runtime::Task<std::vector<RebalanceEntry>> Coordinators::history(runtime::Shard& here, std::string group_id) {
  PartitionCoordinator* coordinator = &coordinator_of(group_id);
  auto look = [coordinator, group_id] { return coordinator->core().history(group_id); };
  std::vector<RebalanceEntry> entries = co_await runtime::call_on(here, coordinator->shard(), look);
  co_return entries;
}

runtime::Task<void> Coordinators::topic_deleted(runtime::Shard& here, std::string topic, TopicId topic_id) {
  for (const std::unique_ptr<PartitionCoordinator>& coordinator : coordinators_) {
    PartitionCoordinator* one = coordinator.get();
    co_await runtime::call_on(here, one->shard(), [one, topic, topic_id] { one->tell(TopicDeleted{topic, topic_id}); });
  }
}

}  // namespace wharf::groups
