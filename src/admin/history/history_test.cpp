#include "admin/history/history.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wharf::history {
namespace {

constexpr std::size_t kTwoHours = 2 * kSamples;

TEST(History, WhateverThereIsOnTheNodeItsMemoryIsBounded) {
  History history;
  for (std::size_t i = 0; i < 10 * kMostQueues; ++i) history.want({"/", fmt::format("queue-{}", i)});
  for (std::size_t step = 1; step <= kTwoHours; ++step) {
    const auto at = static_cast<std::int64_t>(step) * kSampleInterval.count();
    for (const History::QueueName& name : history.wanted_queues()) history.add(name, {.at_ms = at, .values = {}});
    for (std::size_t i = 0; i < 2 * kMostVhosts; ++i) history.add(fmt::format("v{}", i), {.at_ms = at, .values = {}});
  }
  EXPECT_EQ(history.wanted_queues().size(), kMostQueues);
  EXPECT_EQ(history.vhosts().size(), kMostVhosts);
  EXPECT_LE(history.bytes(), kMostQueues * QueueRing::kMostBytes + kMostVhosts * VhostRing::kMostBytes);
  EXPECT_LE(history.bytes(), 15u << 20);
}

TEST(History, TheQueueThatWasWantedTheLongestAgoIsForgotten) {
  History history;
  for (std::size_t i = 0; i < kMostQueues; ++i) history.want({"/", fmt::format("queue-{}", i)});
  history.want({"/", "queue-0"});
  history.want({"/", "another"});
  EXPECT_NE(history.queue({"/", "queue-0"}), nullptr);
  EXPECT_NE(history.queue({"/", "another"}), nullptr);
  EXPECT_EQ(history.queue({"/", "queue-1"}), nullptr);
}

TEST(History, OfWhatNobodyWantsNothingIsKept) {
  History history;
  history.add(History::QueueName("/", "jobs"), QueueRing::Sample{.at_ms = 1, .values = {}});
  EXPECT_EQ(history.queue({"/", "jobs"}), nullptr);
  EXPECT_EQ(history.bytes(), 0u);
}

TEST(History, ASampleHasRabbitMQsEventsAndWhatWaits) {
  broker::QueueNumbers queue;
  queue.traffic.totals[static_cast<std::size_t>(queue::QueueEvent::kPublish)] = 5;
  queue.traffic.totals[static_cast<std::size_t>(queue::QueueEvent::kAck)] = 4;
  queue.counts.ready = 1;
  QueueRing::Sample sample = sample_of(queue, Timestamp(77));
  EXPECT_EQ(sample.at_ms, 77);
  EXPECT_EQ(sample.values.front(), 5u);
  EXPECT_EQ(sample.values[kQueueEvents - 1], 4u);
  EXPECT_EQ(sample.values[kQueueReady], 1u);
  EXPECT_EQ(sample.values[kQueueUnsettled], 0u);
}

}  // namespace
}  // namespace wharf::history
