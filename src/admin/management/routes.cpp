#include "admin/management/routes.hpp"

#include <optional>

#include "admin/json_http/path_pattern.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

constexpr Route kRoutes[] = {
    {"GET", "/api/whoami", Right::kSignedIn, get_whoami},
    {"GET", "/api/overview", Right::kSignedIn, get_overview},
    {"GET", "/api/auth", Right::kAnybody, get_sign_in_ways},
    {"GET", "/api/extensions", Right::kSignedIn, list_nothing},
    {"GET", "/api/feature-flags", Right::kSignedIn, list_feature_flags},
    {"PUT", "/api/feature-flags/{name}/enable", Right::kAdministrator, enable_feature_flag},
    {"GET", "/api/deprecated-features", Right::kSignedIn, list_nothing},
    {"GET", "/api/deprecated-features/used", Right::kSignedIn, list_nothing},

    {"GET", "/api/cluster-name", Right::kSignedIn, get_cluster_name},
    {"PUT", "/api/cluster-name", Right::kAdministrator, put_cluster_name},

    {"GET", "/api/definitions", Right::kAdministrator, export_definitions},
    {"POST", "/api/definitions", Right::kAdministrator, import_definitions},
    {"GET", "/api/definitions/{vhost}", Right::kAdministrator, export_definitions_of_vhost},
    {"POST", "/api/definitions/{vhost}", Right::kAdministrator, import_definitions_of_vhost},

    {"GET", "/api/parameters", Right::kPolicyMaker, list_parameters},
    {"GET", "/api/parameters/{component}", Right::kPolicyMaker, list_parameters},
    {"GET", "/api/parameters/{component}/{vhost}", Right::kPolicyMaker, list_parameters_of_vhost},
    {"GET", "/api/parameters/{component}/{vhost}/{name}", Right::kPolicyMaker, get_parameter},
    {"PUT", "/api/parameters/{component}/{vhost}/{name}", Right::kAdministrator, put_parameter},
    {"DELETE", "/api/parameters/{component}/{vhost}/{name}", Right::kAdministrator, delete_parameter},
    {"GET", "/api/global-parameters", Right::kPolicyMaker, list_global_parameters},
    {"GET", "/api/global-parameters/{name}", Right::kPolicyMaker, get_global_parameter},
    {"PUT", "/api/global-parameters/{name}", Right::kPolicyMaker, put_global_parameter},
    {"DELETE", "/api/global-parameters/{name}", Right::kPolicyMaker, delete_global_parameter},
    {"GET", "/api/vhost-limits", Right::kSignedIn, list_nothing},
    {"GET", "/api/vhost-limits/{vhost}", Right::kSees, list_nothing},
    {"GET", "/api/user-limits", Right::kSignedIn, list_nothing},
    {"GET", "/api/user-limits/{user}", Right::kAdministrator, list_limits_of_user},

    {"GET", "/api/nodes", Right::kMonitors, list_nodes},
    {"GET", "/api/nodes/{name}", Right::kMonitors, get_node},
    {"GET", "/api/nodes/{name}/memory", Right::kMonitors, get_node_memory},

    {"GET", "/api/connections", Right::kSignedIn, list_connections},
    {"GET", "/api/connections/username/{user}", Right::kSignedIn, list_connections_of_user},
    {"DELETE", "/api/connections/username/{user}", Right::kAdministrator, close_connections_of_user},
    {"GET", "/api/connections/{name}", Right::kSignedIn, get_connection},
    {"DELETE", "/api/connections/{name}", Right::kSignedIn, close_connection},
    {"GET", "/api/connections/{name}/channels", Right::kSignedIn, list_channels_of_connection},
    {"GET", "/api/channels", Right::kSignedIn, list_channels},
    {"GET", "/api/channels/{name}", Right::kSignedIn, get_channel},
    {"GET", "/api/consumers", Right::kSignedIn, list_consumers},
    {"GET", "/api/consumers/{vhost}", Right::kSees, list_consumers_of_vhost},

    {"GET", "/api/health/checks/alarms", Right::kSignedIn, check_cluster_alarms},
    {"GET", "/api/health/checks/local-alarms", Right::kSignedIn, check_node_alarms},
    {"GET", "/api/health/checks/port-listener/{port}", Right::kSignedIn, check_port_listener},
    {"GET", "/api/health/checks/protocol-listener/{protocol}", Right::kSignedIn, check_protocol_listener},
    {"GET", "/api/health/checks/virtual-hosts", Right::kSignedIn, check_virtual_hosts},
    {"GET", "/api/health/checks/node-is-quorum-critical", Right::kSignedIn, check_quorum},
    {"GET", "/api/health/checks/certificate-expiration/{within}/{unit}", Right::kSignedIn, check_certificates},
    {"GET", "/api/healthchecks/node", Right::kSignedIn, check_node},
    {"GET", "/api/healthchecks/node/{name}", Right::kSignedIn, check_node},
    {"GET", "/api/aliveness-test/{vhost}", Right::kSees, check_aliveness},

    {"GET", "/api/vhosts", Right::kSignedIn, list_vhosts},
    {"GET", "/api/vhosts/{vhost}", Right::kAdministrator, get_vhost},
    {"PUT", "/api/vhosts/{vhost}", Right::kAdministrator, put_vhost},
    {"DELETE", "/api/vhosts/{vhost}", Right::kAdministrator, delete_vhost},
    {"GET", "/api/vhosts/{vhost}/connections", Right::kSees, list_connections_of_vhost},
    {"GET", "/api/vhosts/{vhost}/channels", Right::kSees, list_channels_of_vhost},
    {"GET", "/api/vhosts/{vhost}/permissions", Right::kAdministrator, list_permissions_of_vhost},
    {"GET", "/api/vhosts/{vhost}/topic-permissions", Right::kAdministrator, list_topic_permissions_of_vhost},

    {"GET", "/api/users", Right::kAdministrator, list_users},
    {"POST", "/api/users/bulk-delete", Right::kAdministrator, delete_users},
    {"GET", "/api/users/{user}", Right::kAdministrator, get_user},
    {"PUT", "/api/users/{user}", Right::kAdministrator, put_user},
    {"DELETE", "/api/users/{user}", Right::kAdministrator, delete_user},
    {"GET", "/api/users/{user}/permissions", Right::kAdministrator, list_permissions_of_user},
    {"GET", "/api/users/{user}/topic-permissions", Right::kAdministrator, list_topic_permissions_of_user},

    {"GET", "/api/permissions", Right::kAdministrator, list_permissions},
    {"GET", "/api/permissions/{vhost}/{user}", Right::kAdministrator, get_permission},
    {"PUT", "/api/permissions/{vhost}/{user}", Right::kAdministrator, put_permission},
    {"DELETE", "/api/permissions/{vhost}/{user}", Right::kAdministrator, delete_permission},

    {"GET", "/api/topic-permissions", Right::kAdministrator, list_topic_permissions},
    {"GET", "/api/topic-permissions/{vhost}/{user}", Right::kAdministrator, get_topic_permission},
    {"PUT", "/api/topic-permissions/{vhost}/{user}", Right::kAdministrator, put_topic_permission},
    {"DELETE", "/api/topic-permissions/{vhost}/{user}", Right::kAdministrator, delete_topic_permission},
    {"DELETE", "/api/topic-permissions/{vhost}/{user}/{exchange}", Right::kAdministrator, delete_topic_permission},

    {"GET", "/api/exchanges", Right::kSignedIn, list_exchanges},
    {"GET", "/api/exchanges/{vhost}", Right::kSees, list_exchanges_of_vhost},
    {"GET", "/api/exchanges/{vhost}/{name}", Right::kSees, get_exchange},
    {"PUT", "/api/exchanges/{vhost}/{name}", Right::kEnters, put_exchange},
    {"DELETE", "/api/exchanges/{vhost}/{name}", Right::kEnters, delete_exchange},
    {"POST", "/api/exchanges/{vhost}/{name}/publish", Right::kEnters, publish},
    {"GET", "/api/exchanges/{vhost}/{name}/bindings/source", Right::kSees, list_bindings_from_exchange},
    {"GET", "/api/exchanges/{vhost}/{name}/bindings/destination", Right::kSees, list_bindings_to_exchange},

    {"GET", "/api/queues", Right::kSignedIn, list_queues},
    {"GET", "/api/queues/{vhost}", Right::kSees, list_queues_of_vhost},
    {"GET", "/api/queues/{vhost}/{name}", Right::kSees, get_queue},
    {"PUT", "/api/queues/{vhost}/{name}", Right::kEnters, put_queue},
    {"DELETE", "/api/queues/{vhost}/{name}", Right::kEnters, delete_queue},
    {"DELETE", "/api/queues/{vhost}/{name}/contents", Right::kEnters, purge_queue},
    {"POST", "/api/queues/{vhost}/{name}/get", Right::kEnters, get_messages},
    {"POST", "/api/queues/{vhost}/{name}/actions", Right::kAdministrator, act_on_queue},
    {"POST", "/api/rebalance/queues", Right::kAdministrator, rebalance_queues},
    {"GET", "/api/queues/{vhost}/{name}/bindings", Right::kSees, list_bindings_of_queue},

    {"GET", "/api/wharf/v1/queues/{vhost}/{name}/storage", Right::kSees, get_queue_storage},
    {"GET", "/api/wharf/v1/queues/{vhost}/{name}/messages", Right::kEnters, peek_messages},
    {"DELETE", "/api/wharf/v1/queues/{vhost}/{name}/messages", Right::kEnters, drop_messages},
    {"POST", "/api/wharf/v1/queues/{vhost}/{name}/messages/move", Right::kEnters, move_messages},
    {"DELETE", "/api/wharf/v1/queues/{vhost}/{name}/messages/{position}", Right::kEnters, drop_message},
    {"POST", "/api/wharf/v1/queues/{vhost}/{name}/messages/{position}/move", Right::kEnters, move_message},
    {"GET", "/api/wharf/v1/delayed/{vhost}", Right::kSees, list_delayed},
    {"DELETE", "/api/wharf/v1/delayed/{vhost}/{id}", Right::kEnters, cancel_delayed},

    {"GET", "/api/bindings", Right::kSignedIn, list_bindings},
    {"GET", "/api/bindings/{vhost}", Right::kSees, list_bindings_of_vhost},
    {"GET", "/api/bindings/{vhost}/e/{source}/q/{queue}", Right::kSees, list_bindings_to_queue_from},
    {"POST", "/api/bindings/{vhost}/e/{source}/q/{queue}", Right::kEnters, bind_queue},
    {"GET", "/api/bindings/{vhost}/e/{source}/q/{queue}/{props}", Right::kSees, get_queue_binding},
    {"DELETE", "/api/bindings/{vhost}/e/{source}/q/{queue}/{props}", Right::kEnters, delete_queue_binding},
    {"GET", "/api/bindings/{vhost}/e/{source}/e/{exchange}", Right::kSees, list_bindings_to_exchange_from},
    {"POST", "/api/bindings/{vhost}/e/{source}/e/{exchange}", Right::kEnters, bind_exchange},
    {"GET", "/api/bindings/{vhost}/e/{source}/e/{exchange}/{props}", Right::kSees, get_exchange_binding},
    {"DELETE", "/api/bindings/{vhost}/e/{source}/e/{exchange}/{props}", Right::kEnters, delete_exchange_binding},

    {"GET", "/api/policies", Right::kSignedIn, list_policies},
    {"GET", "/api/policies/{vhost}", Right::kSees, list_policies_of_vhost},
    {"GET", "/api/policies/{vhost}/{name}", Right::kMakesPolicies, get_policy},
    {"PUT", "/api/policies/{vhost}/{name}", Right::kMakesPolicies, put_policy},
    {"DELETE", "/api/policies/{vhost}/{name}", Right::kMakesPolicies, delete_policy},
    {"GET", "/api/operator-policies", Right::kSignedIn, list_policies},
    {"GET", "/api/operator-policies/{vhost}", Right::kSees, list_policies_of_vhost},
    {"GET", "/api/operator-policies/{vhost}/{name}", Right::kAdministrator, get_policy},
    {"PUT", "/api/operator-policies/{vhost}/{name}", Right::kAdministrator, put_policy},
    {"DELETE", "/api/operator-policies/{vhost}/{name}", Right::kAdministrator, delete_policy},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Found find_route(std::string_view method, std::span<const std::string> segments) {
  if (method == "HEAD") method = "GET";
  // A slash at the end says nothing, as in RabbitMQ: there are clients that ask for /api/users/.
  if (!segments.empty() && segments.back().empty()) segments = segments.first(segments.size() - 1);
  Found found;
  std::string_view pattern;  // the first that has the path: what stands there in letters is no name
  for (const Route& route : kRoutes) {
    std::optional<std::vector<std::string>> names = json_http::match_path(route.pattern, segments);
    if (!names || (!pattern.empty() && route.pattern != pattern)) continue;
    pattern = route.pattern;
    if (route.method == method) return {.route = &route, .names = std::move(*names), .allowed = {}};
    found.allowed += found.allowed.empty() ? "" : ", ";
    found.allowed += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  return found;
}

}  // namespace wharf::management
