#pragma once
// Which of a message's fields say that something went wrong.

namespace wharf::kafka {

/// True for the enumeration of error codes: a Writer says those that its reader knows, and remembers the first that is
/// not 0.
template <class T>
inline constexpr bool kIsErrorCode = false;

}  // namespace wharf::kafka
