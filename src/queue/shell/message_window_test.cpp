#include "queue/shell/message_window.hpp"

#include <gtest/gtest.h>

#include "model/record_batch_builder.hpp"

namespace wharf::queue {
namespace {

SharedBytes batch_of(std::int64_t records) {
  BatchBuilder builder(BatchOptions{});
  for (std::int64_t i = 0; i < records; ++i) builder.append({.value = as_bytes("x")});
  return SharedBytes::copy_of(*builder.finish());
}

TEST(MessageWindow, OfABatchWithoutAReadableHeaderTheMessageThatWasAskedForIsLost) {
  MessageWindow window;
  window.fill(Offset{0}, {batch_of(3), SharedBytes::copy_of(as_bytes("no header of a batch"))});
  ASSERT_TRUE(window.find(Offset{2}));
  EXPECT_FALSE(window.find(Offset{7}));
  EXPECT_EQ(window.failed_first(), Offset{7});
  EXPECT_EQ(window.failed_next(), Offset{8});
  Result<const LoadedMessage*> after = window.find(Offset{8});
  ASSERT_TRUE(after);
  EXPECT_EQ(*after, nullptr) << "it is to be read again";
}

}  // namespace
}  // namespace wharf::queue
