// Records of a state log, from any bytes: what is taken can be gone on with, and its own snapshot says the same again.
#include <algorithm>
#include <cstdint>

#include "queue/core/queue.hpp"

using namespace wharf;         // NOLINT
using namespace wharf::queue;  // NOLINT

namespace {

constexpr Offset kLogStart{3};
constexpr Offset kLogEnd{100};

/// Each record is as long as the byte before it says.
std::unique_ptr<Queue> replayed(ByteView bytes) {
  auto queue = std::make_unique<Queue>(QueueOptions{});
  while (!bytes.empty()) {
    std::size_t size = std::min<std::size_t>(std::to_integer<std::size_t>(bytes.front()), bytes.size() - 1);
    std::ignore = queue->replay(bytes.subspan(1, size));
    bytes = bytes.subspan(1 + size);
  }
  for (std::uint8_t level : std::initializer_list<std::uint8_t>{0, 1, 255}) queue->open(level, kLogStart, kLogEnd);
  return queue;
}

void check(const Queue& queue) {
  for (const auto& [level, cursor] : queue.levels()) {
    WHARF_ASSERT(cursor.floor() >= kLogStart && cursor.floor() <= cursor.end() && cursor.end() == kLogEnd);
    WHARF_ASSERT(cursor.ready() <= static_cast<std::uint64_t>(kLogEnd.value - cursor.floor().value));
    OffsetRange uncounted = cursor.uncounted();
    WHARF_ASSERT(uncounted.first >= cursor.floor() && uncounted.next == kLogEnd);
  }
}

std::uint64_t drained(Queue& queue) {
  std::vector<Death> deaths;
  std::uint64_t messages = 0;
  while (std::optional<Queue::Reserve> reserve = queue.wanted_reserve()) queue.reserved(*reserve);
  while (std::optional<Offer> offer = queue.head()) {
    WHARF_ASSERT(queue.get(*offer, {}, ConsumerId(1), true, Timestamp{0}, deaths));
    ++messages;
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::unique_ptr<Queue> queue = replayed(std::as_bytes(std::span(data, size)));
  check(*queue);
  Queue again{QueueOptions{}};
  WHARF_ASSERT(again.replay(encode(queue->snapshot(false))));
  for (const auto& [level, cursor] : queue->levels()) again.open(level, kLogStart, kLogEnd);
  check(again);
  std::uint64_t ready = queue->ready();
  WHARF_ASSERT(again.ready() == ready && again.ready_bytes() == queue->ready_bytes());
  WHARF_ASSERT(drained(*queue) == ready && drained(again) == ready);
  return 0;
}
