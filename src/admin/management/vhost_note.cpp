#include "admin/management/vhost_note.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/tags.hpp"

namespace wharf::management {

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

runtime::Task<VhostNote> note_of(Call* call, std::string vhost) {
  std::optional<std::string> kept =
      co_await call->ports.parameters.find(call->here, broker::ParameterKind::kNamespace, std::move(vhost));
  co_return kept ? note_from_json(*kept) : VhostNote();
}

runtime::Task<Result<void>> keep_note(Call* call, std::string vhost, VhostNote note) {
  std::optional<std::string> value;
  if (!note.description.empty() || !note.tags.empty()) {
    boost::json::array tags;
    for (const std::string& tag : note.tags) tags.push_back(json_text(tag));
    value = boost::json::serialize(
        boost::json::object{{"description", json_text(note.description)}, {"tags", std::move(tags)}});
  }
  return call->ports.parameters.set(call->here, broker::ParameterKind::kNamespace, std::move(vhost), std::move(value));
}

}  // namespace wharf::management
