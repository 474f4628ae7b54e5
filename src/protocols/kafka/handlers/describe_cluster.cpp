// DescribeCluster: the cluster as a client sees it, which is one broker (KIP-700, 919).
#include <fmt/format.h>

#include "protocols/kafka/handlers/authorized_operations.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int8_t kBrokers = 1;
constexpr std::int8_t kControllers = 2;

}  // namespace

runtime::Task<DescribeClusterResponse> handle(RequestContext context, DescribeClusterRequest request) {
  const Door& door = *context.door;
  DescribeClusterResponse response;
  if (request.endpoint_type == kControllers) {
    response.error_code = KafkaError::kMismatchedEndpointType;
    response.error_message =
        "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER";
    co_return response;
  }
  if (request.endpoint_type != kBrokers) {
    response.error_code = KafkaError::kUnsupportedEndpointType;
    response.error_message = fmt::format("Unsupported endpoint type {}", request.endpoint_type);
    co_return response;
  }
  Endpoint endpoint = advertised(door, *context.client);
  response.cluster_id = door.cluster_id;
  response.controller_id = door.node_id;
  response.brokers.push_back(
      {.broker_id = door.node_id, .host = endpoint.host, .port = endpoint.port, .rack = std::nullopt});
  if (request.include_cluster_authorized_operations) response.cluster_authorized_operations = kClusterOperations;
  co_return response;
}

}  // namespace wharf::kafka
