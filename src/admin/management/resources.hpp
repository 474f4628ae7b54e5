#pragma once
// The handlers of the management API, a file per resource: each translates a request, calls ports and translates what
// they answer. routes.cpp says which path is whose.
#include "admin/management/call.hpp"

namespace wharf::management {

using Answer = runtime::Task<http::Response>;

// overview.cpp
Answer get_whoami(Call* call);
Answer get_overview(Call* call);

// connections.cpp
Answer list_connections(Call* call);
Answer list_connections_of_vhost(Call* call);
Answer list_connections_of_user(Call* call);
Answer get_connection(Call* call);
Answer close_connection(Call* call);
Answer close_connections_of_user(Call* call);
Answer list_channels(Call* call);
Answer list_channels_of_vhost(Call* call);
Answer list_channels_of_connection(Call* call);
Answer get_channel(Call* call);

// consumers.cpp
Answer list_consumers(Call* call);
Answer list_consumers_of_vhost(Call* call);

// nodes.cpp
Answer list_nodes(Call* call);
Answer get_node(Call* call);
Answer get_node_memory(Call* call);
Answer list_feature_flags(Call* call);
Answer enable_feature_flag(Call* call);
Answer list_nothing(Call* call);
Answer get_sign_in_ways(Call* call);

// cluster_name.cpp
Answer get_cluster_name(Call* call);
Answer put_cluster_name(Call* call);

// parameters.cpp
Answer list_parameters(Call* call);
Answer list_parameters_of_vhost(Call* call);
Answer get_parameter(Call* call);
Answer put_parameter(Call* call);
Answer delete_parameter(Call* call);
Answer list_global_parameters(Call* call);
Answer get_global_parameter(Call* call);
Answer put_global_parameter(Call* call);
Answer delete_global_parameter(Call* call);
Answer list_limits_of_user(Call* call);

// definitions_export.cpp, definitions_import.cpp
Answer export_definitions(Call* call);
Answer export_definitions_of_vhost(Call* call);
Answer import_definitions(Call* call);
Answer import_definitions_of_vhost(Call* call);

// health_checks.cpp
Answer check_cluster_alarms(Call* call);
Answer check_node_alarms(Call* call);
Answer check_port_listener(Call* call);
Answer check_protocol_listener(Call* call);
Answer check_virtual_hosts(Call* call);
Answer check_quorum(Call* call);
Answer check_certificates(Call* call);
Answer check_aliveness(Call* call);
Answer check_node(Call* call);

// vhosts.cpp
Answer list_vhosts(Call* call);
Answer get_vhost(Call* call);
Answer put_vhost(Call* call);
Answer delete_vhost(Call* call);

// users.cpp
Answer list_users(Call* call);
Answer get_user(Call* call);
Answer put_user(Call* call);
Answer delete_user(Call* call);
Answer delete_users(Call* call);

// permissions.cpp
Answer list_permissions(Call* call);
Answer list_permissions_of_user(Call* call);
Answer list_permissions_of_vhost(Call* call);
Answer get_permission(Call* call);
Answer put_permission(Call* call);
Answer delete_permission(Call* call);

// topic_permissions.cpp
Answer list_topic_permissions(Call* call);
Answer list_topic_permissions_of_user(Call* call);
Answer list_topic_permissions_of_vhost(Call* call);
Answer get_topic_permission(Call* call);
Answer put_topic_permission(Call* call);
Answer delete_topic_permission(Call* call);

// exchanges.cpp
Answer list_exchanges(Call* call);
Answer list_exchanges_of_vhost(Call* call);
Answer get_exchange(Call* call);
Answer put_exchange(Call* call);
Answer delete_exchange(Call* call);

// queues.cpp, queue_list.cpp
Answer list_queues(Call* call);
Answer list_queues_of_vhost(Call* call);
Answer get_queue(Call* call);
Answer put_queue(Call* call);
Answer delete_queue(Call* call);
Answer purge_queue(Call* call);
Answer act_on_queue(Call* call);
Answer rebalance_queues(Call* call);

// bindings.cpp
Answer list_bindings(Call* call);
Answer list_bindings_of_vhost(Call* call);
Answer list_bindings_of_queue(Call* call);
Answer list_bindings_from_exchange(Call* call);
Answer list_bindings_to_exchange(Call* call);
Answer list_bindings_to_queue_from(Call* call);
Answer list_bindings_to_exchange_from(Call* call);
Answer bind_queue(Call* call);
Answer bind_exchange(Call* call);
Answer get_queue_binding(Call* call);
Answer get_exchange_binding(Call* call);
Answer delete_queue_binding(Call* call);
Answer delete_exchange_binding(Call* call);

// policies.cpp: of both kinds, by the path
Answer list_policies(Call* call);
Answer list_policies_of_vhost(Call* call);
Answer get_policy(Call* call);
Answer put_policy(Call* call);
Answer delete_policy(Call* call);

// publish.cpp
Answer publish(Call* call);

// get_messages.cpp
Answer get_messages(Call* call);

// peek_messages.cpp
Answer peek_messages(Call* call);

// queue_storage.cpp
Answer get_queue_storage(Call* call);

// selected_messages.cpp
Answer drop_messages(Call* call);
Answer move_messages(Call* call);

// single_messages.cpp
Answer drop_message(Call* call);
Answer move_message(Call* call);

// delayed_messages.cpp
Answer list_delayed(Call* call);
Answer cancel_delayed(Call* call);

}  // namespace wharf::management
