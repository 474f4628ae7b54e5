#include "admin/management/connection_json.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/node_fields.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/stats_json.hpp"
#include "protocols/amqp091/wire/field_table.hpp"

namespace wharf::management {
namespace {

boost::json::object table_json(const std::vector<std::byte>& encoded) {
  amqp091::Outcome<PropertyTable> table = amqp091::decode_table(encoded);
  return table ? json_of(*table) : boost::json::object();
}

/// There is no TLS yet.
void add_tls(boost::json::object& json) {
  json["ssl"] = false;
  for (const char* name : {"ssl_protocol", "ssl_key_exchange", "ssl_cipher", "ssl_hash", "peer_cert_subject",
                           "peer_cert_issuer", "peer_cert_validity"}) {
    json[name] = nullptr;
  }
}

}  // namespace

std::string channel_name(const broker::ConnectionIntroduction& connection, std::uint16_t number) {
  return fmt::format("{} ({})", connection.name, number);
}

bool sees(const Call& call, const broker::ConnectionIntroduction& connection) {
  return is_monitor(call.user) || connection.user == call.user.name;
}

boost::json::object json_of(const broker::ConnectionFacts& connection, std::string_view node) {
  using broker::ConnectionEvent;
  const broker::ConnectionIntroduction& of = *connection.of;
  boost::json::object json{{"name", json_text(of.name)},
                           {"node", json_text(node)},
                           {"type", "network"},
                           {"protocol", json_text(of.protocol)},
                           {"user", json_text(of.user)},
                           {"user_who_performed_action", json_text(of.user)},
                           {"vhost", json_text(of.vhost)},
                           {"state", json_text(connection.state)},
                           {"auth_mechanism", json_text(of.auth_mechanism)},
                           {"host", json_text(of.local.host)},
                           {"port", of.local.port},
                           {"peer_host", json_text(of.peer.host)},
                           {"peer_port", of.peer.port},
                           {"connected_at", of.connected_at.ms},
                           {"channels", connection.channels},
                           {"channel_max", of.channel_max},
                           {"frame_max", of.frame_max},
                           {"timeout", of.heartbeat_seconds},
                           {"client_properties", table_json(of.client_properties)},
                           {"recv_cnt", connection.traffic.total(ConnectionEvent::kReads)},
                           {"send_cnt", connection.traffic.total(ConnectionEvent::kWrites)},
                           {"send_pend", connection.pending_sends}};
  if (!of.user_provided_name.empty()) json["user_provided_name"] = json_text(of.user_provided_name);
  add_bytes(json, connection.traffic);
  add_counted(json, "requests", connection.traffic.total(ConnectionEvent::kRequests),
              connection.traffic.rate(ConnectionEvent::kRequests));
  add_tls(json);
  return json;
}

boost::json::object json_of(const broker::ChannelFacts& channel, std::string_view node, Timestamp now) {
  const broker::ConnectionIntroduction& of = *channel.connection;
  boost::json::object json{{"name", json_text(channel_name(of, channel.number))},
                           {"number", channel.number},
                           {"node", json_text(node)},
                           {"vhost", json_text(of.vhost)},
                           {"user", json_text(of.user)},
                           {"user_who_performed_action", json_text(of.user)},
                           {"state", json_text(channel.state)},
                           {"confirm", channel.confirms},
                           {"transactional", channel.transactional},
                           {"prefetch_count", channel.prefetch},
                           {"global_prefetch_count", channel.global_prefetch},
                           {"consumer_count", channel.consumers},
                           {"messages_unacknowledged", channel.unacknowledged},
                           {"messages_unconfirmed", channel.unconfirmed},
                           {"messages_uncommitted", channel.uncommitted},
                           {"acks_uncommitted", channel.acks_uncommitted},
                           {"pending_raft_commands", 0},
                           {"message_stats", stats_of(channel.traffic)}};
  json["connection_details"] = {
      {"name", json_text(of.name)}, {"peer_host", json_text(of.peer.host)}, {"peer_port", of.peer.port}};
  if (channel.idle_for) json["idle_since"] = time_before(now, *channel.idle_for);
  return json;
}

boost::json::object json_of(const ShownConsumer& consumer, std::string_view node) {
  const broker::ConnectionIntroduction& of = *consumer.facts.connection;
  std::string_view status = !consumer.is_one_at_a_time ? "up" : consumer.is_active ? "single_active" : "waiting";
  boost::json::object json{{"consumer_tag", json_text(consumer.facts.tag)},
                           {"ack_required", consumer.facts.acknowledges},
                           {"exclusive", consumer.facts.exclusive},
                           {"prefetch_count", consumer.facts.prefetch},
                           {"active", consumer.is_active},
                           {"activity_status", json_text(status)},
                           {"arguments", table_json(consumer.facts.arguments)}};
  json["queue"] = {{"name", json_text(consumer.facts.queue)}, {"vhost", json_text(of.vhost)}};
  json["channel_details"] = {{"name", json_text(channel_name(of, consumer.facts.channel))},
                             {"number", consumer.facts.channel},
                             {"connection_name", json_text(of.name)},
                             {"node", json_text(node)},
                             {"peer_host", json_text(of.peer.host)},
                             {"peer_port", of.peer.port},
                             {"user", json_text(of.user)}};
  return json;
}

}  // namespace wharf::management
