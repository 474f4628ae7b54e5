#pragma once
// Topics with their numbers.
#include <boost/json/object.hpp>

#include "admin/v1/call.hpp"
#include "admin/v1/topic_named.hpp"

namespace wharf::v1 {

/// All topics' numbers of now and of before, to be written on the work pool.
struct Sampled {
  cluster::TopicTable::Pointer topics;
  TopicRates::Sample now;
  std::optional<TopicRates::Sample> before;
};

/// `call` outlives the task.
runtime::Task<Sampled> sample_topics(Call* call);
/// Records per second. None: nobody asked before.
struct TopicFlow {
  double records_in = 0, records_out = 0;
};
std::optional<TopicFlow> flow_of(TopicId topic, const Sampled& sampled);
/// Since the start.
std::uint64_t records_in(TopicId topic, const Sampled& sampled);
boost::json::object topic_json(const cluster::Topic& topic, const Sampled& sampled);
/// 200 with the topic.
Answer answer_topic(Call* call, TopicPointer topic);

}  // namespace wharf::v1
