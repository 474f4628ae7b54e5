// Definitions of any bytes, as a file of everything and of one virtual host, as they are and in a form. What is read is
// tried on top of a small node; what that leaves is written down as an import would.
#include "admin/management/definitions_check.hpp"
#include "admin/management/multipart.hpp"
#include "model/error.hpp"

using namespace wharf;
using namespace wharf::management;

namespace {

KnownThings known_things() {
  KnownThings known;
  known.users = {"guest"};
  known.vhosts["/"].queues = {"q"};
  known.vhosts["/"].log_topics = {"log"};
  known.vhosts["/"].exchanges = {{.name = "x", .type = "topic", .durable = true, .arguments = {}}};
  return known;
}

void read(std::string_view body, const std::optional<std::string>& vhost) {
  std::expected<Definitions, std::string> read = read_definitions(body, vhost);
  if (!read) {
    WHARF_ASSERT(!read.error().empty());
    return;
  }
  std::size_t queues = read->queues.size();
  if (check_definitions(*read, known_things(), 1 << 20)) return;
  WHARF_ASSERT(read->queues.size() <= queues);
  for (const DefinedQueue& one : read->queues) WHARF_ASSERT(!one.declaration.name.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  read(text, std::nullopt);
  read(text, "/");
  http::Request request;
  request.headers.emplace_back("content-type", "multipart/form-data; boundary=b");
  request.body = std::move(text);
  std::expected<Upload, std::string> upload = uploaded(request);
  if (upload) read(upload->content, std::nullopt);
  return 0;
}
