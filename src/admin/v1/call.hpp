#pragma once
// One request of this API on its way to its handler, and what a handler may ask.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "admin/json_http/tokens.hpp"
#include "admin/numbers/group_numbers.hpp"
#include "admin/v1/group_progress.hpp"
#include "admin/v1/topic_rates.hpp"
#include "broker/access.hpp"
#include "broker/catalogue.hpp"
#include "broker/entities.hpp"
#include "broker/operate.hpp"
#include "broker/publish.hpp"
#include "broker/read.hpp"
#include "broker/statistics.hpp"
#include "config/server_config.hpp"
#include "groups/shell/coordinators.hpp"
#include "http/message.hpp"
#include "model/ids.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"
#include "runtime/work_beside.hpp"
#include "security/core/access.hpp"

namespace wharf::v1 {

/// All of it outlives the API.
struct Ports {
  broker::Access& access;
  broker::Catalogue& catalogue;
  broker::Operate& operate;
  broker::Read& read;
  broker::Publish& publish;
  groups::Coordinators& groups;
  broker::Entities& entities;
  broker::Statistics& statistics;
  json_http::Tokens& tokens;
  runtime::WorkPool& beside;  // makes the answers
  const config::ServerConfig& config;
  runtime::Logger& logger;
};

/// What the node says it is.
struct About {
  std::string version;
  NodeId node{0};
  MonotonicTime started{};
};

/// What is kept from one question to the next, so that rates can be told and a group that stands still costs nothing.
struct Memory {
  TopicRates rates;
  admin::RecordTimes times;
  GroupProgress progress;
};

/// Lives until its handler has answered. Parameters and body are as the route says (routes.hpp).
struct Call {
  runtime::Shard& here;
  const Ports& ports;
  const About& about;
  Memory& memory;
  runtime::Dice& dice;
  security::Principal user;
  std::vector<std::string> names;  // in place of the path's braces, in order
  http::Request request;
  boost::json::object body;

  std::optional<std::string_view> text(std::string_view parameter) const { return request.parameter(parameter); }
  std::optional<std::int64_t> number(std::string_view parameter) const;
  bool flag(std::string_view parameter) const { return request.parameter(parameter) == "true"; }

  // Of the body; none: it is not there, or null.
  const boost::json::value* in_body(std::string_view field) const;
  std::optional<std::string> body_text(std::string_view field) const;
  std::optional<std::int64_t> body_number(std::string_view field) const;
  bool body_flag(std::string_view field) const;
};

using Answer = runtime::Task<http::Response>;
using Handler = Answer (*)(Call* call);

}  // namespace wharf::v1
