// Once a Router has grown, a message's way by direct, fanout and topic exchanges costs no allocation. This program's
// own operator new counts; the thread sanitizer has one that nobody may replace.
#if !__has_feature(thread_sanitizer)
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "routing/core/router.hpp"

namespace {
std::atomic<std::uint64_t> allocations{0};
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace wharf::routing {
namespace {

TEST(Allocations, RoutingAllocatesNothingOnceTheRouterHasGrown) {
  RoutingTable table("/", 1);
  for (int i = 0; i < 20; ++i) {
    Destination queue{DestinationKind::kQueue, fmt::format("a-queue-with-a-name-of-some-length-{}", i)};
    table.add_destination(queue);
    ASSERT_TRUE(table.bind({"amq.direct", queue, "a key of more than fifteen bytes", {}}));
    ASSERT_TRUE(table.bind({"amq.fanout", queue, "", {}}));
    ASSERT_TRUE(table.bind({"amq.topic", queue, fmt::format("a-rather-long-first-word.*.#.{}", i % 3), {}}));
  }
  ASSERT_TRUE(table.bind({"amq.topic", {DestinationKind::kExchange, "amq.fanout"}, "#", {}}));
  Router router;
  auto route_all = [&] {
    std::size_t reached = 0;
    for (std::string_view exchange : {"amq.direct", "amq.fanout", "amq.topic", ""}) {
      for (std::string_view key : {"a key of more than fifteen bytes", "a-rather-long-first-word.x.y.z.1",
                                   "a-queue-with-a-name-of-some-length-7"}) {
        reached += router.route(table, *table.publish_target(exchange), {.routing_key = key}, 0).destinations.size();
      }
    }
    return reached;
  };
  std::size_t reached = route_all();
  EXPECT_GT(reached, 100u);
  std::uint64_t before = allocations;
  EXPECT_GT(before, 0u);
  std::size_t again = route_all();
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_EQ(again, reached);
}

}  // namespace
}  // namespace wharf::routing

#endif
