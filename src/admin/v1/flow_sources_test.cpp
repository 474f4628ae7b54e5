#include "admin/v1/flow_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wharf::v1 {
namespace {

using routing::DestinationKind;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class FlowSources : public testing::Test {
 protected:
  void declare(const std::string& exchange) { EXPECT_TRUE(routes_.declare({.name = exchange, .type = "fanout"})); }
  void bind(const std::string& source, DestinationKind kind, const std::string& name) {
    EXPECT_TRUE(routes_.bind({source, {kind, name}, "", {}}));
  }

  routing::RoutingTable routes_{"/", 7};
};

TEST_F(FlowSources, AreFoundThroughOthersAndInCircles) {
  routes_.add_destination({DestinationKind::kQueue, "jobs"});
  for (const char* name : {"a", "b", "c", "apart"}) declare(name);
  bind("a", DestinationKind::kExchange, "b");
  bind("b", DestinationKind::kExchange, "a");
  bind("c", DestinationKind::kExchange, "a");
  bind("b", DestinationKind::kQueue, "jobs");
  EXPECT_THAT(sources_of(routes_, {DestinationKind::kQueue, "jobs"}), UnorderedElementsAre("", "a", "b", "c"));
  EXPECT_THAT(sources_of(routes_, {DestinationKind::kQueue, "gone"}), ElementsAre());
}

TEST_F(FlowSources, OfALongChainAreAllFound) {
  constexpr std::size_t kExchanges = 100'000;
  declare("e0");
  for (std::size_t i = 1; i < kExchanges; ++i) {
    declare("e" + std::to_string(i));
    bind("e" + std::to_string(i), DestinationKind::kExchange, "e" + std::to_string(i - 1));
  }
  EXPECT_EQ(sources_of(routes_, {DestinationKind::kExchange, "e0"}).size(), kExchanges - 1);
}

}  // namespace
}  // namespace wharf::v1
