#include "protocols/amqp091/wire/reply_code.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace wharf::amqp091 {

namespace {

constexpr std::pair<ReplyCode, std::string_view> kNames[] = {
    {ReplyCode::kSuccess, "REPLY_SUCCESS"},
    {ReplyCode::kContentTooLarge, "CONTENT_TOO_LARGE"},
    {ReplyCode::kNoRoute, "NO_ROUTE"},
    {ReplyCode::kNoConsumers, "NO_CONSUMERS"},
    {ReplyCode::kConnectionForced, "CONNECTION_FORCED"},
    {ReplyCode::kInvalidPath, "INVALID_PATH"},
    {ReplyCode::kAccessRefused, "ACCESS_REFUSED"},
    {ReplyCode::kNotFound, "NOT_FOUND"},
    {ReplyCode::kResourceLocked, "RESOURCE_LOCKED"},
    {ReplyCode::kPreconditionFailed, "PRECONDITION_FAILED"},
    {ReplyCode::kFrameError, "FRAME_ERROR"},
    {ReplyCode::kSyntaxError, "SYNTAX_ERROR"},
    {ReplyCode::kCommandInvalid, "COMMAND_INVALID"},
    {ReplyCode::kChannelError, "CHANNEL_ERROR"},
    {ReplyCode::kUnexpectedFrame, "UNEXPECTED_FRAME"},
    {ReplyCode::kResourceError, "RESOURCE_ERROR"},
    {ReplyCode::kNotAllowed, "NOT_ALLOWED"},
    {ReplyCode::kNotImplemented, "NOT_IMPLEMENTED"},
    {ReplyCode::kInternalError, "INTERNAL_ERROR"},
};

}  // namespace

std::string_view to_string(ReplyCode code) {
  auto found = std::ranges::find(kNames, code, &std::pair<ReplyCode, std::string_view>::first);
  return found == std::end(kNames) ? "INTERNAL_ERROR" : found->second;
}

std::string ProtocolError::reply_text() const {
  constexpr std::size_t kMost = 255;
  std::string text = fmt::format("{} - {}", to_string(code), message);
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside of a character
  text.resize(end);
  return text;
}

}  // namespace wharf::amqp091
