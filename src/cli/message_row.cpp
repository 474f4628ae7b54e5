#include "cli/message_row.hpp"

#include "cli/entity_options.hpp"
#include "cli/text_escapes.hpp"
#include "model/base64.hpp"

namespace wharf::cli {
namespace {

/// How a body begins, on one line of a table whatever is in it.
std::string preview(const boost::json::value& one) {
  std::string body = from_base64(cell(one, "payload")).value_or("");
  const bool is_cut = body.size() > kPreviewBytes;
  if (is_cut) {
    std::size_t end = kPreviewBytes;
    while (end > 0 && (body[end] & 0xC0) == 0x80) --end;  // not within a character
    body.resize(end);
  }
  return printable(body) + (is_cut ? "..." : "");
}

/// "expired in invoices": why and where it was dead-lettered last, by the headers that say so; "-": it never was.
std::string last_death(const boost::json::value& one) {
  const boost::json::value* properties = field_of(one, "properties");
  const boost::json::value* headers = properties != nullptr ? field_of(*properties, "headers") : nullptr;
  if (headers == nullptr || field_of(*headers, "x-last-death-reason") == nullptr) return "-";
  return printable(cell(*headers, "x-last-death-reason")) + " in " + printable(cell(*headers, "x-last-death-queue"));
}

}  // namespace

TextTable message_table() {
  return TextTable({"POSITION", "STATE", "TRIES", "EXCHANGE", "KEY", "BYTES", "DIED", "BODY"});
}

std::vector<std::string> message_row(const boost::json::value& one) {
  const std::string exchange = cell(one, "exchange");
  return {cell(one, "position"),
          cell(one, "state"),
          cell(one, "delivery_count"),
          exchange.empty() ? "(default)" : exchange,
          cell(one, "routing_key"),
          cell(one, "payload_bytes"),
          last_death(one),
          preview(one)};
}

}  // namespace wharf::cli
