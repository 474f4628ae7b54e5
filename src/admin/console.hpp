#pragma once
// The console: the pages for people at `/` of the admin port (docs/console.md). Its files are in the program, packed,
// and their memory is not touched before somebody asks for them. A request finds a file by its whole path in a table of
// them, or none: there is no folder that a path could lead out of.
#include <optional>
#include <span>
#include <string_view>

#include "http/message.hpp"
#include "model/bytes.hpp"

namespace wharf::admin {

struct ConsoleFile {
  std::string_view path;  // "/assets/main-Ab12.js"; the page itself is "/"
  std::string_view content_type;
  std::string_view etag;  // in quotes, of the content
  ByteView gzip;          // RFC 1952
  std::size_t plain_bytes = 0;
  bool named_by_content = false;  // never another content under this path
};

/// Empty where the program was built without Node (cmake/WharfConsole.cmake).
std::span<const ConsoleFile> console_files();

/// The page for `/` as a browser asks (who accepts text/html), else one of its files. None: the request is not for the
/// console. Without files, `/` is one sentence that says so.
std::optional<http::Response> console_answer(const http::Request& request,
                                             std::span<const ConsoleFile> files = console_files());

/// The headers of every page and file: scripts, styles, pictures and requests of this port only, nothing inline, no
/// frames around it.
const http::Pairs& console_headers();

}  // namespace wharf::admin
