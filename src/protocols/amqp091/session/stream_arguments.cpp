#include "protocols/amqp091/session/stream_arguments.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "model/number_text.hpp"
#include "model/topic_name.hpp"
#include "protocols/amqp091/session/arguments_reader.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::int64_t kLeastSegmentBytes = 1 << 20;  // what segment.bytes may be
constexpr std::int64_t kMostSegmentBytes = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMostSegmentBytesOfRabbitMq = 3'000'000'000;

constexpr std::string_view kOfQueues[] = {"x-expires",
                                          "x-message-ttl",
                                          "x-max-length",
                                          "x-overflow",
                                          "x-max-priority",
                                          "x-dead-letter-exchange",
                                          "x-dead-letter-routing-key",
                                          "x-dead-letter-strategy",
                                          "x-single-active-consumer",
                                          "x-delivery-limit",
                                          "x-message-groups",
                                          "x-group-rebalance",
                                          "x-last-value-key",
                                          "x-queue-mode",
                                          "x-queue-version",
                                          "x-quorum-initial-group-size"};

struct Unit {
  char letter;
  std::int64_t ms;
};
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::array<Unit, 6> kUnits{
    {{'Y', 365 * kDayMs}, {'M', 30 * kDayMs}, {'D', kDayMs}, {'h', 3'600'000}, {'m', 60'000}, {'s', 1'000}}};

/// "7D". None: no positive number, no unit, or longer than milliseconds can be counted.
std::optional<std::int64_t> age_ms(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto unit = std::ranges::find(kUnits, text.back(), &Unit::letter);
  std::optional<std::int64_t> count = parse_number<std::int64_t>(text.substr(0, text.size() - 1));
  if (unit == kUnits.end() || !count || *count <= 0) return std::nullopt;
  if (*count > std::numeric_limits<std::int64_t>::max() / unit->ms) return std::nullopt;
  return *count * unit->ms;
}

std::string age_text(std::int64_t ms) {
  for (const Unit& unit : kUnits) {
    if (unit.letter != 'Y' && unit.letter != 'M' && ms % unit.ms == 0) {
      return fmt::format("{}{}", ms / unit.ms, unit.letter);
    }
  }
  return fmt::format("{}ms", ms);  // only a Kafka client asks for it
}

Outcome<std::int64_t> max_age(const Argument& argument) {
  Outcome<std::string> text = argument.text();
  if (!text) return refuse(text.error());
  std::optional<std::int64_t> ms = age_ms(*text);
  if (!ms) return argument.invalid("invalid_max_age");
  return *ms;
}

Outcome<std::int64_t> segment_bytes(const Argument& argument) {
  Outcome<std::int64_t> asked = argument.number_from(0, std::numeric_limits<std::int64_t>::max());
  if (!asked) return asked;
  if (*asked > kMostSegmentBytesOfRabbitMq) {
    return refuse(ReplyCode::kPreconditionFailed, "Exceeded max value for x-stream-max-segment-size-bytes");
  }
  return std::clamp(*asked, kLeastSegmentBytes, kMostSegmentBytes);
}

/// Arguments without a meaning here; what could never have meant anything is refused.
void read_no_ops(ArgumentsReader& reader) {
  std::int64_t ignored = 0;
  reader.read("x-initial-cluster-size", ignored, [](const Argument& argument) {
    return argument.number_from(1, std::numeric_limits<std::int64_t>::max());
  });
  reader.read("x-stream-filter-size-bytes", ignored, [](const Argument& argument) -> Outcome<std::int64_t> {
    Outcome<std::int64_t> bytes = argument.number_from(0, std::numeric_limits<std::int64_t>::max());
    if (!bytes || (*bytes >= 16 && *bytes <= 255)) return bytes;
    return refuse(ReplyCode::kPreconditionFailed, "Invalid value for  x-stream-filter-size-bytes");
  });
  std::string locator;
  reader.read("x-queue-leader-locator", locator, [](const Argument& argument) -> Outcome<std::string> {
    Outcome<std::string> word = argument.text();
    if (!word || *word == "client-local" || *word == "balanced" || *word == "random" || *word == "least-leaders") {
      return word;
    }
    return argument.invalid("invalid_queue_locator_arg");
  });
}

}  // namespace

bool asks_for_stream(const PropertyTable& arguments) {
  const PropertyValue* type = find_property(arguments, "x-queue-type");
  return type && type->text() && *type->text() == "stream";
}

Outcome<TopicSettings> stream_settings(const PropertyTable& arguments, QueueName queue) {
  ArgumentsReader reader(arguments, queue);
  for (std::string_view name : kOfQueues) {
    if (find_property(arguments, name)) reader.fail(not_of_type(name, queue, "stream"));
  }
  std::int64_t retention_ms = -1, retention_bytes = -1;
  std::optional<std::int64_t> bytes_of_segment;
  reader.read("x-max-age", retention_ms, max_age);
  reader.read("x-max-length-bytes", retention_bytes, [](const Argument& argument) {
    return argument.number_from(0, std::numeric_limits<std::int64_t>::max());
  });
  reader.read("x-stream-max-segment-size-bytes", bytes_of_segment, segment_bytes);
  read_no_ops(reader);
  if (reader.error()) return refuse(*reader.error());
  TopicSettings settings{{"cleanup.policy", "delete"},
                         {"retention.ms", fmt::format("{}", retention_ms)},
                         {"retention.bytes", fmt::format("{}", retention_bytes)}};
  if (bytes_of_segment) settings.emplace("segment.bytes", fmt::format("{}", *bytes_of_segment));
  return settings;
}

Outcome<TopicSettings> stream_topic(const PropertyTable& arguments, QueueProperties properties, QueueName queue,
                                    std::uint64_t batch_bytes) {
  if (auto possible = check_properties("stream", properties, queue); !possible) return refuse(possible.error());
  Outcome<TopicSettings> settings = stream_settings(arguments, queue);
  if (!settings) return settings;
  if (!is_topic_name(queue.name)) {
    return refuse(ReplyCode::kPreconditionFailed,
                  fmt::format("{} cannot be a stream: streams are log topics, whose names have up to 249 letters, "
                              "digits, '.', '_' and '-'",
                              resource_of(queue)));
  }
  settings->emplace("max.message.bytes", fmt::format("{}", batch_bytes));
  return settings;
}

PropertyTable stream_arguments(const TopicSettings& settings) {
  auto value = [&settings](const char* name) {
    auto found = settings.find(name);
    std::optional<std::int64_t> number =
        found == settings.end() ? std::nullopt : parse_number<std::int64_t>(found->second);
    return number && *number >= 0 ? number : std::nullopt;
  };
  PropertyTable arguments{{"x-queue-type", std::string("stream")}};
  if (auto ms = value("retention.ms")) arguments.push_back({"x-max-age", age_text(*ms)});
  if (auto bytes = value("retention.bytes")) arguments.push_back({"x-max-length-bytes", *bytes});
  if (auto bytes = value("segment.bytes")) arguments.push_back({"x-stream-max-segment-size-bytes", *bytes});
  return arguments;
}

PropertyTable comparable_arguments(const PropertyTable& arguments, QueueName queue) {
  if (!asks_for_stream(arguments)) return arguments;
  Outcome<TopicSettings> settings = stream_settings(arguments, queue);
  return settings ? stream_arguments(*settings) : arguments;
}

Outcome<StreamStart> stream_start(const PropertyTable& arguments, QueueName queue) {
  using Kind = StreamStart::Kind;
  if (find_property(arguments, "x-priority")) return refuse(not_of_type("x-priority", queue, "stream"));
  const PropertyValue* value = find_property(arguments, "x-stream-offset");
  if (!value) return StreamStart{};
  if (auto offset = signed_integer_of(*value)) return StreamStart{Kind::kOffset, std::max<std::int64_t>(*offset, 0)};
  if (const auto* time = value->get_if<EpochSeconds>()) {
    constexpr std::uint64_t kMostSeconds = std::numeric_limits<std::int64_t>::max() / 1000;
    return StreamStart{Kind::kTime, static_cast<std::int64_t>(std::min(time->seconds, kMostSeconds) * 1000)};
  }
  if (const std::string* text = value->text()) {
    if (*text == "first") return StreamStart{Kind::kFirst};
    if (*text == "last") return StreamStart{Kind::kLast};
    if (*text == "next") return StreamStart{Kind::kNext};
    if (auto ms = age_ms(*text)) return StreamStart{Kind::kAge, *ms};
  }
  Argument argument(arguments, "x-stream-offset", queue);
  return argument.invalid(fmt::format("{{invalid_stream_offset_arg,{{{},{}}}}}", routing::field_type(*value),
                                      routing::erlang_term(*value)));
}

}  // namespace wharf::amqp091
