#pragma once
// Records as this API shows them.
#include <cstddef>
#include <optional>

#include <boost/json/object.hpp>

#include "http/message.hpp"
#include "model/bytes.hpp"
#include "model/ids.hpp"
#include "model/record.hpp"

namespace wharf::v1 {

/// How keys and values are shown.
struct ContentForm {
  std::size_t truncate = 64 << 10;  // bytes
  bool always_base64 = false;
};
/// ?truncate= and ?encoding=.
ContentForm content_form(const http::Request& request);

boost::json::value content_json(const std::optional<ByteView>& bytes, const ContentForm& form);
boost::json::object message_json(std::int32_t partition, const Record& record, const ContentForm& form);

}  // namespace wharf::v1
