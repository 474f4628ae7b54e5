#include "admin/v1/flow_picture.hpp"

#include <array>
#include <cmath>

#include <boost/json/array.hpp>

#include "admin/v1/answers.hpp"

namespace wharf::v1 {
namespace {

constexpr std::array<std::string_view, 6> kKindNames{"producers", "exchange", "queue", "topic", "group", "consumers"};

/// A tenth is enough; and no negative zero.
boost::json::value rate_json(std::optional<double> rate) {
  if (!rate) return nullptr;
  return std::round(*rate * 10) / 10 + 0.0;
}

boost::json::object json_of(const FlowNode& node) {
  return {{"kind", json_text(kKindNames[static_cast<std::size_t>(node.kind)])},
          {"name", json_text(node.name)},
          {"vhost", json_text(node.vhost)},
          {"things", node.things},
          {"others", node.others},
          {"in", rate_json(node.in)},
          {"out", rate_json(node.out)},
          {"bytes_in", rate_json(node.bytes_in)},
          {"bytes_out", rate_json(node.bytes_out)},
          {"waiting", node.waiting},
          {"lag_seconds", rate_json(node.lag_seconds)},
          {"members", node.members}};
}

}  // namespace

FlowPicture::Place FlowPicture::add(FlowNode node) {
  if (node.others) {
    others_.emplace(node.kind, nodes_.size());
  } else {
    places_.emplace(std::tuple(node.kind, node.vhost, node.name), nodes_.size());
  }
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

std::optional<FlowPicture::Place> FlowPicture::find(FlowKind kind, const std::string& vhost,
                                                    const std::string& name) const {
  auto found = places_.find({kind, vhost, name});
  if (found != places_.end()) return found->second;
  auto others = others_.find(kind);
  return others == others_.end() ? std::nullopt : std::optional(others->second);
}

std::vector<FlowPicture::Place> FlowPicture::all_of(FlowKind kind) const {
  std::vector<Place> places;
  for (Place place = 0; place < nodes_.size(); ++place) {
    if (nodes_[place].kind == kind) places.push_back(place);
  }
  return places;
}

void FlowPicture::connect(Place from, Place to, std::optional<double> rate) {
  auto [edge, is_new] = edges_.try_emplace({from, to}, rate);
  if (is_new) return;
  if (edge->second && rate) {
    *edge->second += *rate;
  } else {
    edge->second.reset();
  }
}

boost::json::object FlowPicture::json() const {
  boost::json::array nodes, edges;
  for (const FlowNode& node : nodes_) nodes.push_back(json_of(node));
  for (const auto& [ends, rate] : edges_) {
    edges.push_back(boost::json::object{{"from", ends.first}, {"to", ends.second}, {"rate", rate_json(rate)}});
  }
  return {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

}  // namespace wharf::v1
