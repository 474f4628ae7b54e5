#include "routing/core/duplicate_cache.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace wharf::routing {
namespace {

constexpr std::uint64_t kMany = 1'000'000;

MonotonicTime at(std::int64_t ms) {
  return MonotonicTime(Milliseconds(ms));
}

TEST(DuplicateCache, WhatCameBeforeIsKnownUntilItsLifetimeIsOver) {
  DuplicateCache cache;
  EXPECT_TRUE(cache.see("a", Milliseconds(10), kMany, 1, at(0)).is_new);
  DuplicateCache::Seen again = cache.see("a", Milliseconds(10), kMany, 2, at(9));
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.ticket, 1u);
  EXPECT_TRUE(cache.see("a", std::nullopt, kMany, 3, at(10)).is_new) << "a duplicate makes no longer of it";
  EXPECT_FALSE(cache.see("a", Milliseconds(1), kMany, 4, at(1'000'000)).is_new);
}

TEST(DuplicateCache, WhereItIsFullTheSoonestGoesAndOfThoseWithoutALifetimeTheOldest) {
  DuplicateCache cache;
  for (const char* id : {"a", "b"}) EXPECT_TRUE(cache.see(id, std::nullopt, 3, 1, at(0)).is_new);
  EXPECT_TRUE(cache.see("short", Milliseconds(5), 3, 1, at(0)).is_new);
  EXPECT_TRUE(cache.see("c", std::nullopt, 3, 1, at(1)).is_new);
  EXPECT_TRUE(cache.see("short", std::nullopt, 3, 1, at(2)).is_new) << "it had made room for c";
  EXPECT_TRUE(cache.see("a", std::nullopt, 3, 1, at(2)).is_new);
  EXPECT_FALSE(cache.see("c", std::nullopt, 3, 1, at(2)).is_new);
  EXPECT_EQ(cache.size(), 3u);
}

TEST(DuplicateCache, IdsAreBoundedInBytesToo) {
  DuplicateCache cache;
  std::string large(DuplicateCache::kMostIdBytes / 2, 'x');
  EXPECT_TRUE(cache.see("a" + large, std::nullopt, kMany, 1, at(0)).is_new);
  EXPECT_TRUE(cache.see("b" + large, std::nullopt, kMany, 1, at(0)).is_new);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(DuplicateCache, WhatCameToNothingMayComeAgainButNotInTheNameOfAnother) {
  DuplicateCache cache;
  EXPECT_TRUE(cache.see("a", std::nullopt, kMany, 1, at(0)).is_new);
  cache.forget("a", 2);
  EXPECT_FALSE(cache.see("a", std::nullopt, kMany, 3, at(0)).is_new);
  cache.forget("a", 1);
  EXPECT_TRUE(cache.see("a", std::nullopt, kMany, 4, at(0)).is_new);
}

/// The same by looking through a list.
TEST(DuplicateCache, ItKnowsWhatAListKnows) {
  struct Known {
    std::string id;
    MonotonicTime end;
    std::uint64_t ticket;
  };
  for (std::uint64_t seed = 0; seed < 40 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    DuplicateCache cache;
    std::vector<Known> list;
    std::int64_t now = 0;
    for (std::uint64_t ticket = 1; ticket < 500; ++ticket) {
      now += static_cast<std::int64_t>(random() % 4);
      std::string id = std::to_string(random() % 12);
      std::optional<Milliseconds> lifetime;
      if (random() % 2 == 0) lifetime = Milliseconds(1 + random() % 30);
      std::erase_if(list, [&](const Known& known) { return known.end <= at(now); });
      auto known = std::ranges::find(list, id, &Known::id);
      DuplicateCache::Seen seen = cache.see(id, lifetime, 6, ticket, at(now));
      ASSERT_EQ(seen.is_new, known == list.end());
      if (!seen.is_new) {
        ASSERT_EQ(seen.ticket, known->ticket);
      } else {
        if (list.size() == 6) list.erase(std::ranges::min_element(list, {}, &Known::end));
        list.push_back({id, lifetime ? at(now) + *lifetime : MonotonicTime::max(), ticket});
      }
      if (random() % 10 == 0) {
        cache.forget(id, ticket);
        std::erase_if(list, [&](const Known& one) { return one.id == id && one.ticket == ticket; });
      }
      ASSERT_EQ(cache.size(), list.size());
    }
  }
}

}  // namespace
}  // namespace wharf::routing
