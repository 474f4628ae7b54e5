#include "protocols/amqp091/session/errors.hpp"

namespace wharf::amqp091 {

ReplyCode reply_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
    case ErrorCode::kUnknownTopicId:
      return ReplyCode::kNotFound;
    case ErrorCode::kPolicyViolation:
    case ErrorCode::kInvalidName:
    case ErrorCode::kAccessRefused:
      return ReplyCode::kAccessRefused;
    case ErrorCode::kLocked:
      return ReplyCode::kResourceLocked;
    case ErrorCode::kPreconditionFailed:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kTooLarge:
    case ErrorCode::kFull:
      return ReplyCode::kPreconditionFailed;
    case ErrorCode::kInvalidRequest:
      return ReplyCode::kCommandInvalid;
    case ErrorCode::kMalformed:
      return ReplyCode::kSyntaxError;
    case ErrorCode::kDiskFull:
    case ErrorCode::kBusy:
      return ReplyCode::kResourceError;
    case ErrorCode::kClosed:
      return ReplyCode::kConnectionForced;
    default:
      return ReplyCode::kInternalError;
  }
}

ProtocolError protocol_error(const Error& error) {
  return {reply_code_of(error.code), error.message, {}};
}

}  // namespace wharf::amqp091
