// Connections and their channels. One is named as RabbitMQ names it: "10.0.0.7:51234 -> 10.0.0.1:5672".
#include <functional>

#include <boost/json/array.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/connection_json.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kReason = "Closed via management plugin";  // RabbitMQ's

using Wanted = std::function<bool(const broker::ConnectionIntroduction&)>;

Answer list(Call* call, Wanted wanted) {
  std::vector<broker::ConnectionFacts> all = co_await call->ports.statistics.connections(call->here);
  std::erase_if(all, [&](const broker::ConnectionFacts& one) { return !sees(*call, *one.of) || !wanted(*one.of); });
  auto json = [node = call->about.node_name](const broker::ConnectionFacts& one) { return json_of(one, node); };
  auto order = [](const broker::ConnectionFacts& one) { return std::tie(one.of->vhost, one.of->name); };
  http::Response response = co_await answer_list(call, std::move(all), std::move(json), order);
  co_return response;
}

Answer list_channels_if(Call* call, Wanted wanted) {
  std::vector<broker::ChannelFacts> all = co_await call->ports.statistics.channels(call->here);
  std::erase_if(
      all, [&](const broker::ChannelFacts& one) { return !sees(*call, *one.connection) || !wanted(*one.connection); });
  auto json = [node = call->about.node_name, now = call->here.clock().wall_now()](const broker::ChannelFacts& one) {
    return json_of(one, node, now);
  };
  auto order = [](const broker::ChannelFacts& one) { return std::tie(one.connection->name, one.number); };
  http::Response response = co_await answer_list(call, std::move(all), std::move(json), order);
  co_return response;
}

bool any(const broker::ConnectionIntroduction&) {
  return true;
}

/// The connection that the path names; a refusal: it is not there, or is somebody else's.
runtime::Task<std::expected<broker::ConnectionFacts, http::Response>> named(Call* call) {
  std::vector<broker::ConnectionFacts> all = co_await call->ports.statistics.connections(call->here);
  for (broker::ConnectionFacts& one : all) {
    if (one.of->name != call->names.at(0)) continue;
    if (!sees(*call, *one.of)) co_return std::unexpected(not_authorised("User not authorised to access object"));
    co_return std::move(one);
  }
  co_return std::unexpected(nothing_here());
}

}  // namespace

Answer list_connections(Call* call) {
  return list(call, any);
}

Answer list_connections_of_vhost(Call* call) {
  return list(call, [vhost = call->vhost()](const broker::ConnectionIntroduction& one) { return one.vhost == vhost; });
}

Answer list_connections_of_user(Call* call) {
  return list(call, [user = call->names.at(0)](const broker::ConnectionIntroduction& one) { return one.user == user; });
}

Answer get_connection(Call* call) {
  auto found = co_await named(call);
  if (!found) co_return found.error();
  co_return json_answer(chosen_columns(call->request, json_of(*found, call->about.node_name)));
}

Answer close_connection(Call* call) {
  auto found = co_await named(call);
  if (!found) co_return found.error();
  std::string reason(call->request.header("x-reason").value_or(kReason));
  bool was_there = co_await call->ports.statistics.close_connection(call->here, found->id, std::move(reason));
  co_return was_there ? no_content() : nothing_here();
}

Answer close_connections_of_user(Call* call) {
  std::vector<broker::ConnectionFacts> all = co_await call->ports.statistics.connections(call->here);
  std::string reason(call->request.header("x-reason").value_or(kReason));
  for (const broker::ConnectionFacts& one : all) {
    if (one.of->user != call->names.at(0) || !sees(*call, *one.of)) continue;
    co_await call->ports.statistics.close_connection(call->here, one.id, reason);
  }
  co_return no_content();
}

Answer list_channels(Call* call) {
  return list_channels_if(call, any);
}

Answer list_channels_of_vhost(Call* call) {
  return list_channels_if(
      call, [vhost = call->vhost()](const broker::ConnectionIntroduction& one) { return one.vhost == vhost; });
}

Answer list_channels_of_connection(Call* call) {
  auto found = co_await named(call);
  if (!found) co_return found.error();
  http::Response response = co_await list_channels_if(
      call, [of = found->of](const broker::ConnectionIntroduction& one) { return &one == of.get(); });
  co_return response;
}

Answer get_channel(Call* call) {
  std::vector<broker::ChannelFacts> all = co_await call->ports.statistics.channels(call->here);
  auto found = std::ranges::find_if(all, [&](const broker::ChannelFacts& one) {
    return channel_name(*one.connection, one.number) == call->names.at(0);
  });
  if (found == all.end()) co_return nothing_here();
  if (!sees(*call, *found->connection)) co_return not_authorised("User not authorised to access object");
  boost::json::object json = json_of(*found, call->about.node_name, call->here.clock().wall_now());
  boost::json::array consumers;
  std::vector<ShownConsumer> all_consumers = co_await consumers_of(call);
  for (const ShownConsumer& one : all_consumers) {
    bool its_own = one.facts.connection == found->connection && one.facts.channel == found->number;
    if (its_own) consumers.push_back(json_of(one, call->about.node_name));
  }
  json["consumer_details"] = std::move(consumers);
  // By queue and exchange RabbitMQ counts only with management.rates_mode = detailed.
  json["deliveries"] = boost::json::array();
  json["publishes"] = boost::json::array();
  co_return json_answer(chosen_columns(call->request, std::move(json)));
}

}  // namespace wharf::management
