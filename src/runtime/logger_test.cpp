#include "runtime/logger.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace wharf::runtime {
namespace {

class FixedClock final : public Clock {
 public:
  MonotonicTime monotonic_now() const override { return {}; }
  Timestamp wall_now() const override { return Timestamp{1'767'323'045'006}; }
};

class CollectingLogger final : public Logger {
 public:
  using Logger::Logger;
  std::vector<std::string> lines;

 protected:
  void write(std::string_view line) override { lines.emplace_back(line); }
};

TEST(Logger, TextLinesHaveTimeLevelSentenceAndFields) {
  FixedClock clock;
  CollectingLogger logger(clock, LogLevel::kInfo, LogFormat::kText);
  logger.info("topic created", {{"topic", "orders"}, {"partitions", 12}, {"note", "has space"}, {"empty", ""}});
  ASSERT_EQ(logger.lines.size(), 1u);
  EXPECT_EQ(logger.lines[0],
            "2026-01-02T03:04:05.006Z info  topic created topic=orders partitions=12 note=\"has space\" empty=\"\"\n");
}

TEST(Logger, JsonLinesAreOneObjectEach) {
  FixedClock clock;
  CollectingLogger logger(clock, LogLevel::kDebug, LogFormat::kJson);
  logger.error("bad \"frame\"", {{"from", "a\\b\n"}, {"length", -1}});
  EXPECT_EQ(logger.lines.at(0), R"({"time":"2026-01-02T03:04:05.006Z","level":"error","message":"bad \"frame\"",)"
                                R"("from":"a\\b\u000a","length":"-1"})" "\n");
}

TEST(Logger, BelowItsLevelItIsSilent) {
  FixedClock clock;
  CollectingLogger logger(clock, LogLevel::kWarn, LogFormat::kText);
  logger.debug("no");
  logger.info("no");
  EXPECT_FALSE(logger.enabled(LogLevel::kInfo));
  logger.warn("yes");
  logger.error("yes");
  EXPECT_EQ(logger.lines.size(), 2u);
}

TEST(Logger, AClientsNameCannotForgeALineNorReachTheTerminal) {
  FixedClock clock;
  CollectingLogger text(clock, LogLevel::kInfo, LogFormat::kText);
  text.info("hello", {{"client", "x\ninfo forged=1"}, {"escape", "\x1b[2J"}, {"delete", "\x7f"}, {"bytes", "a\xff"}});
  EXPECT_EQ(text.lines.at(0),
            "2026-01-02T03:04:05.006Z info  hello client=\"x\\u000ainfo forged=1\" escape=\"\\u001b[2J\" delete=\"\\u007f\" "
            "bytes=\"a\\u00ff\"\n");
}

TEST(Logger, JsonKeepsValidUtf8AndEscapesTheRest) {
  FixedClock clock;
  CollectingLogger logger(clock, LogLevel::kInfo, LogFormat::kJson);
  logger.info("n", {{"good", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9A\xA2"}, {"overlong", "\xC0\xAF"}, {"surrogate", "\xED\xA0\x80"},
                    {"cut", "\xE2\x82"}, {"beyond", "\xF4\x90\x80\x80"}});
  const std::string& line = logger.lines.at(0);
  EXPECT_NE(line.find("\"good\":\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9A\xA2\""), std::string::npos);
  EXPECT_NE(line.find(R"("overlong":"\u00c0\u00af")"), std::string::npos);
  EXPECT_NE(line.find(R"("surrogate":"\u00ed\u00a0\u0080")"), std::string::npos);
  EXPECT_NE(line.find(R"("cut":"\u00e2\u0082")"), std::string::npos);
  EXPECT_NE(line.find(R"("beyond":"\u00f4\u0090\u0080\u0080")"), std::string::npos);
}

}  // namespace
}  // namespace wharf::runtime
