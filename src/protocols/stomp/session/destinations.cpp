#include "protocols/stomp/session/destinations.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace wharf::stomp {
namespace {

using Kind = Destination::Kind;

struct Prefix {
  std::string_view text;
  Kind kind;
  std::string_view word;
};
constexpr std::array kPrefixes = {
    Prefix{"/queue", Kind::kQueue, "queue"},
    Prefix{"/topic", Kind::kTopic, "topic"},
    Prefix{"/exchange", Kind::kExchange, "exchange"},
    Prefix{"/amq/queue", Kind::kAmqQueue, "amqqueue"},
    Prefix{"/temp-queue", Kind::kTempQueue, "temp_queue"},
    Prefix{"/reply-queue", Kind::kReplyQueue, "reply_queue"},
};

constexpr std::string_view kConsumerOptions = "?consumer.";
constexpr std::size_t kLongestName = 255;  // AMQP's

/// A % that no two digits follow stands for itself.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned character = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, character, 16);
      if (error == std::errc() && end == text.data() + i + 3) {
        plain += static_cast<char>(character);
        i += 2;
        continue;
      }
    }
    plain += text[i];
  }
  return plain;
}

std::string with_escapes(std::string_view text, bool of_slashes) {
  std::string safe;
  for (char character : text) {
    if (character == '/' && of_slashes) {
      safe += "%2F";
    } else if (character == '%') {
      safe += "%25";
    } else {
      safe += character;
    }
  }
  return safe;
}

std::string encoded(std::string_view text) {
  return with_escapes(text, true);
}

/// Which is all that follows the prefix.
std::string encoded_topic(std::string_view key) {
  return with_escapes(key, false);
}

/// "consumer.prefetchSize=1&consumer.priority=2", behind the "?".
Outcome<void> take_options(std::string_view text, Destination& destination) {
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    constexpr std::string_view kPrefix = "consumer.";
    std::size_t equals = one.find('=');
    if (!one.starts_with(kPrefix) || equals == std::string_view::npos)
      return refuse("Invalid destination", fmt::format("'{}' is no option of a destination that is served", one));
    destination.options.emplace_back(one.substr(kPrefix.size(), equals - kPrefix.size()), one.substr(equals + 1));
  }
  return {};
}

std::unexpected<ProtocolError> invalid(std::string_view rest, std::string_view word) {
  return refuse("Invalid destination", fmt::format("'{}' is not a valid {} destination\n", rest, word));
}

/// `rest` begins with the slash behind the prefix.
Outcome<void> take_names(std::string_view rest, const Prefix& prefix, Destination& destination) {
  std::string_view name = rest.substr(std::min<std::size_t>(1, rest.size()));
  if (prefix.kind == Kind::kExchange) {
    std::size_t slash = name.find('/');
    if (slash != std::string_view::npos) destination.key = decoded(name.substr(slash + 1));
    destination.name = decoded(name.substr(0, slash));
    if (destination.name.empty()) return invalid(rest, prefix.word);
  } else if (prefix.kind == Kind::kTopic) {
    destination.name = kTopicExchange;
    destination.key = decoded(name);
    if (destination.key.empty()) return invalid(rest, prefix.word);
  } else {
    destination.name = decoded(name);
    if (destination.name.empty()) return invalid(rest, prefix.word);
  }
  bool too_long = destination.name.size() > kLongestName || destination.key.size() > kLongestName;
  if (too_long) return refuse("Invalid destination", "names and keys have at most 255 bytes");
  return {};
}

bool is_composite(std::string_view text) {
  for (std::string_view next : {",/queue/", ",/topic/", ",queue://", ",topic://"}) {
    if (text.find(next) != std::string_view::npos) return true;
  }
  return false;
}

std::string escaped_part(std::string_view text) {
  std::string safe;
  for (char character : text) {
    if (character == '@' || character == '%') {
      safe += fmt::format("%{:02X}", static_cast<unsigned>(character));
    } else {
      safe += character;
    }
  }
  return safe;
}

}  // namespace

Outcome<Destination> destination_of(std::string_view text) {
  Destination destination;
  std::string_view name = text;
  if (std::size_t options = text.find(kConsumerOptions); options != std::string_view::npos) {
    name = text.substr(0, options);
    if (auto taken = take_options(text.substr(options + 1), destination); !taken) return refuse(taken.error());
  }
  if (is_composite(name)) return refuse("Invalid destination", "composite destinations are not served: send to each");
  for (const Prefix& prefix : kPrefixes) {
    if (!name.starts_with(prefix.text)) continue;
    std::string_view rest = name.substr(prefix.text.size());
    if (!rest.empty() && rest[0] != '/') continue;
    destination.kind = prefix.kind;
    if (auto taken = take_names(rest, prefix, destination); !taken) return refuse(taken.error());
    return destination;
  }
  if (name.empty() || name[0] == '/') {
    return refuse("Unknown destination",
                  fmt::format("'{}' is not a valid destination.\nValid destination types are: /temp-queue, /exchange, "
                              "/topic, /queue, /amq/queue, /reply-queue/.\n",
                              name));
  }
  destination.name = decoded(name);
  if (destination.name.size() > kLongestName)
    return refuse("Invalid destination", "names and keys have at most 255 bytes");
  return destination;
}

std::string text_of_published(std::string_view exchange, std::string_view key) {
  if (exchange.empty()) return fmt::format("/queue/{}", encoded(key));
  if (exchange == kTopicExchange) return fmt::format("/topic/{}", encoded_topic(key));
  if (key.empty()) return fmt::format("/exchange/{}", encoded(exchange));
  return fmt::format("/exchange/{}/{}", encoded(exchange), encoded(key));
}

std::string binding_key_of(std::string_view key) {
  bool all_below = key == ">" || key.ends_with(".>");
  if (!all_below) return std::string(key);
  std::string bound(key.substr(0, key.size() - 1));
  return bound + '#';
}

std::string durable_queue_name(std::string_view id, std::string_view destination) {
  return fmt::format("stomp-subscription-{}@{}", escaped_part(id), destination);
}

std::string durable_queue_of_client(std::string_view client_id, std::string_view name) {
  return fmt::format("stomp-durable-{}@{}", escaped_part(client_id), name);
}

}  // namespace wharf::stomp
