#include "http/request_parser.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include "http/target.hpp"

namespace wharf::http {
namespace beast = boost::beast::http;
namespace {

constexpr std::size_t kBodyStepBytes = 4096;

Refusal refusal_of(const boost::system::error_code& error, const RequestLimits& limits) {
  if (error == beast::error::header_limit || error == beast::error::buffer_overflow) {
    return {431, fmt::format("the request's head is larger than {} bytes", limits.header_bytes)};
  }
  if (error == beast::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  return {400, fmt::format("not a request of HTTP/1.1: {}", error.message())};
}

Refusal too_large(std::size_t most) { return {413, fmt::format("the request's body is larger than {} bytes", most)}; }

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

template <class View>
std::string_view view_of(const View& text) {
  return {text.data(), text.size()};
}

std::expected<Request, Refusal> request_of(beast::request<beast::string_body> message, const RequestLimits& limits) {
  Request request;
  request.method = message.method_string();
  request.keep_alive = message.keep_alive();
  for (const auto& field : message) {
    if (request.headers.size() == limits.headers) return std::unexpected(Refusal{431, fmt::format("more than {} headers", limits.headers)});
    request.headers.emplace_back(lower_case(view_of(field.name_string())), view_of(field.value()));
  }
  // RFC 9112, 3.2: exactly one Host in HTTP/1.1.
  auto hosts = std::ranges::count(request.headers, "host", [](const auto& header) { return std::string_view(header.first); });
  if (hosts > 1 || (message.version() == 11 && hosts == 0)) return std::unexpected(Refusal{400, "a request of HTTP/1.1 has one Host header"});
  if (Result<void> target = read_target(view_of(message.target()), request); !target) {
    return std::unexpected(Refusal{400, target.error().message});
  }
  request.body = std::move(message.body());
  return request;
}

}  // namespace

struct RequestParser::Beast {
  explicit Beast(const RequestLimits& limits) {
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // check_body() says what is too much
    parser.eager(false);  // put() stops behind the head: see next()
  }
  beast::request_parser<beast::string_body> parser;
};

RequestParser::RequestParser(const RequestLimits& limits)
    : limits_(limits), buffer_(limits.header_bytes + kBodyStepBytes), beast_(std::make_unique<Beast>(limits)) {}

RequestParser::~RequestParser() = default;

MutableBytes RequestParser::space() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return MutableBytes(buffer_).subspan(end_);
}

void RequestParser::received(std::size_t count) {
  WHARF_ASSERT(count <= buffer_.size() - end_);
  end_ += count;
}

bool RequestParser::in_request() const { return beast_->parser.got_some() || begin_ < end_; }

bool RequestParser::wants_continue() {
  if (told_to_continue_ || !beast_->parser.is_header_done() || beast_->parser.is_done()) return false;
  auto expect = beast_->parser.get().find(beast::field::expect);
  if (expect == beast_->parser.get().end() || lower_case(view_of(expect->value())) != "100-continue") return false;
  told_to_continue_ = true;
  return true;
}

std::expected<std::optional<Request>, Refusal> RequestParser::next() {
  while (begin_ < end_ && !beast_->parser.is_done()) {
    boost::system::error_code error;
    std::size_t taken = beast_->parser.put({buffer_.data() + begin_, end_ - begin_}, error);
    begin_ += taken;
    if (error == beast::error::need_more) break;
    if (error) return std::unexpected(refusal_of(error, limits_));
    // Beast 1.81 asserts on some chunks that arrive in pieces (a seed of the fuzz target): it never sees one.
    if (beast_->parser.is_header_done() && beast_->parser.chunked()) {
      return std::unexpected(Refusal{411, "a body's length must be given by Content-Length; chunks are not taken"});
    }
    if (beast_->parser.is_header_done() && !body_checked_) {
      if (std::optional<Refusal> refusal = check_body()) return std::unexpected(std::move(*refusal));
      body_checked_ = true;
    }
    if (taken == 0) break;
  }
  if (!beast_->parser.is_done()) {
    if (end_ - begin_ == buffer_.size()) return std::unexpected(refusal_of(beast::error::header_limit, limits_));
    return std::nullopt;
  }
  std::expected<Request, Refusal> request = request_of(beast_->parser.release(), limits_);
  if (!request) return std::unexpected(std::move(request.error()));
  beast_ = std::make_unique<Beast>(limits_);
  told_to_continue_ = false;
  body_checked_ = false;
  return std::move(*request);
}

/// Before memory is taken for it.
std::optional<Refusal> RequestParser::check_body() const {
  std::uint64_t announced = beast_->parser.content_length().value_or(0);
  std::size_t most = limits_.body_bytes;
  if (announced > most && limits_.larger_body) {
    std::expected<Request, Refusal> head = request_of(beast_->parser.get(), limits_);
    if (!head) return std::move(head.error());
    most = limits_.larger_body(*head);
  }
  if (announced > most) return too_large(most);
  return std::nullopt;
}

}  // namespace wharf::http
