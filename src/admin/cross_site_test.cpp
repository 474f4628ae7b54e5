#include "admin/cross_site.hpp"

#include <gtest/gtest.h>

namespace wharf::admin {
namespace {

bool refused(http::Pairs headers, std::string method = "POST") {
  headers.emplace_back("host", "127.0.0.1:15672");
  return changes_for_another_site(
      {.method = std::move(method), .path = "/api/queues", .query = {}, .headers = std::move(headers), .body = {}});
}

TEST(CrossSite, ClientsThatAreNoBrowsersMayChangeThings) {
  EXPECT_FALSE(refused({}));
  EXPECT_FALSE(refused({{"authorization", "Basic Z3Vlc3Q6Z3Vlc3Q="}}, "DELETE"));
}

TEST(CrossSite, ThisPortsOwnPageMayAnotherSitesMayNot) {
  EXPECT_FALSE(refused({{"sec-fetch-site", "same-origin"}}));
  EXPECT_TRUE(refused({{"sec-fetch-site", "cross-site"}}));
  EXPECT_TRUE(refused({{"sec-fetch-site", "same-site"}}));  // another port of this machine
}

TEST(CrossSite, OlderBrowsersSayTheirOrigin) {
  EXPECT_FALSE(refused({{"origin", "http://127.0.0.1:15672"}}));
  EXPECT_TRUE(refused({{"origin", "https://elsewhere.example"}}));
  EXPECT_TRUE(refused({{"origin", "http://127.0.0.1:15673"}}));
  EXPECT_TRUE(refused({{"origin", "null"}}));
}

TEST(CrossSite, WhatChangesNothingIsAnsweredToAnybody) {
  EXPECT_FALSE(refused({{"sec-fetch-site", "cross-site"}}, "GET"));
  EXPECT_FALSE(refused({{"sec-fetch-site", "cross-site"}}, "HEAD"));
}

constexpr const char* kBrowser = "Mozilla/5.0 (X11; Linux x86_64)";

bool lacks_type(std::string type, std::string body = "{}", std::vector<std::string> segments = {"api", "queues"},
                std::string user_agent = kBrowser) {
  http::Request request{.method = "POST",
                        .path = {},
                        .segments = std::move(segments),
                        .query = {},
                        .headers = {{"user-agent", std::move(user_agent)}},
                        .body = std::move(body)};
  if (!type.empty()) request.headers.emplace_back("content-type", std::move(type));
  return lacks_json_type(request);
}

TEST(CrossSite, WhatIsNoBrowserNeedNotSayThatItsBodyIsJson) {
  EXPECT_FALSE(lacks_type("application/x-www-form-urlencoded", "{}", {"api", "queues"}, "curl/7.88.1"));
  EXPECT_FALSE(lacks_type("", "{}", {"api", "queues"}, ""));
}

TEST(CrossSite, ABrowsersBodySaysThatItIsJson) {
  EXPECT_FALSE(lacks_type("application/json"));
  EXPECT_FALSE(lacks_type("Application/JSON; charset=utf-8"));
  EXPECT_FALSE(lacks_type("", ""));
  EXPECT_TRUE(lacks_type(""));
  EXPECT_TRUE(lacks_type("text/plain"));
  EXPECT_TRUE(lacks_type("application/x-www-form-urlencoded"));
  EXPECT_TRUE(lacks_type("multipart/form-data; boundary=b"));
}

TEST(CrossSite, DefinitionsMayBeUploadedAsAForm) {
  EXPECT_FALSE(lacks_type("multipart/form-data; boundary=b", "--b", {"api", "definitions"}));
  EXPECT_TRUE(lacks_type("text/plain", "{}", {"api", "definitions"}));
}

}  // namespace
}  // namespace wharf::admin
