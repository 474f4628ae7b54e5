#pragma once
// Reading messages of a topic for somebody who looks: forward through its partitions one after the other, or backward
// from the end of one. A reading ends when it has enough, or has looked at so much; then it says where to go on.
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/json/array.hpp>

#include "admin/v1/call.hpp"
#include "admin/v1/message_json.hpp"
#include "admin/v1/message_search.hpp"
#include "admin/v1/topic_named.hpp"

namespace wharf::v1 {

struct ReadingLimits {
  std::size_t messages = 50;
  std::size_t scanned_bytes = 16u << 20;  // unpacked; one read more than that
  std::size_t shown_bytes = 8u << 20;     // of the answer's contents
  std::int32_t partitions = 1000;
};

struct Reading {
  // What is asked for.
  TopicPointer topic;
  MessageSearch search;
  ContentForm form;
  ReadingLimits limits;
  // What came of it.
  boost::json::array messages;
  std::uint64_t scanned_messages = 0;
  std::uint64_t scanned_bytes = 0;
  std::uint64_t shown_bytes = 0;
  std::optional<ReadPosition> next;

  bool shows_enough() const { return messages.size() >= limits.messages || shown_bytes >= limits.shown_bytes; }
  bool has_enough() const { return shows_enough() || scanned_bytes >= limits.scanned_bytes; }
};

/// Where each partition begins.
struct ForwardStart {
  std::optional<Offset> offset;  // of the first partition that is read
  std::optional<Timestamp> time;
};

// `call` and `reading` outlive the tasks. kNotFound: the topic is gone.

/// From `first` to `last`, both included.
runtime::Task<Result<void>> read_forward(Call* call, Reading* reading, ForwardStart start, std::int32_t first,
                                         std::int32_t last);
/// The newest first. `below`: only what is before it; none: from the end.
runtime::Task<Result<void>> read_backward(Call* call, Reading* reading, std::int32_t partition,
                                          std::optional<Offset> below);

}  // namespace wharf::v1
