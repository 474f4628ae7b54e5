#include "http/client.hpp"

#include <fmt/format.h>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace wharf::http {
namespace beast = boost::beast::http;
namespace {

std::string bytes_of(const Question& question) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", question.method,
                                 question.target, question.authority);
  for (const auto& [name, value] : question.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += fmt::format("Content-Length: {}\r\n\r\n", question.body.size());
  return text + question.body;
}

template <class Text>
std::string text_of(const Text& text) {
  return std::string(text.data(), text.size());
}

Response response_of(beast::response<beast::string_body> message) {
  Response response{
      .status = message.result_int(), .content_type = {}, .body = std::move(message.body()), .headers = {}};
  for (const auto& field : message) {
    if (field.name() == beast::field::content_type) response.content_type = text_of(field.value());
    response.headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
  }
  return response;
}

std::unexpected<Error> no_http(const boost::system::error_code& error) {
  ErrorCode code = error == beast::error::body_limit ? ErrorCode::kTooLarge : ErrorCode::kMalformed;
  return fail(code, fmt::format("what answered is no HTTP server: {}", error.message()));
}

}  // namespace

runtime::Task<Result<Response>> ask(runtime::Stream* stream, Question question) {
  std::vector<runtime::OutPiece> pieces;
  pieces.emplace_back(SharedBytes::copy_of(as_bytes(bytes_of(question))));
  Result<void> sent = co_await stream->write(std::move(pieces));
  if (!sent) co_return fail(sent.error());
  beast::response_parser<beast::string_body> parser;
  parser.body_limit(kLargestAnswerBytes);
  parser.eager(true);
  parser.skip(question.method == "HEAD");
  std::vector<std::byte> buffer(64u << 10);
  std::size_t held = 0;
  while (!parser.is_done()) {
    if (held == buffer.size()) buffer.resize(buffer.size() * 2);
    Result<std::size_t> count = co_await stream->read_some(MutableBytes(buffer).subspan(held));
    if (!count) co_return fail(count.error());
    boost::system::error_code error;
    if (*count == 0) {
      const bool begun = parser.got_some() || held > 0;
      if (begun && !parser.is_header_done()) co_return fail(ErrorCode::kMalformed, "what answered is no HTTP server");
      if (parser.got_some()) parser.put_eof(error);
      if (!parser.got_some() || error)
        co_return fail(ErrorCode::kClosed, "the server closed the connection without an answer");
      break;
    }
    held += *count;
    std::size_t taken = parser.put({buffer.data(), held}, error);
    if (error && error != beast::error::need_more) co_return no_http(error);
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(taken), buffer.begin() + static_cast<std::ptrdiff_t>(held),
              buffer.begin());
    held -= taken;
  }
  co_return response_of(parser.release());
}

}  // namespace wharf::http
