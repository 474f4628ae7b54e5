#include "cli/stream_report.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/entity_options.hpp"
#include "model/default_namespace.hpp"

namespace wharf::cli {
namespace {

/// By age and by size, as far as they are limited: a topic's -1 is no limit.
std::string retention_of(const boost::json::value& topic) {
  const std::string age = cell(topic, "retention_ms"), size = cell(topic, "retention_bytes");
  std::string told = age == "-1" ? "" : age + " ms";
  if (size != "-1") told += fmt::format("{}{} bytes", told.empty() ? "" : ", ", size);
  return told.empty() ? "unlimited" : told;
}

}  // namespace

std::string stream_report(const boost::json::value& queue, const boost::json::value& topic,
                          const boost::json::value& partition) {
  return fmt::format(
      "stream        {}\nmessages      {}\noffsets       from {}, the next one is {}\nconsumers     {}\n"
      "bytes on disk {}\noldest        {}\nnewest        {}\nretention     {}\n",
      cell(queue, "name"), cell(queue, "messages"), cell(partition, "start_offset"), cell(partition, "high_watermark"),
      cell(queue, "consumers"), cell(topic, "size_bytes"), time_cell(partition, "oldest_ms"),
      time_cell(partition, "newest_ms"), retention_of(topic));
}

std::string stream_report(const boost::json::value& queue) {
  const boost::json::value* arguments = field_of(queue, "arguments");
  return fmt::format("stream        {}\nvhost         {}\nmessages      {}\nconsumers     {}\narguments     {}\n",
                     cell(queue, "name"), cell(queue, "vhost"), cell(queue, "messages"), cell(queue, "consumers"),
                     arguments != nullptr ? boost::json::serialize(*arguments) : "{}");
}

runtime::Task<Result<void>> show_stream(ManagementSession* session, boost::json::value queue, bool json) {
  if (cell(queue, "vhost") != kDefaultNamespace) {
    session->streams.out << (json ? boost::json::serialize(queue) + '\n' : stream_report(queue));
    co_return Result<void>();
  }
  const std::string name = cell(queue, "name");
  const std::string about = fmt::format("topic '{}'", name);
  auto topic = co_await session->ask({"GET", path({"wharf", "v1", "topics", name}), nullptr, about});
  if (!topic) co_return fail(topic.error());
  auto partitions = co_await session->ask({"GET", path({"wharf", "v1", "topics", name, "partitions"}), nullptr, about});
  if (!partitions) co_return fail(partitions.error());
  const boost::json::value* items = field_of(*partitions, "items");
  boost::json::value partition = nullptr;
  if (items != nullptr && items->is_array() && !items->as_array().empty()) partition = items->as_array().front();
  if (!json) {
    session->streams.out << stream_report(queue, *topic, partition);
    co_return Result<void>();
  }
  if (boost::json::object* fields = queue.if_object()) {
    (*fields)["topic"] = std::move(*topic);
    (*fields)["partition"] = std::move(partition);
  }
  session->streams.out << boost::json::serialize(queue) << '\n';
  co_return Result<void>();
}

}  // namespace wharf::cli
