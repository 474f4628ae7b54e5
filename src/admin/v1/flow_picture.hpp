#pragma once
// What flows, as nodes and the ways between them; of each kind the busiest, the others together as one.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

namespace wharf::v1 {

enum class FlowKind : std::uint8_t { kProducers, kExchange, kQueue, kTopic, kGroup, kConsumers };

struct FlowNode {
  FlowKind kind = FlowKind::kProducers;
  std::string vhost = {}, name = {};
  std::uint64_t things = 1;
  bool others = false;
  std::optional<double> in = {}, out = {}, bytes_in = {}, bytes_out = {};  // per second
  std::uint64_t waiting = 0;
  std::optional<double> lag_seconds = {};
  std::uint64_t members = 0;
};

class FlowPicture {
 public:
  using Place = std::size_t;

  Place add(FlowNode node);
  const FlowNode& at(Place place) const { return nodes_[place]; }
  /// Its own place, else that of the others of its kind; none: neither is there.
  std::optional<Place> find(FlowKind kind, const std::string& vhost, const std::string& name) const;
  std::vector<Place> all_of(FlowKind kind) const;
  /// Rates of one pair add up; with one that is not known the sum is not.
  void connect(Place from, Place to, std::optional<double> rate);
  boost::json::object json() const;

 private:
  std::vector<FlowNode> nodes_;
  std::map<std::tuple<FlowKind, std::string, std::string>, Place> places_;
  std::map<FlowKind, Place> others_;
  std::map<std::pair<Place, Place>, std::optional<double>> edges_;
};

}  // namespace wharf::v1
