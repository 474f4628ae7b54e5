#pragma once
// Writes one frame into what a connection gathers.
//
//   FrameWriter frame(out, version, "MESSAGE");
//   frame.header("subscription", id);
//   frame.end(body);
#include <cstdint>
#include <string>
#include <string_view>

#include "model/gathered_bytes.hpp"
#include "protocols/stomp/wire/frame.hpp"

namespace wharf::stomp {

class FrameWriter {
 public:
  FrameWriter(GatheredBytes& to, Version version, std::string_view command);

  /// Escaped as the version has it; left out where the version cannot say it.
  void header(std::string_view name, std::string_view value);
  void header(std::string_view name, std::int64_t value);
  /// For what the other side takes for written already (CONNECTED).
  void raw_header(std::string_view name, std::string_view value);

  /// Without a body.
  void end();
  /// With `content-length`; a large body is not copied.
  void end(SharedBytes body);

 private:
  GatheredBytes& to_;
  Version version_;
  std::string scratch_;
};

}  // namespace wharf::stomp
