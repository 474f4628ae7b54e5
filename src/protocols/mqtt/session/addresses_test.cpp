#include "protocols/mqtt/session/addresses.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wharf::mqtt {
namespace {

TEST(MqttAddresses, SlashAndDotChangePlaces) {
  EXPECT_EQ(swap_separators("a/b.c"), "a.b/c");
  EXPECT_EQ(binding_key_of("a/+/b.c/#"), "a.*.b/c.#");
  EXPECT_EQ(binding_key_of("/+"), ".*");
}

TEST(MqttAddresses, EveryByteComesBack) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  std::string swapped = swap_separators(every);
  EXPECT_EQ(swap_separators(swapped), every);
  for (std::size_t i = 0; i < every.size(); ++i) {
    if (every[i] != '/' && every[i] != '.') EXPECT_EQ(swapped[i], every[i]);
  }
}

RC_GTEST_PROP(MqttAddresses, AnyTextComesBack, (std::string text)) {
  RC_ASSERT(swap_separators(swap_separators(text)) == text);
}

}  // namespace
}  // namespace wharf::mqtt
