#include "admin/management/vhost_note.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/tags.hpp"
#include "broker/parameters.hpp"

namespace wharf::management {
namespace {

/// None: it says nothing.
std::optional<std::string> kept_form(const VhostNote& note) {
  if (note.description.empty() && note.tags.empty()) return std::nullopt;
  boost::json::array tags;
  for (const std::string& tag : note.tags) tags.push_back(json_text(tag));
  return boost::json::serialize(
      boost::json::object{{"description", json_text(note.description)}, {"tags", std::move(tags)}});
}

}  // namespace

VhostNote note_from_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::value json = boost::json::parse({text.data(), text.size()}, error);
  VhostNote note;
  if (error || !json.is_object()) return note;
  const boost::json::value* description = json.get_object().if_contains("description");
  if (description != nullptr && description->is_string()) note.description = std::string(description->get_string());
  const boost::json::value* tags = json.get_object().if_contains("tags");
  if (tags != nullptr) note.tags = tags_of(*tags).value_or(std::vector<std::string>());
  return note;
}

boost::json::object metadata_json(const VhostNote& note, std::string_view default_queue_type) {
  boost::json::array tags;
  for (const std::string& tag : note.tags) tags.push_back(json_text(tag));
  return {{"description", json_text(note.description)},
          {"tags", std::move(tags)},
          {"default_queue_type", json_text(default_queue_type.empty() ? "classic" : default_queue_type)}};
}

std::string kept_queue_type(std::string_view type) {
  return std::string(type == "classic" || type == "undefined" ? std::string_view() : type);
}

Result<void> check_default_queue_type(std::string_view type) {
  std::string kept = kept_queue_type(type);
  if (kept.empty() || kept == "quorum" || kept == "stream") return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("default_queue_type '{}' is neither classic nor quorum nor stream", type));
}

runtime::Task<VhostNote> note_of(Call* call, std::string vhost) {
  std::optional<std::string> kept =
      co_await call->ports.parameters.find(call->here, broker::ParameterKind::kNamespace, std::move(vhost));
  co_return kept ? note_from_json(*kept) : VhostNote();
}

Result<void> check_note(const VhostNote& note) {
  if (kept_form(note).value_or("").size() <= broker::kParameterBytesMax) return {};
  return fail(ErrorCode::kTooLarge, "the description and tags of a vhost are too long to be kept");
}

runtime::Task<Result<void>> keep_note(Call* call, std::string vhost, VhostNote note) {
  return call->ports.parameters.set(call->here, broker::ParameterKind::kNamespace, std::move(vhost), kept_form(note));
}

}  // namespace wharf::management
