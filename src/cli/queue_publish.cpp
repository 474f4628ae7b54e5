#include "cli/queue_publish.hpp"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include "model/base64.hpp"
#include "model/number_text.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

constexpr std::int64_t kTransient = 1, kPersistent = 2;
constexpr std::size_t kShortTextBytes = 255;  // AMQP's short strings
constexpr std::string_view kDefaultExchange = "amq.default";

/// `most` of 0: a text.
struct KnownProperty {
  std::string_view name;
  std::int64_t least = 0, most = 0;
};
constexpr KnownProperty kProperties[] = {{"content-type"},
                                         {"content-encoding"},
                                         {"delivery-mode", kTransient, kPersistent},
                                         {"priority", 0, 255},
                                         {"correlation-id"},
                                         {"reply-to"},
                                         {"expiration"},
                                         {"message-id"},
                                         {"timestamp", 0, std::numeric_limits<std::int64_t>::max()},
                                         {"type"},
                                         {"user-id"},
                                         {"app-id"},
                                         {"cluster-id"}};

std::unexpected<Error> refuse(std::string sentence) {
  return fail(ErrorCode::kInvalidArgument, std::move(sentence));
}

/// The API has underscores, where AMQP's specification has hyphens: both are taken.
std::string with(char separator, std::string name) {
  for (char& letter : name) {
    if (letter == '-' || letter == '_') letter = separator;
  }
  return name;
}

Result<boost::json::value> value_of(const KnownProperty& known, const std::string& text) {
  if (known.most == 0 && text.size() <= kShortTextBytes) return boost::json::value(text);
  if (known.most == 0) return refuse(fmt::format("--property: {} may have {} bytes", known.name, kShortTextBytes));
  const std::optional<std::int64_t> number = parse_number<std::int64_t>(text);
  if (number && *number >= known.least && *number <= known.most) return boost::json::value(*number);
  if (known.most == std::numeric_limits<std::int64_t>::max())
    return refuse(fmt::format("--property: {} is seconds since 1970, not '{}'", known.name, text));
  return refuse(
      fmt::format("--property: {} is a number from {} to {}, not '{}'", known.name, known.least, known.most, text));
}

Result<void> add_property(const std::string& pair, boost::json::object& properties) {
  const std::size_t equals = pair.find('=');
  if (equals == 0 || equals == std::string::npos)
    return refuse(fmt::format("--property: '{}' is not NAME=VALUE", pair));
  const std::string name = with('-', pair.substr(0, equals));
  const auto* known = std::ranges::find(kProperties, name, &KnownProperty::name);
  if (name == "headers") return refuse("--property: headers are given one by one, by --header NAME=VALUE");
  if (known == std::end(kProperties)) {
    std::vector<std::string_view> names;
    for (const KnownProperty& one : kProperties) names.push_back(one.name);
    return refuse(fmt::format("--property: there is no property '{}': {}", name, fmt::join(names, ", ")));
  }
  Result<boost::json::value> value = value_of(*known, pair.substr(equals + 1));
  if (!value) return fail(value.error());
  properties[with('_', name)] = std::move(*value);
  return {};
}

/// The one given, or all of standard input.
Task<std::string> body_of(ManagementSession* session, std::optional<std::string> given) {
  if (given) co_return std::move(*given);
  std::string read = co_await runtime::run_blocking(session->shard, [] {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  });
  co_return read;
}

struct Addressed {
  std::string exchange, routing_key;
  std::optional<std::string> message;  // none: on standard input
};

Result<Addressed> address_of(const PublishOptions& options) {
  const std::vector<std::string>& words = options.words;
  const std::size_t before_message = options.names_exchange ? 0 : 1;
  if (words.size() > before_message + 1) {
    return refuse(options.names_exchange
                      ? fmt::format("with --exchange there is no QUEUE: '{}' is one argument too many", words.back())
                      : fmt::format("'{}' is one argument too many", words.back()));
  }
  std::optional<std::string> message;
  if (words.size() > before_message) message = words[before_message];
  if (options.names_exchange) {
    const bool is_default = options.exchange.empty();
    return Addressed{is_default ? std::string(kDefaultExchange) : options.exchange, options.routing_key,
                     std::move(message)};
  }
  if (words.empty()) return refuse("QUEUE is missing, or --exchange");
  if (options.names_key) return refuse("--routing-key goes with --exchange: the key to a queue is its name");
  return Addressed{std::string(kDefaultExchange), words.front(), std::move(message)};
}

Error went_nowhere(const Addressed& to, const std::string& vhost) {
  if (to.exchange == kDefaultExchange)
    return {ErrorCode::kNotFound, fmt::format("there is no queue '{}' in virtual host '{}'", to.routing_key, vhost)};
  return {ErrorCode::kNotFound, fmt::format("exchange '{}' in virtual host '{}' leads to no queue with the key '{}'",
                                            to.exchange, vhost, to.routing_key)};
}

}  // namespace

Result<boost::json::object> message_properties(const PublishOptions& options) {
  boost::json::object properties;
  for (const std::string& pair : options.properties) {
    if (Result<void> added = add_property(pair, properties); !added) return fail(added.error());
  }
  if (options.transient && properties.contains("delivery_mode"))
    return refuse("--transient and --property delivery-mode say the same thing: give one of them");
  properties.emplace("delivery_mode", options.transient ? kTransient : kPersistent);  // what was given stays
  Result<boost::json::object> headers = object_of("--header", options.headers);
  if (!headers) return fail(headers.error());
  if (!headers->empty()) properties["headers"] = std::move(*headers);
  return properties;
}

Task<Result<void>> publish_message(ManagementSession* session, const PublishOptions* options, std::string vhost) {
  Result<boost::json::object> properties = message_properties(*options);
  if (!properties) co_return fail(properties.error());
  Result<Addressed> to = address_of(*options);
  if (!to) co_return fail(to.error());
  std::string message = co_await body_of(session, std::move(to->message));
  boost::json::object body{{"properties", std::move(*properties)},
                           {"routing_key", to->routing_key},
                           {"payload", base64(as_bytes(message))},
                           {"payload_encoding", "base64"}};
  const std::string about = options->names_exchange
                                ? fmt::format("exchange '{}' in virtual host '{}'", to->exchange, vhost)
                                : fmt::format("virtual host '{}'", vhost);
  auto answer =
      co_await session->ask({"POST", path({"exchanges", vhost, to->exchange, "publish"}), std::move(body), about});
  if (!answer) co_return fail(answer.error());
  if (cell(*answer, "routed") != "yes") co_return fail(went_nowhere(*to, vhost));
  co_return Result<void>();
}

void declare_publish(CLI::App* action, PublishOptions* options) {
  const auto add_word = [options](const std::string& word) { options->words.push_back(word); };
  action->add_option_function<std::string>("QUEUE", add_word, "The queue's name. None with --exchange.");
  action->add_option_function<std::string>("MESSAGE", add_word,
                                           "The message's body. Without it all of standard input is.");
  action
      ->add_option_function<std::string>(
          "--exchange",
          [options](const std::string& exchange) {
            options->exchange = exchange;
            options->names_exchange = true;
          },
          "Publish to this exchange, which chooses the queues, instead of to one queue.")
      ->type_name("EXCHANGE");
  action
      ->add_option_function<std::string>(
          "--routing-key",
          [options](const std::string& key) {
            options->routing_key = key;
            options->names_key = true;
          },
          "With --exchange: what it goes by (empty).")
      ->type_name("KEY");
  action
      ->add_option("--header", options->headers,
                   "A header of the message. May be given again; numbers, true, false, lists ([1,2]) and texts in "
                   "quotes (\"5\") are that, the rest is text.")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  action
      ->add_option(
          "--property", options->properties,
          "A property of the message, such as content-type, delivery-mode (1 or 2), priority, expiration (ms), "
          "correlation-id, reply-to, message-id, timestamp (s), type, app-id. May be given again.")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  action->add_flag("--transient", options->transient, "It need not survive a restart.");
}

}  // namespace wharf::cli
