#include "http/web_socket_handshake.hpp"

#include <algorithm>
#include <array>

// The hash function itself: see security/core/password.cpp.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fmt/format.h>
#include <openssl/sha.h>

#include "model/base64.hpp"

namespace wharf::http {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // 1.3
constexpr std::size_t kKeyBytes = 16;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

/// Of all headers of this name: words between commas.
std::vector<std::string> words_of(const Request& request, std::string_view header) {
  std::vector<std::string> words;
  for (const auto& [name, value] : request.headers) {
    if (name != header) continue;
    for (std::string_view rest = value; !rest.empty();) {
      std::string_view word = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      while (word.starts_with(' ') || word.starts_with('\t')) word.remove_prefix(1);
      while (word.ends_with(' ') || word.ends_with('\t')) word.remove_suffix(1);
      if (!word.empty()) words.emplace_back(word);
    }
  }
  return words;
}

bool has_word(const Request& request, std::string_view header, std::string_view small_letters) {
  std::vector<std::string> words = words_of(request, header);
  return std::ranges::any_of(words, [&](const std::string& word) { return lower_case(word) == small_letters; });
}

std::unexpected<Refusal> refuse(unsigned status, std::string sentence) {
  return std::unexpected(Refusal{status, std::move(sentence)});
}

/// Empty: the client names none.
std::expected<std::string, Refusal> agreed_subprotocol(const Request& request, const WebSocketOffer& offer) {
  std::vector<std::string> asked = words_of(request, "sec-websocket-protocol");
  for (const std::string& one : asked) {
    if (std::ranges::find(offer.subprotocols, one) != offer.subprotocols.end()) return one;
  }
  if (asked.empty()) return std::string();
  return refuse(
      400, fmt::format("none of the subprotocols is spoken here, which are {}", fmt::join(offer.subprotocols, ", ")));
}

}  // namespace

std::string web_socket_accept(std::string_view key) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash;
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, key.data(), key.size());
  SHA1_Update(&context, kGuid.data(), kGuid.size());
  SHA1_Final(hash.data(), &context);
  return base64(std::as_bytes(std::span(hash)));
}

bool is_of_another_site(const Request& request, const std::vector<std::string>& origins) {
  std::optional<std::string_view> origin = request.header("origin");
  if (!origin) return false;
  for (const std::string& one : origins) {
    if (one == "*" || one == *origin) return false;
  }
  std::size_t scheme = origin->find("://");
  if (scheme == std::string_view::npos) return true;  // "null": a page that has no site
  return origin->substr(scheme + 3) != request.header("host").value_or("");
}

std::expected<std::string, Refusal> accept_web_socket(const Request& request, const WebSocketOffer& offer) {
  if (request.method != "GET") return refuse(405, "a WebSocket begins with a GET");
  if (!has_word(request, "upgrade", "websocket") || !has_word(request, "connection", "upgrade"))
    return refuse(426, "this port speaks WebSocket only");
  if (request.header("sec-websocket-version") != "13") return refuse(426, "version 13 of WebSocket is spoken here");
  std::optional<std::string_view> key = request.header("sec-websocket-key");
  auto decoded = from_base64(key.value_or(""));
  if (!decoded || decoded->size() != kKeyBytes) return refuse(400, "Sec-WebSocket-Key is no 16 bytes in base64");
  if (is_of_another_site(request, offer.origins))
    return refuse(403, "pages of other sites may not connect (websocket.origins)");
  auto subprotocol = agreed_subprotocol(request, offer);
  if (!subprotocol) return std::unexpected(subprotocol.error());
  std::string named =
      subprotocol->empty() ? std::string() : fmt::format("Sec-WebSocket-Protocol: {}\r\n", *subprotocol);
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n{}\r\n",
      web_socket_accept(*key), named);
}

}  // namespace wharf::http
