#pragma once
// Errors that a client, a disk or a peer can cause, as values. One list of codes for the whole broker; each protocol maps
// it to its own numbers in one table (its errors.hpp). What only a bug can cause is an assertion, never an Error.
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace wharf {

enum class ErrorCode : std::uint8_t {
  // The request
  kMalformed,             // bytes that do not parse: a lying length, an unknown type
  kUnsupportedVersion,    // a version of a request or format that we do not serve
  kInvalidRequest,        // parses, but asks for something that cannot be
  kInvalidArgument,       // a setting with a bad value
  kPolicyViolation,       // forbidden by how the destination is configured
  kPreconditionFailed,    // what the request takes for granted is not so: declared otherwise, still in use
  kTooLarge,              // above a limit of size
  kCorruptMessage,        // a checksum does not match
  kInvalidRecord,         // a record that this destination does not take
  kInvalidTimestamp,      // too far from the broker's clock
  kUnsupportedCompression,
  // Names
  kInvalidName,
  kNotFound,              // no such topic, partition, queue, group
  kUnknownTopicId,
  kAlreadyExists,
  // Logs
  kOffsetOutOfRange,
  kFencedEpoch,           // the asker's leader epoch is older than ours
  kUnknownEpoch,          // ... newer than ours
  kOutOfOrderSequence,    // an idempotent producer skipped a number
  kDuplicateSequence,     // an old duplicate, outside of what we remember
  kInvalidProducerEpoch,
  kUnknownProducer,
  // Groups
  kNotCoordinator,
  kCoordinatorLoading,
  kUnknownMember,
  kMemberIdRequired,
  kIllegalGeneration,
  kRebalanceInProgress,
  kInconsistentProtocol,
  kInvalidSessionTimeout,
  kFencedInstance,
  kGroupFull,
  kGroupNotEmpty,
  kGroupSubscribed,       // a member is subscribed to what should be removed
  kInvalidGroup,
  kOffsetMetadataTooLarge,
  // Queues
  kFull,                  // the queue refuses more messages
  kLocked,                // somebody else has it to themselves
  // Access
  kSignInRefused,         // not who they say, or not from there
  kAccessRefused,         // known, and not allowed to
  // The machine
  kStorage,               // the disk failed
  kDiskFull,
  kDamaged,               // stored bytes whose checksum does not match
  kTimedOut,
  kClosed,                // the connection, file or node is closing
  kBusy,                  // a limit of memory or concurrency; try again
  kUnavailable,           // not here now; try again
  kInternal,
};

/// The code's name in snake_case, as logs and metrics show it.
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // a sentence a person can act on

  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::kNotFound, "topic 'x' does not exist");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}
/// Hands an error of one Result on as another's: `if (!r) return fail(r.error());`
[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

/// Stops the process with a message and the place, in every build. For what only a bug can cause, where going on would
/// damage data.
[[noreturn]] void assertion_failed(const char* what, const char* file, int line);

}  // namespace wharf

/// The one macro: an assertion that stays on in release builds. It guards data, it does not steer.
#define WHARF_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::wharf::assertion_failed(#condition, __FILE__, __LINE__))
