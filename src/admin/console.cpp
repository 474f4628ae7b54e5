#include "admin/console.hpp"

#include <algorithm>
#include <string>

#include "model/compression.hpp"
#include "model/error.hpp"

namespace wharf::admin {
namespace {

constexpr std::string_view kWithoutConsole =
    "This wharf was built without its console, which takes Node 18 or newer and npm to build; everything else works.\n"
    "  /healthz /readyz /metrics /api\n";

/// Scripts cannot be made of text anywhere in the page (Trusted Types), so what names and bodies hold stays text.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

bool has(std::optional<std::string_view> header, std::string_view word) {
  return header && header->contains(word);
}

bool takes_gzip(const http::Request& request) {
  std::optional<std::string_view> encodings = request.header("accept-encoding");
  return has(encodings, "gzip") && !has(encodings, "gzip;q=0,") && !encodings->ends_with("gzip;q=0");
}

http::Response with_headers(http::Response response) {
  const http::Pairs& headers = console_headers();
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  return response;
}

std::string_view caching_of(const ConsoleFile& file) {
  return file.named_by_content ? "public, max-age=31536000, immutable" : "no-cache";
}

http::Response answer_with(const ConsoleFile& file, const http::Request& request) {
  http::Response response{.content_type = std::string(file.content_type),
                          .body = {},
                          .headers = {{"Cache-Control", std::string(caching_of(file))},
                                      {"ETag", std::string(file.etag)},
                                      {"Vary", "Accept, Accept-Encoding"}}};
  if (has(request.header("if-none-match"), file.etag)) {
    response.status = 304;
    return with_headers(std::move(response));
  }
  if (takes_gzip(request)) {
    response.body = as_text(file.gzip);
    response.headers.emplace_back("Content-Encoding", "gzip");
    return with_headers(std::move(response));
  }
  Result<std::vector<std::byte>> plain = decompress(Compression::kGzip, file.gzip, file.plain_bytes);
  WHARF_ASSERT(plain.has_value());  // the program's own bytes
  response.body = as_text(ByteView(*plain));
  return with_headers(std::move(response));
}

}  // namespace

const http::Pairs& console_headers() {
  static const http::Pairs headers{{"Content-Security-Policy", std::string(kContentSecurityPolicy)},
                                   {"X-Content-Type-Options", "nosniff"},
                                   {"X-Frame-Options", "DENY"},
                                   {"Referrer-Policy", "no-referrer"},
                                   {"Cross-Origin-Opener-Policy", "same-origin"},
                                   {"Cross-Origin-Resource-Policy", "same-origin"}};
  return headers;
}

std::optional<http::Response> console_answer(const http::Request& request, std::span<const ConsoleFile> files) {
  bool is_page = request.path == "/";
  if (is_page && !has(request.header("accept"), "text/html")) return std::nullopt;
  auto file = std::ranges::find(files, std::string_view(request.path), &ConsoleFile::path);
  bool is_known = file != files.end();
  if (!is_known && !is_page) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return http::method_not_allowed("GET, HEAD");
  if (is_known) return answer_with(*file, request);
  return with_headers(
      {.content_type = "text/plain; charset=utf-8", .body = std::string(kWithoutConsole), .headers = {}});
}

}  // namespace wharf::admin
