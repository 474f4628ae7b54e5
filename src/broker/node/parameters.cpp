#include "broker/node/parameters.hpp"

#include <utility>

#include <fmt/format.h>

#include "routing/shell/definition_key.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

constexpr ParameterKind kKinds[] = {ParameterKind::kGlobal, ParameterKind::kNamespace, ParameterKind::kToken};

std::string_view key_kind(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kGlobal:
      return "global-parameter";
    case ParameterKind::kNamespace:
      return "namespace-note";
    default:
      return "token";
  }
}

Result<void> check(const std::string& name, const std::optional<std::string>& value) {
  if (name.empty() || name.size() > kParameterNameBytesMax) {
    return fail(ErrorCode::kInvalidName,
                fmt::format("a parameter's name has 1 to {} bytes, not {}", kParameterNameBytesMax, name.size()));
  }
  if (value && value->size() > kParameterBytesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("the value of '{}' has more than {} bytes", name, kParameterBytesMax));
  }
  return {};
}

}  // namespace

void NodeParameters::open(cluster::MetadataStore& metadata, runtime::Logger& logger) {
  metadata_ = &metadata;
  for (ParameterKind kind : kKinds) {
    for (cluster::Definition& one : metadata.take_definitions(key_kind(kind))) {
      Result<std::vector<std::string>> names = routing::names_of_key(one.key, 1);
      if (names && one.value) {
        of(kind)[names->front()] = std::move(*one.value);
      } else if (!names) {
        logger.error("passed over a definition", {{"key", one.key}, {"reason", names.error().message}});
      }
    }
  }
}

runtime::Task<Parameters::ByName> NodeParameters::list(runtime::Shard& here, ParameterKind kind) {
  return runtime::call_on(here, first_, [this, kind] { return of(kind); });
}

runtime::Task<std::optional<std::string>> NodeParameters::find(runtime::Shard& here, ParameterKind kind,
                                                               std::string name) {
  return runtime::call_on(here, first_, [this, kind, name = std::move(name)]() -> std::optional<std::string> {
    auto found = of(kind).find(name);
    if (found == of(kind).end()) return std::nullopt;
    return found->second;
  });
}

runtime::Task<Result<void>> NodeParameters::set(runtime::Shard& here, ParameterKind kind, std::string name,
                                                std::optional<std::string> value) {
  if (Result<void> possible = check(name, value); !possible) co_return possible;
  Change change{kind, std::move(name), std::move(value), {}};
  Change* asked = &change;
  co_await runtime::await_on(here, first_, [this, asked] { return keep(asked); });
  co_return change.outcome;
}

runtime::Task<void> NodeParameters::keep(Change* change) {
  ByName& known = of(change->kind);
  auto found = known.find(change->name);
  bool is_same = change->value ? found != known.end() && found->second == *change->value : found == known.end();
  if (is_same) co_return;
  std::vector<cluster::Definition> definitions;
  definitions.push_back({routing::definition_key(key_kind(change->kind), {change->name}), change->value});
  change->outcome = co_await metadata_->define(std::move(definitions));
  if (!change->outcome) co_return;
  if (change->value) {
    known.insert_or_assign(change->name, *change->value);
  } else {
    known.erase(change->name);
  }
}

}  // namespace wharf::broker
