#include <algorithm>
#include <array>
#include <cmath>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"
#include "cli/text_table.hpp"
#include "cli/value_checks.hpp"
#include "runtime/signal.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct TopOptions {
  std::uint64_t rows = 20, seconds = 2, frames = 0;
  std::string order = "publish";
};

/// What queues may be ordered by, and how the API calls it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOrders{
    {{"publish", "message_stats.publish_details.rate"},
     {"deliver", "message_stats.deliver_get_details.rate"},
     {"ack", "message_stats.ack_details.rate"},
     {"ready", "messages_ready"},
     {"unsettled", "messages_unacknowledged"},
     {"growth", "messages_details.rate"}}};

std::string_view field_of_order(std::string_view order) {
  return std::ranges::find(kOrders, order, [](const auto& one) { return one.first; })->second;
}

/// "a.b" of an object; nullptr: it has none.
const boost::json::value* at(const boost::json::value& item, std::string_view path) {
  const boost::json::value* found = &item;
  while (found != nullptr && !path.empty()) {
    std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    found = field_of(*found, name);
  }
  return found;
}

/// A number, a rate as a whole one; 0 where RabbitMQ has none yet.
std::string number(const boost::json::value& item, std::string_view path) {
  const boost::json::value* found = at(item, path);
  double whole = found != nullptr && found->is_number() ? std::round(found->to_number<double>()) : 0;
  return fmt::format("{:.0f}", whole + 0.0);  // what is a little below 0 is no "-0"
}

std::string per_second(const boost::json::value& item, std::string_view event) {
  return number(item, fmt::format("message_stats.{}_details.rate", event));
}

std::string head(const boost::json::value& overview) {
  auto total = [&](std::string_view of) { return number(overview, fmt::format("object_totals.{}", of)); };
  std::string text = fmt::format("{}  {} {}\n", cell(overview, "cluster_name"), cell(overview, "product_name"),
                                 cell(overview, "product_version"));
  text += fmt::format("{} connections, {} channels, {} consumers, {} queues\n", total("connections"), total("channels"),
                      total("consumers"), total("queues"));
  text += fmt::format(
      "{} messages ready, {} unsettled, growing by {} a second\n", number(overview, "queue_totals.messages_ready"),
      number(overview, "queue_totals.messages_unacknowledged"), number(overview, "queue_totals.messages_details.rate"));
  text += fmt::format(
      "{} published, {} confirmed, {} delivered, {} redelivered, {} acknowledged, {} to nowhere a second\n\n",
      per_second(overview, "publish"), per_second(overview, "confirm"), per_second(overview, "deliver_get"),
      per_second(overview, "redeliver"), per_second(overview, "ack"), per_second(overview, "drop_unroutable"));
  return text;
}

std::string table(const boost::json::value& page) {
  TextTable table({"READY", "UNSETTLED", "GROWTH/S", "IN/S", "OUT/S", "ACK/S", "CONSUMERS", "VHOST", "QUEUE"});
  const boost::json::value* items = field_of(page, "items");
  if (items == nullptr || !items->is_array()) return {};
  for (const boost::json::value& one : items->get_array()) {
    table.add({number(one, "messages_ready"), number(one, "messages_unacknowledged"),
               number(one, "messages_details.rate"), per_second(one, "publish"), per_second(one, "deliver_get"),
               per_second(one, "ack"), number(one, "consumers"), cell(one, "vhost"), cell(one, "name")});
  }
  return table.text();
}

Task<Result<std::string>> frame(ManagementSession* session, const TopOptions* options) {
  auto overview = co_await session->ask({"GET", "/api/overview", nullptr, "overview"});
  if (!overview) co_return fail(overview.error());
  std::string target = fmt::format("/api/queues?page=1&page_size={}&sort={}&sort_reverse=true", options->rows,
                                   field_of_order(options->order));
  auto queues = co_await session->ask({"GET", std::move(target), nullptr, "queues"});
  if (!queues) co_return fail(queues.error());
  co_return head(*overview) + table(*queues);
}

/// On a terminal each takes the place of the one before.
Task<Result<void>> show(ManagementSession* session, const TopOptions* options) {
  constexpr std::string_view kHomeAndClear = "\x1b[H\x1b[2J";
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  runtime::Signal never(session->shard);
  for (std::uint64_t shown = 0;;) {
    Result<std::string> text = co_await frame(session, options);
    if (!text) co_return fail(text.error());
    session->streams.out << (is_terminal ? kHomeAndClear : "") << *text << (is_terminal ? "" : "\n") << std::flush;
    if (++shown == options->frames) co_return Result<void>();
    MonotonicTime next = session->shard.now() + std::chrono::seconds(options->seconds);
    [[maybe_unused]] bool woken = co_await never.wait_until(next);
  }
}

Run declare(CLI::App* app) {
  auto server = ManagementOptions::declare(app, "wharf top");
  auto options = std::make_shared<TopOptions>();
  constexpr std::uint64_t kMostRows = 500, kMostSeconds = 3'600, kMostFrames = 1'000'000;
  app->add_option("--rows", options->rows, "At most so many queues (20).")
      ->type_name("N")
      ->check(whole_number(1, kMostRows));
  app->add_option("--every", options->seconds, "Look again after so many seconds (2).")
      ->type_name("SECONDS")
      ->check(whole_number(1, kMostSeconds));
  app->add_option("--count", options->frames, "Look so often, and end. Without it until Ctrl-C.")
      ->type_name("N")
      ->check(whole_number(1, kMostFrames));
  std::vector<std::string> names;
  for (const auto& [name, field] : kOrders) names.emplace_back(name);
  app->add_option("--sort", options->order,
                  "The queues with the most of publish, deliver, ack (a second), ready, unsettled or growth come first "
                  "(publish).")
      ->type_name("WHAT")
      ->check(CLI::IsMember(names));
  return [server, options](Streams streams) {
    return run_client(streams, *server, [options](ManagementSession* session) { return show(session, options.get()); });
  };
}

}  // namespace

Command top_command() {
  return {
      .name = "top",
      .summary = "watch the busiest queues, and what passes by exchanges and queues",
      .description =
          R"(Shows the broker's totals and its busiest queues, and looks again every two seconds. IN, OUT and ACK are messages a
second over the last seconds; GROWTH is by how many messages a queue grows in one. What Kafka's clients write to topics
and read is not among them: that is in the console and in /metrics. Works with Wharf and with RabbitMQ's management
plugin.)",
      .examples = R"(wharf top
wharf top --sort ready --rows 50
wharf top --count 1
    one look, for scripts)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
