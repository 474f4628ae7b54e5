#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"
#include "cli/message_page.hpp"
#include "cli/message_row.hpp"
#include "cli/queue_publish.hpp"
#include "cli/stream_report.hpp"
#include "cli/value_checks.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct QueueOptions {
  EntityOptions shared;
  std::vector<std::string> names, positions;
  std::string name, type, from, to, where;
  std::uint64_t count = 20, oldest = 0;
  bool transient = false, auto_delete = false, if_unused = false, if_empty = false;
  PublishOptions message;
};

std::string about(const QueueOptions& options, const std::string& name) {
  return fmt::format("queue '{}' in virtual host '{}'", name, options.shared.vhost);
}

std::vector<std::string> row(const boost::json::value& one) {
  return {cell(one, "name"),
          cell(one, "type"),
          cell(one, "durable"),
          cell(one, "messages_ready"),
          cell(one, "messages_unacknowledged"),
          cell(one, "consumers"),
          arguments_cell(one)};
}

Task<Result<void>> list(ManagementSession* session, const QueueOptions* options) {
  const std::string vhost = options->shared.vhost;
  auto queues =
      co_await session->ask({"GET", path({"queues", vhost}), nullptr, fmt::format("virtual host '{}'", vhost)});
  if (!queues) co_return fail(queues.error());
  session->streams.out << shown(*queues, options->shared.json,
                                TextTable({"QUEUE", "TYPE", "DURABLE", "READY", "UNSETTLED", "CONSUMERS", "ARGUMENTS"}),
                                row);
  co_return Result<void>();
}

Task<Result<void>> create(ManagementSession* session, const QueueOptions* options) {
  Result<boost::json::object> arguments = arguments_of(options->shared);
  if (!arguments) co_return fail(arguments.error());
  if (!options->type.empty()) (*arguments)["x-queue-type"] = options->type;
  for (const std::string& name : options->names) {
    boost::json::object body{
        {"durable", !options->transient}, {"auto_delete", options->auto_delete}, {"arguments", *arguments}};
    Result<void> made = co_await session->tell({"PUT", path({"queues", options->shared.vhost, name}), std::move(body),
                                                fmt::format("virtual host '{}'", options->shared.vhost)});
    if (!made) co_return made;
  }
  co_return Result<void>();
}

Task<Result<void>> remove(ManagementSession* session, const QueueOptions* options) {
  std::string conditions = options->if_unused ? "?if-unused=true" : "";
  if (options->if_empty) conditions += conditions.empty() ? "?if-empty=true" : "&if-empty=true";
  for (const std::string& name : options->names) {
    Result<void> gone = co_await session->tell(
        {"DELETE", path({"queues", options->shared.vhost, name}) + conditions, nullptr, about(*options, name)});
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

/// How many went.
Task<Result<void>> drop_some(ManagementSession* session, const QueueOptions* options) {
  std::string which = options->oldest > 0 ? fmt::format("?oldest={}", options->oldest) : "";
  if (!options->where.empty()) which += (which.empty() ? "?where=" : "&where=") + escaped(options->where);
  for (const std::string& name : options->names) {
    std::string target = path({"wharf", "v1", "queues", options->shared.vhost, name, "messages"}) + which;
    auto dropped = co_await session->ask({"DELETE", std::move(target), nullptr, about(*options, name)});
    if (!dropped) co_return fail(dropped.error());
    session->streams.out << fmt::format("{} messages dropped from {}\n", cell(*dropped, "dropped"), name);
  }
  co_return Result<void>();
}

Task<Result<void>> purge(ManagementSession* session, const QueueOptions* options) {
  if (options->oldest > 0 || !options->where.empty()) {
    Result<void> dropped = co_await drop_some(session, options);
    co_return dropped;
  }
  for (const std::string& name : options->names) {
    Result<void> purged = co_await session->tell(
        {"DELETE", path({"queues", options->shared.vhost, name, "contents"}), nullptr, about(*options, name)});
    if (!purged) co_return purged;
  }
  co_return Result<void>();
}

Task<Result<void>> publish(ManagementSession* session, const QueueOptions* options) {
  return publish_message(session, &options->message, options->shared.vhost);
}

CLI::Validator is_position() {
  return CLI::Validator(
      [](std::string& text) {
        const bool fits = text.find_first_not_of("0123456789:") == std::string::npos;
        return fits ? std::string() : "must be a position, such as 12 or 5:12";
      },
      "");
}

Task<Result<void>> peek(ManagementSession* session, const QueueOptions* options) {
  std::string target = path({"wharf", "v1", "queues", options->shared.vhost, options->name, "messages"}) +
                       fmt::format("?count={}", options->count);
  if (!options->shared.json) target += fmt::format("&truncate={}&encoding=base64", kPreviewBytes + 1);
  if (!options->from.empty()) target += "&from=" + options->from;
  if (!options->where.empty()) target += "&where=" + escaped(options->where);
  auto answer = co_await session->ask({"GET", std::move(target), nullptr, about(*options, options->name)});
  if (!answer) co_return fail(answer.error());
  co_return show_page(*session, *answer, options->shared, message_table(), message_row, "--from");
}

/// A field of an answer; null: it has none.
boost::json::value field(const boost::json::value& of, std::string_view name) {
  const boost::json::value* value = field_of(of, name);
  return value == nullptr ? nullptr : *value;
}

std::string seconds_of(const boost::json::value& item, std::string_view name) {
  boost::json::value ms = field(item, name);
  return ms.is_int64() ? fmt::format("{:.1f} s", static_cast<double>(ms.get_int64()) / 1000) : "-";
}

/// In a sentence: which message, and in whose hands.
std::string oldest_cell(const boost::json::value& oldest) {
  if (oldest.is_null()) return "-";
  std::string told = fmt::format("message {}, {} old, {}", cell(oldest, "position"), seconds_of(oldest, "age_ms"),
                                 cell(oldest, "state"));
  boost::json::value holder = field(oldest, "held_by");
  if (holder.is_null()) return told;
  std::string tag = cell(holder, "consumer_tag");
  std::string who = tag.empty() ? "somebody who does not consume"
                                : fmt::format("consumer '{}' of {}", tag, cell(holder, "connection"));
  return fmt::format("{}: with {} for {}", told, who, seconds_of(holder, "held_for_ms"));
}

Task<Result<void>> show(ManagementSession* session, const QueueOptions* options) {
  const std::string about_it = about(*options, options->name);
  auto queue =
      co_await session->ask({"GET", path({"queues", options->shared.vhost, options->name}), nullptr, about_it});
  if (!queue) co_return fail(queue.error());
  if (cell(*queue, "type") == "stream") {
    Result<void> shown = co_await show_stream(session, std::move(*queue), options->shared.json);
    co_return shown;
  }
  auto storage = co_await session->ask(
      {"GET", path({"wharf", "v1", "queues", options->shared.vhost, options->name, "storage"}), nullptr, about_it});
  if (!storage) co_return fail(storage.error());
  if (options->shared.json) {
    if (boost::json::object* fields = queue->if_object()) (*fields)["storage"] = *storage;
    session->streams.out << boost::json::serialize(*queue) << '\n';
    co_return Result<void>();
  }
  session->streams.out << fmt::format(
      "queue         {}\nready         {}\nunsettled     {}\nconsumers     {}\nbytes on disk {}\nof them live  "
      "{}\noldest        {}\n",
      options->name, cell(*queue, "messages_ready"), cell(*queue, "messages_unacknowledged"), cell(*queue, "consumers"),
      cell(*storage, "disk_bytes"), cell(*storage, "live_bytes"), oldest_cell(field(*storage, "oldest")));
  co_return Result<void>();
}

std::string message_path(const QueueOptions& options, const std::string& position) {
  return path({"wharf", "v1", "queues", options.shared.vhost, options.name, "messages", position});
}
std::string about_message(const QueueOptions& options, const std::string& position) {
  return fmt::format("message {} in {}", position, about(options, options.name));
}

Task<Result<void>> drop(ManagementSession* session, const QueueOptions* options) {
  for (const std::string& position : options->positions) {
    Result<void> dropped = co_await session->tell(
        {"DELETE", message_path(*options, position), nullptr, about_message(*options, position)});
    if (!dropped) co_return dropped;
  }
  co_return Result<void>();
}

Task<Result<void>> move_matches(ManagementSession* session, const QueueOptions* options) {
  boost::json::object body{{"queue", options->to}, {"where", options->where}};
  std::string target = path({"wharf", "v1", "queues", options->shared.vhost, options->name, "messages", "move"});
  auto moved = co_await session->ask({"POST", std::move(target), std::move(body),
                                      about(*options, options->name) + ", or no queue '" + options->to + "'"});
  if (!moved) co_return fail(moved.error());
  session->streams.out << fmt::format("{} messages moved from {} to {}\n", cell(*moved, "moved"), options->name,
                                      options->to);
  co_return Result<void>();
}

Task<Result<void>> move(ManagementSession* session, const QueueOptions* options) {
  if (options->positions.empty() == options->where.empty()) {
    co_return fail(ErrorCode::kInvalidArgument, "either POSITIONs or --where say which messages");
  }
  if (!options->where.empty()) {
    Result<void> moved = co_await move_matches(session, options);
    co_return moved;
  }
  for (const std::string& position : options->positions) {
    boost::json::object body{{"queue", options->to}};
    Result<void> moved =
        co_await session->tell({"POST", message_path(*options, position) + "/move", std::move(body),
                                about_message(*options, position) + ", or no queue '" + options->to + "'"});
    if (!moved) co_return moved;
  }
  co_return Result<void>();
}

void declare_where(CLI::App* action, QueueOptions* options) {
  action->add_option("--where", options->where, "Only messages that match, such as \"region = 'eu' AND tries > 2\".")
      ->type_name("SELECTOR")
      ->check(CLI::Validator(
          [](const std::string& text) { return text.empty() ? "must be a condition, not empty" : ""; }, ""));
}

void declare_actions(ClientActions<QueueOptions, ManagementOptions>& actions, QueueOptions* options) {
  constexpr int kMany = 10'000;
  const auto names = [options](CLI::App* sub) {
    sub->add_option("QUEUE", options->names, "The queue's name.")->required()->expected(1, kMany);
    declare_vhost(sub, &options->shared);
  };
  CLI::App* sub = actions.add("list", "List the queues of a virtual host, with what is in them.", list);
  declare_vhost(sub, &options->shared);
  declare_format(sub, &options->shared);
  sub = actions.add(
      "show", "What a queue or stream has and keeps on disk. Of a queue also who holds its oldest message.", show);
  sub->add_option("QUEUE", options->name, "The queue's name.")->required();
  declare_vhost(sub, &options->shared);
  declare_format(sub, &options->shared);
  sub = actions.add("create", "Create queues. One that is there and the same is fine.", create);
  names(sub);
  sub->add_option(
         "--type", options->type,
         "classic or quorum: the same durable queue here; or stream (what the virtual host has for its default).")
      ->type_name("TYPE");
  sub->add_flag("--transient", options->transient, "It goes with a restart.");
  sub->add_flag("--auto-delete", options->auto_delete, "It goes with its last consumer.");
  declare_arguments(sub, &options->shared);
  sub = actions.add("delete", "Delete queues with everything in them.", remove);
  names(sub);
  sub->add_flag("--if-unused", options->if_unused, "Only if nobody consumes from it.");
  sub->add_flag("--if-empty", options->if_empty, "Only if there is no message in it.");
  sub = actions.add("publish", "Publish one message to a queue, or by an exchange. Returns when it is kept.", publish);
  declare_publish(sub, &options->message);
  declare_vhost(sub, &options->shared);
  sub = actions.add(
      "peek",
      "Look at messages in a queue. It takes none, and nothing changes for consumers. Of a stream: `wharf consume`.",
      peek);
  sub->add_option("QUEUE", options->name, "The queue's name.")->required();
  sub->add_option("--from", options->from, "A place in the queue, as POSITION has it (its front).")
      ->type_name("POSITION")
      ->check(is_position());
  constexpr std::uint64_t kMost = 1000;
  sub->add_option("--count", options->count, "At most so many messages (20).")
      ->type_name("N")
      ->check(whole_number(1, kMost));
  declare_vhost(sub, &options->shared);
  declare_where(sub, options);
  declare_format(sub, &options->shared);
  sub = actions.add("purge", "Drop all messages that wait in queues. Those that consumers hold stay.", purge);
  names(sub);
  constexpr std::uint64_t kMany64 = std::uint64_t{1} << 62;
  sub->add_option("--oldest", options->oldest, "Only so many of each, the oldest of the lowest priority first.")
      ->type_name("N")
      ->check(whole_number(1, kMany64));
  declare_where(sub, options);
  const auto single = [options](CLI::App* action) {
    action->add_option("QUEUE", options->name, "The queue's name.")->required();
    declare_vhost(action, &options->shared);
    return action->add_option("POSITION", options->positions, "Messages, as peek shows their places.")
        ->expected(1, kMany)
        ->check(is_position());
  };
  sub = actions.add("drop", "Drop single messages. One that a consumer holds is refused.", drop);
  single(sub)->required();
  sub = actions.add("move", "Move messages, as they are, to the end of another queue.", move);
  single(sub);
  declare_where(sub, options);
  sub->add_option("--to", options->to, "The other queue.")->type_name("QUEUE")->required();
}

Run declare(CLI::App* app) {
  auto server = ManagementOptions::declare(app, "wharf queue");
  auto options = std::make_shared<QueueOptions>();
  ClientActions<QueueOptions, ManagementOptions> actions(app);
  declare_actions(actions, options.get());
  return actions.run(server, options);
}

}  // namespace

Command queue_command() {
  return {
      .name = "queue",
      .summary = "list, show, create, fill, look into, purge and delete queues; move messages",
      .description =
          R"(Queues of AMQP's clients. READY messages wait for a consumer, UNSETTLED ones are at one. Works with Wharf and
with RabbitMQ's management plugin, but for show, peek, drop, move, purge --oldest and --where, which only Wharf has.
Streams are listed and shown too; they are topics, which `wharf consume` reads and `wharf topic alter` gives another retention.

A POSITION is a message's place in its queue, as peek shows it. A queue with priorities is shown from the highest one on, and 5:12 is
place 12 of priority 5. A SELECTOR is a condition on headers and properties (docs/selectors.md): move and purge then take those of the
waiting messages that match; what consumers hold stays.)",
      .examples = R"(wharf queue list
wharf queue list --vhost shop -f json
wharf queue show jobs
wharf queue create jobs
wharf queue create last-thousand --argument x-max-length=1000 --argument x-overflow=drop-head
wharf queue publish jobs "make tea"
wharf queue publish jobs < photo.jpg
wharf queue publish jobs "make tea" --property priority=5 --property expiration=60000
wharf queue publish --exchange orders --routing-key order.eu --header tries=3 "{}"
wharf queue peek jobs
wharf queue peek jobs --from 1200 --count 100 -f json
wharf queue drop jobs 1203
wharf queue move jobs 1204 1205 --to looked-into
wharf queue move jobs --where "region = 'eu'" --to jobs-eu
wharf queue purge jobs --oldest 100
wharf queue purge jobs --where "JMSType = 'report' AND attempts > 3"
wharf queue purge jobs
wharf queue delete jobs --if-empty)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
