// Messages that are to go now or never.
#include <gtest/gtest.h>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

const ConsumerId kConsumer{1};
constexpr Timestamp kNow{1'000};
const Facts kNowOrNever{.bytes = 1, .expires = Timestamp{1'000}, .now_or_never = true};

class NowOrNever : public testing::Test {
 protected:
  NowOrNever() : queue_({.settings = {}, .keeps_state = false}) {
    queue_.open(0, Offset{0}, Offset{0});
    queue_.arrived(0, Offset{3}, 3, true);
    EXPECT_TRUE(queue_.subscribe(kConsumer, {}));
  }
  bool goes_out() { return queue_.hand_out(*queue_.offer(), kNowOrNever, kNow, deaths_).has_value(); }

  Queue queue_;
  std::vector<Death> deaths_;
};

TEST_F(NowOrNever, OneGoesToWhoHasRoomAtOnce) {
  EXPECT_TRUE(goes_out());
  EXPECT_TRUE(goes_out());
}

TEST_F(NowOrNever, OneThatWasOfferedGoesToNobodyLater) {
  EXPECT_TRUE(goes_out());
  queue_.note_offered();
  queue_.arrived(0, Offset{4}, 1, true);
  EXPECT_FALSE(goes_out());
  EXPECT_FALSE(goes_out());
  EXPECT_TRUE(goes_out()) << "it has just come";
  EXPECT_EQ(queue_.ready(), 0u);
  EXPECT_EQ(queue_.unsettled(), 2u);
}

TEST_F(NowOrNever, OneThatComesBackGoesToNobody) {
  EXPECT_TRUE(goes_out());
  Settlement back{{0, Offset{0}}, Offset{0}, Verdict::kReturn};
  queue_.settle(kConsumer, {&back, 1}, MonotonicTime{}, deaths_);
  EXPECT_EQ(queue_.offer()->id.offset, Offset{0});
  EXPECT_FALSE(goes_out());
}

TEST_F(NowOrNever, OneIsNotForWhoAsksForSingleMessages) {
  EXPECT_FALSE(queue_.get(*queue_.head(), kNowOrNever, ConsumerId{2}, false, kNow, deaths_));
}

}  // namespace
}  // namespace wharf::queue
