// Reads lines of "message version hex" (MessageCorpus.java) and holds each against our codec: decoded to its last byte,
// encoded again to the same bytes. Fails too when a version that we serve was not among them.
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/api/consumer_protocol.hpp"
#include "protocols/kafka/wire/header.hpp"

namespace wharf::kafka {
namespace {

/// What is wrong with one line, empty if nothing.
using Check = std::function<std::string(ByteView, std::int16_t)>;

std::string compare(ByteView theirs, const Reader& reader, const Writer& writer) {
  if (reader.bytes_left() > 0) return fmt::format("{} bytes left over", reader.bytes_left());
  if (!std::ranges::equal(theirs, writer.bytes())) return "other bytes when encoded again";
  return {};
}

template <class Message>
std::string check_message(ByteView bytes, std::int16_t version) {
  if (!Codec<Message>::versions().serves(version)) return {};  // not stable in that release, so not served
  Reader reader(bytes);
  Result<Message> message = decode<Message>(reader, version);
  if (!message) return message.error().message;
  Writer writer;
  if (Result<void> written = encode(*message, version, writer); !written) return written.error().message;
  return compare(bytes, reader, writer);
}

std::string check_request_header(ByteView bytes, std::int16_t version) {
  Reader reader(bytes);
  Result<RequestHeader> header = read_request_header(reader, version);
  if (!header) return header.error().message;
  Writer writer;
  if (Result<void> written = write_request_header(*header, version, writer); !written) return written.error().message;
  return compare(bytes, reader, writer);
}

std::string check_response_header(ByteView bytes, std::int16_t version) {
  Reader reader(bytes);
  Result<std::int32_t> correlation_id = read_response_header(reader, version);
  if (!correlation_id) return correlation_id.error().message;
  Writer writer;
  write_response_header(*correlation_id, version, writer);
  return compare(bytes, reader, writer);
}

class Corpus {
 public:
  Corpus() {
    AllRequests::for_each([this]<class Request> {
      std::string name(find_api(Request::kKey)->name);
      add<Request>(name + "Request");
      add<typename Request::Response>(name + "Response");
    });
    add<ConsumerProtocolSubscription>("ConsumerProtocolSubscription");
    add<ConsumerProtocolAssignment>("ConsumerProtocolAssignment");
    checks_["RequestHeader"] = check_request_header;
    checks_["ResponseHeader"] = check_response_header;
  }

  void check_line(const std::string& line) {
    std::istringstream words(line);
    std::string name, hex;
    std::int16_t version = -1;
    words >> name >> version >> hex;
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    auto check = checks_.find(name);
    std::string wrong = check == checks_.end() ? "no such message" : check->second(bytes, version);
    if (!wrong.empty()) complain("{} v{}: {}\n  {}", name, version, wrong, hex);
    missing_.erase({name, version});
    ++lines_;
  }

  int finish() {
    for (const auto& [name, version] : missing_) complain("{} v{}: not in the corpus", name, version);
    fmt::print("{} messages of Kafka's own classes read and written again, {} differences\n", lines_, complaints_);
    return complaints_ == 0 && lines_ > 0 ? 0 : 1;
  }

 private:
  template <class Message>
  void add(const std::string& name) {
    checks_[name] = check_message<Message>;
    Versions versions = Codec<Message>::versions();
    for (std::int16_t version = versions.lowest; version <= versions.highest; ++version)
      missing_.insert({name, version});
  }

  template <class... Parts>
  void complain(fmt::format_string<Parts...> format, Parts&&... parts) {
    if (++complaints_ <= 20) fmt::print("{}\n", fmt::format(format, std::forward<Parts>(parts)...));
  }

  std::map<std::string, Check> checks_;
  std::set<std::pair<std::string, std::int16_t>> missing_;
  std::size_t lines_ = 0;
  std::size_t complaints_ = 0;
};

}  // namespace
}  // namespace wharf::kafka

int main() {
  wharf::kafka::Corpus corpus;
  std::string line;
  while (std::getline(std::cin, line)) corpus.check_line(line);
  return corpus.finish();
}
