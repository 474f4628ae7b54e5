#include "admin/management/definitions.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/definition_entry.hpp"
#include "admin/management/tags.hpp"
#include "routing/core/policy_keys.hpp"

namespace wharf::management {
namespace {

constexpr std::size_t kDeepest = 32;  // levels of JSON

/// Where a file comes from; of one virtual host also what is said of that.
constexpr std::string_view kHeadings[] = {
    "rabbit_version",        "rabbitmq_version",    "product_name", "product_version", "rabbitmq_definition_format",
    "original_cluster_name", "original_vhost_name", "explanation"};
constexpr std::string_view kHeadingsOfVhost[] = {"metadata", "description", "tags"};

constexpr std::string_view kNoVhostLimits = "virtual hosts have no limits here";

std::vector<std::string> tags_in(DefinitionEntry& entry, std::string_view field) {
  const boost::json::value* value = entry.take(field);
  if (value == nullptr) return {};
  std::optional<std::vector<std::string>> tags = tags_of(*value);
  if (!tags) entry.complain(fmt::format("{} are no list of texts", field));
  return std::move(tags).value_or(std::vector<std::string>());
}

/// Reads one file; a complaint ends it.
class Reader {
 public:
  explicit Reader(const std::optional<std::string>& vhost) : vhost_(vhost) {}
  std::expected<Definitions, std::string> read(const boost::json::object& file);

 private:
  using ReadOne = void (Reader::*)(DefinitionEntry& entry);
  struct Section {
    std::string_view name;
    ReadOne read;
    bool of_cluster;
  };
  static const Section kSections[];

  void read_section(const Section& section, const boost::json::value& entries);
  void read_heading(std::string_view name, const boost::json::value& value);
  std::string vhost_of(DefinitionEntry& entry);
  void read_user(DefinitionEntry& entry);
  void read_vhost(DefinitionEntry& entry);
  void read_permission(DefinitionEntry& entry);
  void read_topic_permission(DefinitionEntry& entry);
  void read_parameter(DefinitionEntry& entry);
  void read_global_parameter(DefinitionEntry& entry);
  void read_policy(DefinitionEntry& entry);
  void read_exchange(DefinitionEntry& entry);
  void read_queue(DefinitionEntry& entry);
  void read_binding(DefinitionEntry& entry);
  static routing::Policy policy_of(DefinitionEntry& entry);

  const std::optional<std::string>& vhost_;
  Definitions read_;
  std::optional<std::string> complaint_;
};

const Reader::Section Reader::kSections[] = {{"users", &Reader::read_user, true},
                                             {"vhosts", &Reader::read_vhost, true},
                                             {"permissions", &Reader::read_permission, true},
                                             {"topic_permissions", &Reader::read_topic_permission, true},
                                             {"global_parameters", &Reader::read_global_parameter, true},
                                             {"parameters", &Reader::read_parameter, false},
                                             {"policies", &Reader::read_policy, false},
                                             {"exchanges", &Reader::read_exchange, false},
                                             {"queues", &Reader::read_queue, false},
                                             {"bindings", &Reader::read_binding, false}};

std::expected<Definitions, std::string> Reader::read(const boost::json::object& file) {
  for (const auto& [key, value] : file) {
    std::string_view name(key.data(), key.size());
    const Section* section = std::ranges::find(kSections, name, &Section::name);
    if (section == std::end(kSections)) {
      read_heading(name, value);
    } else {
      read_section(*section, value);
    }
    if (complaint_) return std::unexpected(*complaint_);
  }
  return std::move(read_);
}

void Reader::read_heading(std::string_view name, const boost::json::value& value) {
  if (std::ranges::find(kHeadings, name) != std::end(kHeadings) || says_nothing(value)) return;
  if (vhost_ && std::ranges::find(kHeadingsOfVhost, name) != std::end(kHeadingsOfVhost)) return;
  if (vhost_ && name == "default_queue_type" && value.is_string()) {
    read_.vhosts.push_back({.name = *vhost_, .tags = {}, .default_queue_type = std::string(value.get_string())});
    return;
  }
  if (vhost_ && name == "limits") {
    complaint_ = fmt::format("limits cannot be kept: {}", kNoVhostLimits);
  } else {
    complaint_ = fmt::format("there is no place here for {}", name);
  }
}

void Reader::read_section(const Section& section, const boost::json::value& entries) {
  if (says_nothing(entries)) return;
  const boost::json::array* list = entries.if_array();
  if (list == nullptr) {
    complaint_ = fmt::format("{} are no list", section.name);
  } else if (section.of_cluster && vhost_) {
    complaint_ = fmt::format("{} are not of one virtual host: import them at /api/definitions", section.name);
  } else if (list->size() > kMostDefinitions) {
    complaint_ = fmt::format("there are more than {} {}", kMostDefinitions, section.name);
  }
  for (std::size_t i = 0; !complaint_ && i < list->size(); ++i) {
    DefinitionEntry entry(section.name, i, (*list)[i]);
    (this->*section.read)(entry);
    complaint_ = entry.finish();
  }
}

std::string Reader::vhost_of(DefinitionEntry& entry) {
  if (!vhost_) return entry.required_text("vhost");
  entry.take("vhost");
  return *vhost_;
}

void Reader::read_user(DefinitionEntry& entry) {
  DefinedUser defined{
      .user = {.name = entry.required_text("name"), .password_hash = entry.text("password_hash"), .tags = {}},
      .password = std::nullopt};
  if (entry.take("tags") == nullptr) entry.complain("tags_not_present");
  defined.user.tags = tags_in(entry, "tags");
  if (entry.take("password") != nullptr) defined.password = entry.text("password");
  if (defined.password && !defined.user.password_hash.empty()) {
    entry.complain("both_password_and_password_hash_are_provided");
  }
  std::string algorithm = entry.text("hashing_algorithm", security::to_string(security::HashingAlgorithm::kSha256));
  std::optional<security::HashingAlgorithm> known = security::hashing_algorithm(algorithm);
  if (!known) entry.complain(fmt::format("unknown hashing_algorithm '{}'", algorithm));
  defined.user.hashing_algorithm = known.value_or(security::HashingAlgorithm::kSha256);
  entry.expect_nothing("limits", "users have no limits here");
  read_.users.push_back(std::move(defined));
}

void Reader::read_vhost(DefinitionEntry& entry) {
  DefinedVhost vhost{
      .name = entry.required_text("name"), .description = entry.text("description"), .tags = tags_in(entry, "tags")};
  vhost.default_queue_type = entry.text("default_queue_type");
  entry.expect_nothing("limits", kNoVhostLimits);
  entry.expect_nothing("tracing", "there is no tracing here");
  if (const boost::json::value* metadata = entry.take("metadata"); metadata != nullptr && !says_nothing(*metadata)) {
    DefinitionEntry more("metadata of vhosts", read_.vhosts.size(), *metadata);
    std::string description = more.text("description");
    if (vhost.description.empty()) vhost.description = std::move(description);
    std::vector<std::string> tags = tags_in(more, "tags");
    if (vhost.tags.empty()) vhost.tags = std::move(tags);
    std::string type = more.text("default_queue_type");
    if (vhost.default_queue_type.empty()) vhost.default_queue_type = std::move(type);
    if (std::optional<std::string> complaint = more.finish()) entry.complain(*complaint);
  }
  read_.vhosts.push_back(std::move(vhost));
}

void Reader::read_permission(DefinitionEntry& entry) {
  read_.permissions.push_back({.user = entry.required_text("user"),
                               .name_space = entry.required_text("vhost"),
                               .configure = entry.required_text("configure"),
                               .write = entry.required_text("write"),
                               .read = entry.required_text("read")});
}

void Reader::read_topic_permission(DefinitionEntry& entry) {
  read_.topic_permissions.push_back({.user = entry.required_text("user"),
                                     .name_space = entry.required_text("vhost"),
                                     .exchange = entry.required_text("exchange"),
                                     .write = entry.required_text("write"),
                                     .read = entry.required_text("read")});
}

void Reader::read_global_parameter(DefinitionEntry& entry) {
  std::string name = entry.required_text("name");
  const boost::json::value* value = entry.take("value");
  if (value == nullptr) entry.complain("value is missing");
  read_.global_parameters.push_back({std::move(name), value == nullptr ? "null" : boost::json::serialize(*value)});
}

/// Operator policies are kept among the parameters, and nothing else that there would be here.
void Reader::read_parameter(DefinitionEntry& entry) {
  DefinedPolicy policy{.vhost = vhost_of(entry), .kind = routing::PolicyKind::kOperatorPolicy, .policy = {}};
  std::string component = entry.required_text("component");
  std::string name = entry.required_text("name");
  const boost::json::value* value = entry.take("value");
  if (component == "vhost-limits") {
    if (value != nullptr && !says_nothing(*value)) entry.complain(kNoVhostLimits);
    return;
  }
  if (component != "operator_policy") return entry.complain(fmt::format("component {} not found", component));
  static const boost::json::value kMissing;
  DefinitionEntry inside("operator policies", read_.policies.size(), value == nullptr ? kMissing : *value);
  policy.policy = policy_of(inside);
  policy.policy.name = std::move(name);
  if (std::optional<std::string> complaint = inside.finish()) entry.complain(*complaint);
  read_.policies.push_back(std::move(policy));
}

void Reader::read_policy(DefinitionEntry& entry) {
  DefinedPolicy policy{.vhost = vhost_of(entry), .kind = routing::PolicyKind::kPolicy, .policy = policy_of(entry)};
  policy.policy.name = entry.required_text("name");
  read_.policies.push_back(std::move(policy));
}

routing::Policy Reader::policy_of(DefinitionEntry& entry) {
  std::string word = entry.text("apply-to", "all");
  std::optional<routing::AppliesTo> applies_to = routing::applies_to_of(word);
  if (!applies_to) entry.complain(routing::bad_applies_to(word).message);
  return {.name = {},
          .pattern = entry.required_text("pattern"),
          .applies_to = applies_to.value_or(routing::AppliesTo::kAll),
          .priority = entry.number("priority"),
          .definition = entry.table("definition")};
}

void Reader::read_exchange(DefinitionEntry& entry) {
  DefinedExchange defined{.vhost = vhost_of(entry), .exchange = {}};
  defined.exchange = {.name = entry.required_text("name"),
                      .type = entry.required_text("type"),
                      .durable = entry.flag("durable"),
                      .auto_delete = entry.flag("auto_delete"),
                      .internal = entry.flag("internal"),
                      .arguments = entry.table("arguments")};
  read_.exchanges.push_back(std::move(defined));
}

void Reader::read_queue(DefinitionEntry& entry) {
  DefinedQueue defined{.vhost = vhost_of(entry), .declaration = {}, .stream = std::nullopt};
  defined.declaration.name = entry.required_text("name");
  defined.declaration.durable = entry.flag("durable");
  defined.declaration.auto_delete = entry.flag("auto_delete");
  defined.declaration.arguments = entry.table("arguments");
  read_.queues.push_back(std::move(defined));
}

void Reader::read_binding(DefinitionEntry& entry) {
  DefinedBinding defined{.vhost = vhost_of(entry), .binding = {}};
  defined.binding = {.source = entry.required_text("source"),
                     .destination = {routing::DestinationKind::kQueue, entry.required_text("destination")},
                     .routing_key = entry.text("routing_key"),
                     .arguments = entry.table("arguments")};
  std::string kind = entry.text("destination_type", "queue");
  if (kind == "exchange") defined.binding.destination.kind = routing::DestinationKind::kExchange;
  if (kind != "exchange" && kind != "queue") entry.complain("destination_type is neither queue nor exchange");
  entry.take("properties_key");  // follows from the rest
  read_.bindings.push_back(std::move(defined));
}

}  // namespace

std::expected<Definitions, std::string> read_definitions(std::string_view body,
                                                         const std::optional<std::string>& vhost) {
  if (body.empty()) return Definitions();
  boost::json::parse_options options;
  options.max_depth = kDeepest;
  boost::system::error_code error;
  boost::json::value file = boost::json::parse({body.data(), body.size()}, error, {}, options);
  if (error || !file.is_object()) return std::unexpected("failed_to_parse_json");
  return Reader(vhost).read(file.get_object());
}

}  // namespace wharf::management
