#include <gtest/gtest.h>

#include "client/cluster.hpp"

namespace wharf::client {
namespace {

TEST(Bootstrap, IsAListOfHostsWithPorts) {
  auto endpoints = parse_bootstrap("a:1, 10.0.0.1 ,[::1]:9093,b");
  ASSERT_TRUE(endpoints);
  EXPECT_EQ(*endpoints, (std::vector<Endpoint>{{"a", 1}, {"10.0.0.1", 9092}, {"::1", 9093}, {"b", 9092}}));
}

TEST(Bootstrap, WhatIsNoAddressIsRefused) {
  for (const char* text : {"", ":1", "a:", "a:0", "a:70000", "a:x", "a,,b", "::1", "[::1", "[::1]9092", "a:1x"})
    EXPECT_FALSE(parse_bootstrap(text)) << text;
}

}  // namespace
}  // namespace wharf::client
