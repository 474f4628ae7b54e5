#pragma once
// What the doors count on one shard: requests by name, bytes and records that went out, who reads. Plain numbers, touched by
// that shard alone; the metrics page copies them there and adds the shards up.
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/reader_activity.hpp"
#include "model/histogram.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::broker {

/// The requests of one protocol.
class RequestCounts {
 public:
  /// `names`: of the requests, as metrics show them; literals.
  explicit RequestCounts(std::vector<std::string_view> names) : names_(std::move(names)), latency_us_(names_.size()) {}

  /// `error`: the first one in the answer, by its protocol's name (a literal); empty: none.
  void answered(std::size_t request, Nanoseconds took, std::string_view error) {
    latency_us_[request].record(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    if (!error.empty()) ++errors_[{request, error}];
  }
  void add(const RequestCounts& other) {
    for (std::size_t i = 0; i < latency_us_.size(); ++i) latency_us_[i].add(other.latency_us_[i]);
    for (const auto& [what, count] : other.errors_) errors_[what] += count;
  }

  std::span<const std::string_view> names() const { return names_; }
  const Histogram& latency_us(std::size_t request) const { return latency_us_[request]; }
  const std::map<std::pair<std::size_t, std::string_view>, std::uint64_t>& errors() const { return errors_; }

 private:
  std::vector<std::string_view> names_;
  std::vector<Histogram> latency_us_;
  std::map<std::pair<std::size_t, std::string_view>, std::uint64_t> errors_;
};

/// What left a topic by this shard's connections.
struct TopicOut {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
};

struct DoorCounts {
  /// The counts of `protocol` (a literal); made at the first call. Stays where it is.
  RequestCounts& requests_of(std::string_view protocol, std::vector<std::string_view> names) {
    return requests.try_emplace(protocol, std::move(names)).first->second;
  }

  std::map<std::string_view, RequestCounts> requests;
  std::unordered_map<TopicId, TopicOut> out;
  ReaderActivity readers;
};

}  // namespace wharf::broker
