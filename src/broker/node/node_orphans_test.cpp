// What is left on disk of things that are gone, through restarts and crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "queue/core/types.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kShards = 3;
const std::filesystem::path kLogs = "data/logs";
constexpr std::string_view kWarning = "belong to no topic and no queue";

const std::string kBody(5'000, 'b');  // more than checkpoints carry

log::OwnedBatches one_record() {
  BatchBuilder builder(BatchOptions{});
  builder.append({.timestamp = Timestamp{1}, .value = as_bytes(kBody)});
  return log::own(*builder.finish());
}

void make_unclean(runtime::FileSystem& files) {
  ASSERT_TRUE(files.remove("data/clean-shutdown"));
}

void copy_folder(runtime::FileSystem& files, const std::filesystem::path& from, const std::filesystem::path& to) {
  ASSERT_TRUE(files.create_folders(to));
  for (const runtime::FolderEntry& entry : *files.list(from)) {
    auto bytes = runtime::read_whole(files, from / entry.name, 1u << 20);
    ASSERT_TRUE(bytes);
    ASSERT_TRUE(runtime::replace_file(files, to / entry.name, *bytes));
  }
}

struct Made {
  std::vector<PartitionId> transient, durable;
};

/// Of each kind some, so that every shard has some; each with a message.
runtime::Task<void> make_queues(Node* node, runtime::Shard* here, Made* made) {
  for (int i = 0; i < 12; ++i) {
    QueueDeclaration declaration{.name = fmt::format("q{}", i), .durable = i % 3 != 0};
    if (i % 3 == 1) declaration.exclusive = ConnectionId(1);
    Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
    EXPECT_TRUE(declared);
    QueueRef queue = declared->queue->ref;
    std::vector<EnqueuePart> parts;
    parts.push_back({queue, {.batch = one_record(), .messages = 1, .body_bytes = kBody.size()}});
    std::vector<Result<void>> kept = co_await node->queues().enqueue(*here, std::move(parts));
    EXPECT_TRUE(kept.at(0));
    bool survives = declared->queue->survives();
    (survives ? made->durable : made->transient)
        .push_back(survives ? queue::messages_of(queue.id, 0) : queue::transient_messages_of(queue.id, 0));
  }
}

TEST(NodeOrphans, LogsOfQueuesThatDoNotOutliveARestartAreGoneAfterIt) {
  for (bool crashed : {false, true}) {
    runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
    Made made;
    {
      NodeThreads running(files, kShards);
      running.on(0, make_queues(&running.node(), &running.shard(0), &made));
    }
    ASSERT_THAT(made.transient, SizeIs(8));
    for (const PartitionId& log : made.transient) EXPECT_TRUE(*files.exists(kLogs / log.folder()));
    if (crashed) make_unclean(files);
    {
      NodeThreads running(files, crashed ? kShards : 1);
      EXPECT_THAT(running.log().with(kWarning), IsEmpty());
    }
    for (const PartitionId& log : made.transient) EXPECT_FALSE(*files.exists(kLogs / log.folder())) << log.folder();
    for (const PartitionId& log : made.durable) EXPECT_TRUE(*files.exists(kLogs / log.folder())) << log.folder();
  }
}

runtime::Task<void> make_topic(Node* node, runtime::Shard* here, PartitionId* made) {
  auto topic = co_await node->catalogue().create_topic(*here, {.name = "orders", .partitions = 1, .overrides = {}});
  EXPECT_TRUE(topic);
  *made = (*topic)->partition(0);
  std::vector<PublishPart> parts;
  parts.push_back({*made, one_record()});
  auto published = co_await node->publish().publish(*here, std::move(parts), Acknowledge::kCommitted,
                                                    here->now() + std::chrono::seconds(10));
  EXPECT_TRUE(published.at(0));
}

runtime::Task<void> remove_topic(Node* node, runtime::Shard* here, TopicId id) {
  Result<void> removed = co_await node->catalogue().remove_topic(*here, id);
  EXPECT_TRUE(removed);
}

TEST(NodeOrphans, LogsOfADeletedTopicGoAtTheNextStartAndWhatIsMerelyUnknownStays) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  PartitionId topic, unknown{TopicId{{9, 9, 9, 9, 9, 9, 0x40}}, PartitionIndex(0)};
  {
    NodeThreads running(files, kShards);
    running.on(0, make_topic(&running.node(), &running.shard(0), &topic));
  }
  copy_folder(files, kLogs / topic.folder(), "kept");
  {
    NodeThreads running(files, kShards);
    running.on(1, remove_topic(&running.node(), &running.shard(1), topic.topic));
  }
  ASSERT_FALSE(*files.exists(kLogs / topic.folder()));
  // As if the machine had died before the files were removed, and the metadata had lost another topic.
  copy_folder(files, "kept", kLogs / topic.folder());
  copy_folder(files, "kept", kLogs / unknown.folder());
  make_unclean(files);
  for (int start = 0; start < 2; ++start) {
    {
      NodeThreads running(files, kShards);
      std::vector<std::string> warnings = running.log().with(kWarning);
      ASSERT_THAT(warnings, SizeIs(1));
      EXPECT_THAT(warnings[0], ::testing::HasSubstr(" logs=1 "));
      EXPECT_THAT(warnings[0], ::testing::HasSubstr(unknown.folder()));
      EXPECT_THAT(warnings[0], ::testing::Not(::testing::HasSubstr(" bytes=0 ")));
    }
    EXPECT_FALSE(*files.exists(kLogs / topic.folder()));
    EXPECT_TRUE(*files.exists(kLogs / unknown.folder()));
  }
}

TEST(NodeOrphans, AQueuesLogsHaveOneOwnerWhetherItOutlivesARestartOrNot) {
  for (std::uint8_t number = 0; number < 100; ++number) {
    TopicId id{{number, 1, 2, 3}};
    for (int level : {0, 9, 255}) {
      EXPECT_EQ(NodeShards::owner_index(queue::transient_messages_of(id, static_cast<std::uint8_t>(level)), 7),
                NodeShards::owner_index(queue::messages_of(id, 0), 7));
    }
  }
}

}  // namespace
}  // namespace wharf::broker
