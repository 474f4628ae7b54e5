#include "http/response_head.hpp"

#include <ctime>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace wharf::http {
namespace beast = boost::beast::http;
namespace {

constexpr unsigned kNotModified = 304;  // its length would be the one of what is not sent (RFC 9110, 8.6)

struct CopyBuffers {
  std::string* into;
  std::size_t* copied;
  template <class Buffers>
  void operator()(boost::system::error_code&, const Buffers& buffers) {
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers); ++at) {
      boost::asio::const_buffer buffer = *at;
      into->append(static_cast<const char*>(buffer.data()), buffer.size());
      *copied += buffer.size();
    }
  }
};

/// RFC 9110, 5.6.7: always in GMT, always in English.
std::string http_date(Timestamp now) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(static_cast<std::time_t>(now.ms / 1000)));
}

}  // namespace

std::string response_head(const Response& response, bool keep_alive, Timestamp now) {
  beast::response<beast::empty_body> message;
  message.version(11);
  message.result(response.status);
  message.set(beast::field::date, http_date(now));
  if (!response.content_type.empty()) message.set(beast::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  if (response.status != kNotModified) message.content_length(response.body.size());
  message.set(beast::field::connection, keep_alive ? "keep-alive" : "close");
  beast::response_serializer<beast::empty_body> serializer(message);
  std::string head;
  while (!serializer.is_done()) {
    boost::system::error_code error;
    std::size_t copied = 0;
    serializer.next(error, CopyBuffers{&head, &copied});
    if (error) break;
    serializer.consume(copied);
  }
  return head;
}

}  // namespace wharf::http
