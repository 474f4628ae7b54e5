#pragma once
// A request's body as it was uploaded: by a program, as it is; by a page's form, as the part "file" of
// multipart/form-data (RFC 7578). RabbitMQ's console also asks for a page to go on to.
#include <expected>
#include <string>

#include "http/message.hpp"

namespace wharf::management {

struct Upload {
  std::string content;
  std::string redirect;  // empty: none
};

/// Takes the body. The error is a sentence.
std::expected<Upload, std::string> uploaded(http::Request& request);
/// 204, or on to the page: 303.
http::Response answer_to_upload(const Upload& upload);

}  // namespace wharf::management
