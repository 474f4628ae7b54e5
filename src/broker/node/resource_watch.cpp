#include "broker/node/resource_watch.hpp"

#include "runtime/process_memory.hpp"

namespace wharf::broker {
namespace {

constexpr Nanoseconds kInterval = std::chrono::seconds(1);

}  // namespace

std::uint64_t memory_high_watermark(const config::ServerConfig& config) {
  auto bytes = static_cast<std::uint64_t>(config.get<"memory.high.watermark.bytes">());
  if (bytes > 0) return bytes;
  double share = config.get<"memory.high.watermark.ratio">();
  return static_cast<std::uint64_t>(share * static_cast<double>(runtime::machine_memory_bytes()));
}

runtime::Task<void> ResourceWatch::close() {
  tasks_.request_stop();
  next_look_.notify();
  co_await tasks_.close();
}

runtime::Task<void> ResourceWatch::run() {
  while (!tasks_.stopping()) {
    look();
    // What nobody needs would hold the publishers back for ever.
    if (now_.memory) co_await runtime::run_blocking(first_, [this] { options_.give_back_memory(); });
    [[maybe_unused]] bool stopped = co_await next_look_.wait_until(first_.now() + kInterval);
  }
}

void ResourceWatch::look() {
  std::uint64_t used = options_.memory_in_use();
  Shortage seen{.memory = used > options_.memory_high_bytes, .disk = options_.disk_is_low()};
  if (seen.memory != now_.memory) {
    auto level = seen.memory ? runtime::LogLevel::kWarn : runtime::LogLevel::kInfo;
    logger_.log(level,
                seen.memory ? "low on memory: publishers of AMQP, MQTT and STOMP are held back"
                            : "there is memory again: publishers of AMQP, MQTT and STOMP go on",
                {{"used_bytes", used}, {"high_watermark_bytes", options_.memory_high_bytes}});
  }
  if (seen.disk && !now_.disk) logger_.warn("low on disk: publishers of AMQP, MQTT and STOMP are held back");
  if (!seen.disk && now_.disk) logger_.info("the disk is not low any more: publishers of AMQP, MQTT and STOMP go on");
  if (std::exchange(now_, seen) == seen) return;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    shard->shard.post([shard, seen] { shard->alarms.change(seen); });
  }
}

}  // namespace wharf::broker
