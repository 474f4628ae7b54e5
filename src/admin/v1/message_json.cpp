#include "admin/v1/message_json.hpp"

#include <algorithm>

#include <boost/json/array.hpp>

#include "admin/v1/answers.hpp"
#include "admin/v1/shape_check.hpp"
#include "model/base64.hpp"
#include "model/utf8.hpp"

namespace wharf::v1 {
namespace {

constexpr std::size_t kLongestCharacter = 4;

/// A text that was cut may end within a character: without what is left of that one.
ByteView at_most(ByteView bytes, std::size_t most) {
  if (bytes.size() <= most) return bytes;
  ByteView cut = bytes.first(most);
  for (std::size_t less = 0; less < std::min(kLongestCharacter, most); ++less) {
    if (is_utf8(as_text(cut.first(most - less)))) return cut.first(most - less);
  }
  return cut;
}

}  // namespace

ContentForm content_form(const http::Request& request) {
  ContentForm form;
  if (auto truncate = request.parameter("truncate")) {
    form.truncate = static_cast<std::size_t>(integer_of(*truncate).value_or(0));
  }
  form.always_base64 = request.parameter("encoding") == "base64";
  return form;
}

boost::json::value content_json(const std::optional<ByteView>& bytes, const ContentForm& form) {
  if (!bytes) return nullptr;
  ByteView shown = at_most(*bytes, form.truncate);
  bool as_base64 = form.always_base64 || !is_utf8(as_text(shown));
  return boost::json::object{{"bytes", bytes->size()},
                             {"encoding", as_base64 ? "base64" : "text"},
                             {"data", as_base64 ? json_text(base64(shown)) : json_text(as_text(shown))}};
}

boost::json::object message_json(std::int32_t partition, const Record& record, const ContentForm& form) {
  boost::json::array headers;
  for (const RecordHeader& header : record.headers) {
    headers.push_back(
        boost::json::object{{"name", json_text(header.key)}, {"value", content_json(header.value, form)}});
  }
  boost::json::object json{{"partition", partition},
                           {"offset", record.offset.value},
                           {"timestamp_ms", nullptr},
                           {"key", content_json(record.key, form)},
                           {"value", content_json(record.value, form)},
                           {"headers", std::move(headers)}};
  if (record.timestamp != kNoTimestamp) json["timestamp_ms"] = record.timestamp.ms;
  return json;
}

}  // namespace wharf::v1
