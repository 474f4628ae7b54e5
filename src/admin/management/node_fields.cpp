#include "admin/management/node_fields.hpp"

#include <fmt/format.h>

#include "admin/management/answers.hpp"

namespace wharf::management {
namespace {

constexpr std::string_view kExchangeTypes[] = {"direct",
                                               "fanout",
                                               "headers",
                                               "topic",
                                               "x-consistent-hash",
                                               "x-random",
                                               "x-local-random",
                                               "x-modulus-hash",
                                               "x-recent-history",
                                               "x-delayed-message",
                                               "x-message-deduplication"};

}  // namespace

boost::json::array exchange_types() {
  boost::json::array types;
  for (std::string_view type : kExchangeTypes) {
    types.push_back(boost::json::object{{"name", json_text(type)}, {"description", ""}, {"enabled", true}});
  }
  return types;
}

boost::json::array contexts(const About& about) {
  boost::json::array contexts;
  for (const Listener& one : about.listeners()) {
    if (one.protocol != "http") continue;
    contexts.push_back(boost::json::object{{"node", json_text(about.node_name)},
                                           {"description", "Management"},
                                           {"path", "/"},
                                           {"ip", json_text(one.at.host)},
                                           {"port", json_text(fmt::format("{}", one.at.port))},
                                           {"ssl_opts", boost::json::array()}});
  }
  return contexts;
}

boost::json::array listeners(const About& about) {
  boost::json::array listeners;
  for (const Listener& one : about.listeners()) {
    listeners.push_back(boost::json::object{{"node", json_text(about.node_name)},
                                            {"protocol", json_text(one.protocol)},
                                            {"ip_address", json_text(one.at.host)},
                                            {"port", one.at.port},
                                            {"socket_opts", boost::json::object()}});
  }
  return listeners;
}

}  // namespace wharf::management
