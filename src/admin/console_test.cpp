#include "admin/console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/target.hpp"
#include "model/compression.hpp"

namespace wharf::admin {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr std::string_view kPage = "<!doctype html>", kScript = "let waiting = 1;";

class Console : public testing::Test {
 protected:
  std::optional<http::Response> ask(const std::string& target, http::Pairs headers = {}, std::string method = "GET") {
    http::Request request{
        .method = std::move(method), .path = {}, .query = {}, .headers = std::move(headers), .body = {}};
    EXPECT_TRUE(http::read_target(target, request));
    return console_answer(request, files_);
  }

  static std::vector<std::byte> packed(std::string_view text) {
    return compress(Compression::kGzip, as_bytes(text)).value();
  }

  std::vector<std::byte> page_ = packed(kPage), script_ = packed(kScript);
  std::vector<ConsoleFile> files_{{"/", "text/html", "\"p1\"", page_, kPage.size(), false},
                                  {"/assets/main-1.js", "text/javascript", "\"s1\"", script_, kScript.size(), true}};
};

const http::Pairs kBrowser{{"accept", "text/html,*/*"}, {"accept-encoding", "gzip, br"}};

TEST_F(Console, ABrowserGetsThePagePackedAndIsToldToAskAgain) {
  auto page = ask("/", kBrowser);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200u);
  EXPECT_EQ(page->body, as_text(page_));
  EXPECT_THAT(page->headers, Contains(Pair("Content-Encoding", "gzip")));
  EXPECT_THAT(page->headers, Contains(Pair("Cache-Control", "no-cache")));
  EXPECT_THAT(page->headers, Contains(Pair("ETag", "\"p1\"")));
  EXPECT_THAT(page->headers, Contains(Pair("Content-Security-Policy", HasSubstr("frame-ancestors 'none'"))));
}

TEST_F(Console, WhoHasThePageIsNotSentItAgain) {
  http::Pairs headers = kBrowser;
  headers.emplace_back("if-none-match", "\"p1\"");
  auto page = ask("/", headers);
  EXPECT_EQ(page->status, 304u);
  EXPECT_EQ(page->body, "");
  headers.back().second = "\"p0\"";
  EXPECT_EQ(ask("/", headers)->status, 200u);
}

TEST_F(Console, WhatIsNamedByItsContentIsKeptForGood) {
  auto script = ask("/assets/main-1.js", kBrowser);
  EXPECT_THAT(script->headers, Contains(Pair("Cache-Control", "public, max-age=31536000, immutable")));
  EXPECT_EQ(script->content_type, "text/javascript");
}

TEST_F(Console, WhoTakesNoGzipGetsThePlainBytes) {
  for (const http::Pairs& headers : {http::Pairs{}, http::Pairs{{"accept-encoding", "gzip;q=0"}}}) {
    auto script = ask("/assets/main-1.js", headers);
    EXPECT_EQ(script->body, kScript);
    EXPECT_THAT(script->headers, Not(Contains(Pair("Content-Encoding", testing::_))));
  }
}

TEST_F(Console, AFileIsFoundByItsWholePathOnly) {
  for (std::string target :
       {"/assets", "/assets/", "/assets/../", "/assets/%2e%2e/", "/assets/main-1.js/", "//", "/index.html", "/api"}) {
    EXPECT_FALSE(ask(target, kBrowser)) << target;
  }
}

TEST_F(Console, WhoAsksOtherwiseThanABrowserIsNotGivenThePage) {
  EXPECT_FALSE(ask("/"));
  EXPECT_FALSE(ask("/", {{"accept", "*/*"}}));
}

TEST_F(Console, OtherMethodsAreRefused) {
  EXPECT_EQ(ask("/", kBrowser, "POST")->status, 405u);
  EXPECT_EQ(ask("/", kBrowser, "HEAD")->status, 200u);
}

TEST_F(Console, AServerThatWasBuiltWithoutItSaysSo) {
  files_.clear();
  auto page = ask("/", kBrowser);
  EXPECT_EQ(page->status, 200u);
  EXPECT_THAT(page->body, HasSubstr("built without its console"));
  EXPECT_FALSE(ask("/assets/main-1.js", kBrowser));
}

}  // namespace
}  // namespace wharf::admin
