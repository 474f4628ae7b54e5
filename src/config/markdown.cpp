#include "config/markdown.hpp"

#include <fmt/format.h>

#include "config/server_config.hpp"
#include "config/topic_keys.hpp"
#include "config/value.hpp"

namespace wharf::config {
namespace {

std::string_view heading(Section section) {
  switch (section) {
    case Section::kStorage:
      return "Storage";
    case Section::kNode:
      return "Node";
    case Section::kKafka:
      return "Kafka listener";
    case Section::kAmqp:
      return "AMQP listener";
    case Section::kMqtt:
      return "MQTT listener";
    case Section::kStomp:
      return "STOMP listener";
    case Section::kQueues:
      return "Queues";
    case Section::kTopics:
      return "Topics and records";
    case Section::kLog:
      return "Log";
    case Section::kCleaner:
      return "Compaction";
    case Section::kGroups:
      return "Groups and offsets";
    case Section::kObservation:
      return "Observation";
  }
  return "";
}

std::string_view kind(KeyType type) {
  switch (type) {
    case KeyType::kBool:
      return "true or false";
    case KeyType::kInteger:
      return "number";
    case KeyType::kBytes:
      return "bytes";
    case KeyType::kDuration:
      return "time";
    case KeyType::kRatio:
      return "ratio";
    case KeyType::kString:
      return "text";
    case KeyType::kChoice:
      return "choice";
    case KeyType::kEndpoint:
    case KeyType::kOptionalEndpoint:
      return "host:port";
  }
  return "";
}

std::string_view kind(KafkaType type) {
  switch (type) {
    case KafkaType::kBoolean:
      return "boolean";
    case KafkaType::kInt:
      return "int";
    case KafkaType::kLong:
      return "long";
    case KafkaType::kDouble:
      return "double";
    case KafkaType::kList:
      return "list";
    default:
      return "string";
  }
}

std::string code(std::string_view text) {
  return text.empty() ? "empty" : fmt::format("`{}`", text);
}

std::string choices_of(std::string_view bars) {
  std::string out;
  for (const char at : bars) out += at == '|' ? std::string("`, `") : std::string(1, at);
  return bars.empty() ? "" : fmt::format(" One of `{}`.", out);
}

constexpr std::string_view kIntroduction = R"(# Configuration

This page is made by `wharf config --markdown`.

A setting comes from a TOML file (`--config FILE`), from the environment, or from a flag; a later one in this list wins. The key
`kafka.listen` is `kafka.listen = "..."` or `listen = "..."` under `[kafka]` in the file, `WHARF_KAFKA_LISTEN` in the environment, and
`--set kafka.listen=...` as a flag. `--data DIR` and `--memory` are short for `data.dir` and `data.memory`;
`--free-ports` takes a free port of 127.0.0.1 for each `listen` key that nothing else names. An unknown key or a bad value stops the start
with one line that names the place.

Bytes are a number, or a number with `KiB`, `MiB`, `GiB` or `TiB`. Times are milliseconds, or a number with `ms`, `s`, `m`, `h` or `d`.
`wharf config` prints the settings in effect and where each comes from.
)";

constexpr std::string_view kTopicIntroduction = R"(
## Topic settings

Given when a topic is made or altered, by Kafka's own tools and names. Values are bare numbers, as Kafka takes them. A topic without
a value of its own follows the server's key in the fourth column.

| setting | type | default | server key | meaning |
|---|---|---|---|---|
)";

}  // namespace

std::string configuration_page() {
  std::string page(kIntroduction);
  const ServerConfig defaults;
  std::optional<Section> section;
  for (std::size_t index = 0; index < kServerKeys.size(); ++index) {
    const ServerKey& key = kServerKeys[index];
    if (section != key.section) {
      section = key.section;
      page += fmt::format("\n## {}\n\n| key | kind | default | meaning |\n|---|---|---|---|\n", heading(key.section));
    }
    page += fmt::format("| `{}` | {} | {} | {}{} |\n", key.name, kind(key.type), code(defaults.text(index)),
                        key.sentence, choices_of(key.choices));
  }
  page += kTopicIntroduction;
  for (const TopicKey& key : topic_keys()) {
    page += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, kind(key.type), code(default_value(key, defaults)),
                        key.server_key.empty() ? "" : code(key.server_key), key.sentence);
  }
  return page;
}

}  // namespace wharf::config
