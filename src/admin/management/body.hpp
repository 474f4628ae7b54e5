#pragma once
// A request's body: a JSON object, or nothing. Reads fields one by one; the first complaint sticks, in RabbitMQ's
// words, and is looked at once:
//
//   Body body(call->request.body);
//   bool durable = body.flag("durable");
//   std::string read = body.required_text("read");
//   if (body.refusal()) co_return *body.refusal();
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "http/message.hpp"
#include "model/property.hpp"

namespace wharf::management {

inline constexpr std::size_t kShortTextBytes = 255;  // AMQP's short strings: names, keys, most properties

class Body {
 public:
  /// Of a field that is of another type: RabbitMQ's word and what it is about, or a sentence, as Wharf's own API has.
  enum class Complaints : std::uint8_t { kPairs, kSentences };
  explicit Body(std::string_view text, Complaints complaints = Complaints::kPairs);

  /// 400, or none.
  const std::optional<http::Response>& refusal() const { return refusal_; }
  void refuse(const boost::json::value& reason);
  /// Unless AMQP can carry it as a short string.
  void check_short(std::string_view what, std::string_view text);

  /// nullptr: missing, or null.
  const boost::json::value* find(std::string_view name) const;
  bool flag(std::string_view name);
  std::optional<std::string> text(std::string_view name);
  /// Names all of them that are missing.
  void require(std::initializer_list<std::string_view> names);
  std::string required_text(std::string_view name);
  std::optional<std::int64_t> number(std::string_view name);
  std::int64_t required_number(std::string_view name);
  /// A table of arguments or headers; missing: empty.
  PropertyTable table(std::string_view name);

 private:
  void complain(std::string_view word, const boost::json::value& about);

  Complaints complaints_;
  boost::json::object fields_;
  std::optional<http::Response> refusal_;
};

}  // namespace wharf::management
