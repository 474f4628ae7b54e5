#pragma once
// The topic that a path names, and who may do what with it.
#include <expected>
#include <memory>

#include <fmt/format.h>

#include "admin/v1/answers.hpp"
#include "admin/v1/rights.hpp"
#include "cluster/metadata/topic_table.hpp"

namespace wharf::v1 {

using TopicPointer = std::shared_ptr<const cluster::Topic>;

/// 404.
inline std::expected<TopicPointer, http::Response> topic_named(const Call& call, std::string_view name) {
  TopicPointer topic = call.ports.catalogue.topics(call.here)->find(name);
  if (topic) return topic;
  return std::unexpected(not_found(fmt::format("there is no topic '{}'", name)));
}

/// 403, 404; who may not is not told whether it is there.
inline std::expected<TopicPointer, http::Response> topic_for(const Call& call, security::Verb verb) {
  if (auto refusal = refused(call, verb, call.names.front())) return std::unexpected(std::move(*refusal));
  return topic_named(call, call.names.front());
}

/// ... and 409 of the broker's own, which nobody changes from outside.
inline std::expected<TopicPointer, http::Response> topic_to_change(const Call& call, security::Verb verb) {
  std::expected<TopicPointer, http::Response> topic = topic_for(call, verb);
  if (topic && (*topic)->internal) return std::unexpected(conflict("this topic is the broker's own"));
  return topic;
}

}  // namespace wharf::v1
