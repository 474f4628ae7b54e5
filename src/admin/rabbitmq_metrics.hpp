#pragma once
// RabbitMQ's names for what its dashboards and alerts ask for, beside our own: summed over the node, as its Prometheus
// plugin has them, or of single queues.
#include <string>
#include <vector>

#include "admin/metrics_text.hpp"
#include "admin/numbers/busiest_queues.hpp"
#include "admin/snapshot.hpp"

namespace wharf::admin {

void write_rabbitmq(MetricsText& page, const ServerNumbers& server, const NodeNumbers& node,
                    const runtime::ProcessFacts& process);

std::string queues_page(const std::vector<NamedQueue>& queues);

}  // namespace wharf::admin
