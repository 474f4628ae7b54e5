// Shards whose threads share, and whose threads do not, back and forth.
#include "runtime/shard_threads.hpp"

#include <atomic>
#include <cstring>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/direct_writer.hpp"
#include "runtime/posix_files.hpp"
#include "runtime/signal.hpp"
#include "runtime/sockets.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/temporary_folder_testing.hpp"

namespace wharf::runtime {
namespace {

constexpr SharingLimits kAlone{.may_share = false};
/// Never busy.
constexpr SharingLimits kTogether{.busy_window = std::chrono::hours(1)};
/// Whatever is going on, it is too much for one thread, and a moment later little enough.
constexpr SharingLimits kBackAndForth{
    .busy_window = Milliseconds(0), .calm_part = 1000, .calm_window = Milliseconds(1), .calm_windows = 1};

struct World {
  explicit World(std::size_t count, SharingLimits limits) {
    std::vector<Shard*> all;
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(
          shards.emplace_back(std::make_unique<Shard>(ShardIndex(static_cast<std::uint32_t>(i)), clock, pool)).get());
    }
    threads.emplace(all, limits);
  }
  Shard& operator[](std::size_t index) { return *shards[index]; }

  SystemClock clock;
  ThreadPool pool{2};
  std::vector<std::unique_ptr<Shard>> shards;
  std::optional<ShardThreads> threads;
};

/// Runs tasks, each on its shard, and waits for all of them.
class Tasks {
 public:
  void run(Shard& shard, std::function<Task<void>()> make) {
    TaskScope* scope = scopes_.emplace_back(std::make_unique<TaskScope>(shard)).get();
    std::promise<void>* ended = ended_.emplace_back(std::make_unique<std::promise<void>>()).get();
    shard.post([scope, ended, make = std::move(make)] {
      scope->spawn("test", make());
      scope->when_idle([ended] { ended->set_value(); });
    });
  }
  ~Tasks() {
    for (const auto& ended : ended_) ended->get_future().wait();
  }

 private:
  std::vector<std::unique_ptr<TaskScope>> scopes_;
  std::vector<std::unique_ptr<std::promise<void>>> ended_;
};

Task<std::thread::id> thread_of(Shard* here, Shard* there) {
  std::thread::id id = co_await call_on(*here, *there, [] { return std::this_thread::get_id(); });
  co_return id;
}

Task<void> ask_threads(World* world, std::vector<std::thread::id>* seen) {
  for (const auto& there : world->shards) {
    std::thread::id id = co_await thread_of(world->shards[0].get(), there.get());
    seen->push_back(id);
  }
}

TEST(ShardThreads, WithLittleToDoOneThreadRunsAllShards) {
  World world(3, kTogether);
  std::vector<std::thread::id> seen;
  Tasks().run(world[0], [&] { return ask_threads(&world, &seen); });
  EXPECT_EQ(seen, std::vector<std::thread::id>(3, seen.front()));
}

TEST(ShardThreads, EachHasAThreadOfItsOwnWhereTheyMayNotShare) {
  World world(3, kAlone);
  std::vector<std::thread::id> seen;
  Tasks().run(world[0], [&] { return ask_threads(&world, &seen); });
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::unique(seen).size(), 0u);
}

/// Until the other shard is on another thread (`apart`), or on this one. The calling shard has something to do all the
/// time, or next to nothing.
Task<void> until(World* world, bool apart) {
  Shard* first = world->shards[0].get();
  Shard* second = world->shards[1].get();
  while (true) {
    std::thread::id there = co_await thread_of(first, second);
    if ((there != std::this_thread::get_id()) == apart) co_return;
    if (apart) continue;
    Signal pause(*first);
    [[maybe_unused]] bool never = co_await pause.wait_until(first->now() + Milliseconds(2));
  }
}

TEST(ShardThreads, WhoIsBusyGetsAThreadOfItsOwnAndSharesAgainWhenItIsCalm) {
  World world(2, {.busy_window = Milliseconds(2), .calm_part = 0.9, .calm_window = Milliseconds(5), .calm_windows = 2});
  for (bool apart : {true, false, true, false}) {
    Tasks().run(world[0], [&, apart] { return until(&world, apart); });
  }
}

Task<void> count_up(World* world, std::size_t here, std::vector<int>* counters, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t there = 0; there < counters->size(); ++there) {
      int* counter = &(*counters)[there];
      co_await call_on(*world->shards[here], *world->shards[there], [counter] { ++*counter; });
    }
    if (round % 50 == 0) co_await next_turn(*world->shards[here]);
  }
}

TEST(ShardThreads, NoCallIsLostAndNoStateIsSharedWhileShardsGoToAndFro) {
  for (const SharingLimits& limits : {kAlone, kTogether, kBackAndForth}) {
    World world(3, limits);
    std::vector<int> counters(3);  // each of its shard: no lock, and thread sanitizer looks on
    {
      Tasks tasks;
      for (std::size_t here = 0; here < 3; ++here) {
        tasks.run(world[here], [&, here] { return count_up(&world, here, &counters, 2000); });
      }
    }
    EXPECT_EQ(counters, std::vector<int>(3, 6000));
  }
}

TEST(ShardThreads, JobsOfOtherThreadsRunInTheirOrderWhileShardsGoToAndFro) {
  constexpr int kJobs = 20'000;
  World world(2, kBackAndForth);
  std::vector<int> next(2);
  std::atomic<int> ran = 0, out_of_order = 0;
  for (int job = 0; job < kJobs; ++job) {
    for (std::size_t to : {0u, 1u}) {
      world[to].post([&, to, job] {
        if (next[to]++ != job) ++out_of_order;
        ++ran;
        ran.notify_all();
      });
    }
    if (job % 64 == 0) std::this_thread::yield();
  }
  for (int seen = ran; seen < 2 * kJobs; seen = ran) ran.wait(seen);
  EXPECT_EQ(out_of_order, 0);
}

Task<void> sleep_often(Shard* here, int times) {
  for (int i = 0; i < times; ++i) {
    Signal pause(*here);
    MonotonicTime deadline = here->now() + Milliseconds(1);
    [[maybe_unused]] bool never = co_await pause.wait_until(deadline);
    EXPECT_GE(here->now(), deadline);
  }
}

TEST(ShardThreads, TimersFireWhoeverRunsTheirShard) {
  for (const SharingLimits& limits : {kAlone, kTogether, kBackAndForth}) {
    World world(2, limits);
    Tasks tasks;
    tasks.run(world[0], [&] { return sleep_often(&world[0], 30); });
    tasks.run(world[1], [&] { return sleep_often(&world[1], 30); });
  }
}

constexpr std::size_t kBlock = kDirectAlignment;

Task<void> write_blocks(DirectWriter* writer, std::shared_ptr<File> file, ByteView block, int count) {
  for (int i = 0; i < count; ++i) {
    Result<void> written = co_await writer->write(file, static_cast<std::uint64_t>(i) * kBlock, {block});
    EXPECT_TRUE(written.has_value());
  }
}

TEST(ShardThreads, ADirectWriteEndsOnTheThreadThatBeganIt) {
  TemporaryFolder folder;
  PosixFileSystem files;
  std::unique_ptr<std::byte, void (*)(std::byte*)> block(static_cast<std::byte*>(std::aligned_alloc(kBlock, kBlock)),
                                                         [](std::byte* bytes) { std::free(bytes); });
  std::memset(block.get(), 'x', kBlock);
  for (const SharingLimits& limits : {kAlone, kTogether, kBackAndForth}) {
    World world(2, limits);
    std::vector<std::unique_ptr<DirectWriter>> writers;
    {
      Tasks tasks;
      for (std::size_t i = 0; i < 2; ++i) {
        writers.push_back(std::make_unique<DirectWriter>(world[i], true));
        std::shared_ptr<File> file = *files.open(folder.path() / std::to_string(i), OpenMode::kCreateDirect);
        tasks.run(world[i], [writer = writers.back().get(), file, view = ByteView(block.get(), kBlock)] {
          return write_blocks(writer, file, view, 100);
        });
      }
    }
    world.threads.reset();
  }
}

Task<void> echo(Stream* stream) {
  std::vector<std::byte> bytes(64);
  while (true) {
    Result<std::size_t> count = co_await stream->read_some(bytes);
    if (!count || *count == 0) co_return;
    std::vector<OutPiece> pieces{SharedBytes::copy_of(ByteView(bytes).first(*count))};
    Result<void> written = co_await stream->write(std::move(pieces));
    EXPECT_TRUE(written.has_value());
  }
}

Task<void> accept_and_echo(Listener* listener, Shard* here, Shard* there) {
  Result<std::unique_ptr<Stream>> accepted = co_await listener->accept(*there);
  Stream* stream = accepted->get();
  co_await await_on(*here, *there, [stream] { return echo(stream); });
}

Task<void> ask_often(TcpNetwork* network, Shard* here, Endpoint endpoint, int times) {
  Result<std::unique_ptr<Stream>> stream = co_await network->connect(*here, endpoint);
  std::vector<std::byte> bytes(64);
  for (int i = 0; i < times; ++i) {
    std::string said = std::to_string(i);
    std::vector<OutPiece> pieces{SharedBytes::copy_of(as_bytes(said))};
    Result<void> written = co_await (*stream)->write(std::move(pieces));
    EXPECT_TRUE(written.has_value());
    Result<std::size_t> count = co_await (*stream)->read_some(bytes);
    EXPECT_EQ(count.value_or(0), said.size());
  }
  (*stream)->close();
}

TEST(ShardThreads, SocketsAreServedWhoeverRunsTheirShard) {
  for (const SharingLimits& limits : {kAlone, kTogether, kBackAndForth}) {
    World world(3, limits);
    TcpNetwork network;
    std::unique_ptr<Listener> listener = *network.listen(world[0], {"127.0.0.1", 0});
    {
      Tasks tasks;
      tasks.run(world[0], [&] { return accept_and_echo(listener.get(), &world[0], &world[1]); });
      tasks.run(world[2], [&] { return ask_often(&network, &world[2], listener->local(), 300); });
    }
    world.threads.reset();
  }
}

TEST(ShardThreads, TheyEndWhateverTheyAreDoing) {
  for (const SharingLimits& limits : {kAlone, kTogether, kBackAndForth}) {
    for (int i = 0; i < 20; ++i) {
      World world(3, limits);
      for (int job = 0; job < i; ++job)
        world[static_cast<std::size_t>(job % 3)].post([] { std::this_thread::yield(); });
    }
  }
}

Task<void> spin(Shard* here) {
  for (MonotonicTime until = here->now() + Milliseconds(20); here->now() < until;) {
  }
  co_return;
}

Task<void> times_of(World* world, std::vector<Nanoseconds>* busy) {
  Shard* first = world->shards[0].get();
  for (const auto& there : world->shards) {
    co_await next_turn(*first);
    Shard* asked = there.get();
    Nanoseconds time = co_await call_on(*first, *asked, [asked] { return asked->busy_time(); });
    busy->push_back(time);
  }
}

TEST(ShardThreads, TheTimeOfAShardIsItsOwnWhoeverRanIt) {
  World world(2, kTogether);
  std::vector<Nanoseconds> busy;
  Tasks().run(world[1], [&] { return spin(&world[1]); });
  Tasks().run(world[0], [&] { return times_of(&world, &busy); });
  EXPECT_GT(busy[1], busy[0]);
}

}  // namespace
}  // namespace wharf::runtime
