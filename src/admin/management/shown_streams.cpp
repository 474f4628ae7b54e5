#include "admin/management/shown_streams.hpp"

#include <map>

#include "admin/management/list.hpp"

namespace wharf::management {

ShownQueue shown_stream(StreamPointer stream) {
  auto queue = std::make_shared<broker::QueueInfo>();
  queue->name_space = stream->name_space;
  queue->name = stream->name;
  queue->durable = true;
  queue->type = "stream";
  queue->arguments = amqp091::stream_arguments(stream->overrides);
  return {.queue = std::move(queue), .policy = {}, .numbers = {}, .stream = std::move(stream)};
}

StreamPointer stream_named(const Call& call, std::string_view vhost, std::string_view name) {
  StreamPointer found = call.ports.catalogue.topics(call.here)->find(vhost, name);
  return is_stream(found.get()) ? found : nullptr;
}

/// A stream lives in one partition.
runtime::Task<void> count_streams(Call* call, std::vector<ShownQueue*> queues) {
  std::erase_if(queues, [](const ShownQueue* one) { return one->stream == nullptr; });
  if (queues.empty()) co_return;
  std::map<std::pair<std::string, std::string>, std::uint64_t> readers;  // by virtual host and name
  std::vector<broker::ConsumerFacts> consumers = co_await call->ports.statistics.consumers(
      call->here, queues.size() == 1 ? queues.front()->queue->name : std::string());
  for (const broker::ConsumerFacts& one : consumers) {
    ++readers[{one.connection->vhost, one.queue}];
  }
  for (ShownQueue* one : queues) {
    Result<broker::PartitionMarks> marks = co_await call->ports.read.marks(call->here, one->stream->partition(0));
    one->numbers.emplace();
    if (marks) {
      one->numbers->counts.ready = static_cast<std::uint64_t>(marks->high_watermark.value - marks->log_start.value);
    }
    one->numbers->counts.consumers = readers[{one->queue->name_space, one->queue->name}];
  }
}

}  // namespace wharf::management
