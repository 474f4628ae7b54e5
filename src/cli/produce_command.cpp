#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/client_session.hpp"
#include "cli/commands.hpp"
#include "cli/line_splitter.hpp"
#include "cli/record_input.hpp"
#include "cli/text_escapes.hpp"
#include "cli/topic_requests.hpp"
#include "cli/value_checks.hpp"
#include "client/producer.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

constexpr std::size_t kMaxRecordBytes = 100u << 20;  // no broker takes a larger request by default

struct ProduceOptions {
  std::string topic;
  std::vector<std::string> files;
  std::string key_separator, delimiter = "\\n", acks = "all", compression = "none";
  std::vector<std::string> headers;
  std::int32_t partition = -1;
  std::size_t batch_bytes = 1'000'000;
  bool empty_is_null = false;
};

/// One run: where the lines go, and how far it is.
struct Production {
  ClientSession* session;
  RecordInput input;
  std::string delimiter;
  std::unique_ptr<client::Producer> producer;
  std::unique_ptr<PlaceChooser> places;
  std::vector<RecordHeader> headers;
  std::uint64_t lines = 0;
  std::uint64_t lines_before_file = 0;  // of the files before the one that is read
};

void add_line(Production* production, std::string_view line, Timestamp now) {
  const RecordInput::Parts parts = production->input.split(line);
  const std::size_t place = production->places->choose(parts.key);
  client::Producer& producer = *production->producer;
  const NewRecord record{.timestamp = now, .key = parts.key, .value = parts.value, .headers = production->headers};
  const bool full = producer.add(place, record, ++production->lines);
  if (full && !parts.key) production->places->batch_ended();
}

bool more_is_there(int descriptor) {
  pollfd waited{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&waited, 1, 0) > 0;
}

Result<std::size_t> read_now(int descriptor, MutableBytes into) {
  while (true) {
    const ssize_t count = ::read(descriptor, into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR)
      return fail(ErrorCode::kStorage, fmt::format("cannot read the input: {}", std::strerror(errno)));
  }
}

/// Everything up to the input's end. What is there is sent together; before it waits for more, everything is sent.
Task<Result<void>> produce_from(Production* production, int descriptor) {
  runtime::Shard& shard = production->session->shard;
  LineSplitter splitter(production->delimiter);
  while (true) {
    const MutableBytes space = splitter.space();
    Result<std::size_t> count =
        co_await runtime::run_blocking(shard, [descriptor, space] { return read_now(descriptor, space); });
    if (!count) co_return fail(count.error());
    splitter.received(*count);
    const Timestamp now = shard.clock().wall_now();
    while (true) {
      std::optional<std::string_view> line = splitter.next();
      if (!line && *count == 0) line = splitter.rest();
      if (!line) break;
      add_line(production, *line, now);
      if (!production->producer->wants_flush()) continue;
      Result<void> flushed = co_await production->producer->flush();
      if (!flushed) co_return flushed;
    }
    if (*count == 0) co_return Result<void>();
    if (splitter.pending_bytes() > kMaxRecordBytes)
      co_return fail(ErrorCode::kTooLarge, fmt::format("line {} is longer than {} MiB: is the delimiter right?",
                                                       production->lines + 1 - production->lines_before_file,
                                                       kMaxRecordBytes >> 20));
    if (more_is_there(descriptor)) continue;
    Result<void> flushed = co_await production->producer->flush();
    if (!flushed) co_return flushed;
  }
}

Task<Result<void>> produce_from_file(Production* production, std::string name) {
  const int descriptor = name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) co_return fail(ErrorCode::kNotFound, fmt::format("{}: {}", name, std::strerror(errno)));
  production->lines_before_file = production->lines;
  Result<void> done = co_await produce_from(production, descriptor);
  if (descriptor != STDIN_FILENO) ::close(descriptor);
  const bool of_the_input =
      !done && (done.error().code == ErrorCode::kStorage || done.error().code == ErrorCode::kTooLarge);
  if (of_the_input)
    done = fail(done.error().code,
                fmt::format("{}: {}", name == "-" ? "standard input" : name, done.error().message));
  co_return done;
}

/// Before a topic is created for them.
Result<void> find_files(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == "-" || ::access(name.c_str(), R_OK) == 0) continue;
    return fail(ErrorCode::kNotFound, fmt::format("{}: {}", name, std::strerror(errno)));
  }
  return {};
}

Result<RecordInput> input_of(const ProduceOptions& options) {
  RecordInput input{.empty_is_null = options.empty_is_null};
  Result<std::string> separator = unescape(options.key_separator);
  if (!separator) return fail(separator.error());
  input.key_separator = std::move(*separator);
  for (const std::string& header : options.headers) {
    auto parts = split_setting(header);
    if (!parts) return fail(parts.error());
    input.headers.push_back(std::move(*parts));
  }
  return input;
}

Task<Result<void>> produce(ClientSession* session, const ProduceOptions* options) {
  Production production{.session = session};
  Result<RecordInput> input = input_of(*options);
  if (!input) co_return fail(input.error());
  production.input = std::move(*input);
  production.headers = production.input.record_headers();
  Result<std::string> delimiter = unescape(options->delimiter);
  if (!delimiter) co_return fail(delimiter.error());
  if (delimiter->empty()) co_return fail(ErrorCode::kInvalidArgument, "--delimiter: it has one character or more");
  production.delimiter = std::move(*delimiter);
  if (Result<void> found = find_files(options->files); !found) co_return fail(found.error());
  auto topic = co_await session->cluster.topic(options->topic, {.may_create = true});
  if (!topic) co_return fail(topic.error());
  const std::size_t places = topic->partitions.size();
  std::optional<std::size_t> fixed;
  if (options->partition >= 0) {
    fixed = static_cast<std::size_t>(options->partition);
    if (*fixed >= places)
      co_return fail(ErrorCode::kNotFound,
                     fmt::format("topic '{}' has no partition {}: it has {}", options->topic, *fixed, places));
  }
  client::ProducerOptions how{
      .acks = options->acks == "all" ? std::int16_t{-1} : static_cast<std::int16_t>(std::stoi(options->acks)),
      .compression = *compression_from(options->compression),
      .batch_bytes = options->batch_bytes,
      .delivery_timeout = session->cluster.options().request_timeout};
  production.producer = std::make_unique<client::Producer>(&session->cluster, std::move(*topic), how);
  production.places =
      std::make_unique<PlaceChooser>(places, fixed, static_cast<std::size_t>(session->shard.clock().wall_now().ms));
  Result<void> going = co_await production.producer->start();
  std::vector<std::string> files = options->files;
  if (files.empty()) files.emplace_back("-");
  for (std::size_t i = 0; i < files.size() && going; ++i) going = co_await produce_from_file(&production, files[i]);
  if (going) going = co_await production.producer->finish();
  if (!going && how.acks != 0 && client::is_away(going.error()))
    co_return fail(going.error().code, fmt::format("{}; {} records are acknowledged, the rest is not known",
                                                   going.error().message, production.producer->written()));
  co_return going;
}

Run declare(CLI::App* app) {
  auto client = ClientOptions::declare(app, "wharf produce");
  auto options = std::make_shared<ProduceOptions>();
  app->add_option("FILE", options->files,
                  "Read these files, one after the other; - is standard input, which is read when no file is named.");
  app->add_option("-t,--topic", options->topic, "The topic to write to.")->type_name("TOPIC")->required();
  app->add_option("-k,--key-separator", options->key_separator,
                  "What stands before the first SEP of a line is the record's key. A line without it has no key.")
      ->type_name("SEP");
  app->add_option("-H,--header", options->headers, "A header of every record. May be given again.")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app->add_option("-p,--partition", options->partition, "Write to this partition alone.")
      ->type_name("N")
      ->check(whole_number(0));
  app->add_option("-z,--compression", options->compression, "none, gzip, snappy, lz4 or zstd (none).")
      ->type_name("CODEC")
      ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}));
  app->add_option("--acks", options->acks,
                  "all: in-sync replicas have the records; 1: the leader has them; 0: sent, and taken by the broker, "
                  "whatever became of them (all).")
      ->type_name("A")
      ->check(CLI::IsMember({"all", "-1", "1", "0"}));
  app->add_flag("--null", options->empty_is_null,
                "An empty value is null (a tombstone, where the topic is compacted), and an empty key is none.");
  app->add_option("-D,--delimiter", options->delimiter,
                  "What ends a record; \\n, \\t, \\0 and \\xNN are understood (\\n).")
      ->type_name("D");
  app->add_option("--batch-bytes", options->batch_bytes, "Most bytes of a batch before compression (1000000).")
      ->type_name("B")
      ->check(whole_number(1, std::int64_t{kMaxRecordBytes}));
  return [client, options](Streams streams) {
    return run_client(streams, *client,
                      [filled = options.get()](ClientSession* session) { return produce(session, filled); });
  };
}

}  // namespace

Command produce_command() {
  return {
      .name = "produce",
      .summary = "write lines to a topic",
      .description =
          R"(Each line of the input is a record. What the input has is sent in large batches; when it pauses, everything
is sent before the next line is waited for. Records keep their order within a partition, and with --acks all each is written once, even
where a connection is lost and the batch must be sent again. A broker that goes away once the topic was found, to restart, is waited for
until nothing has been acknowledged for --timeout; then the command says how many records are acknowledged. With --acks 1 or 0 nobody
knows what a lost connection carried: with 1 it ends the command.

Records with a key go to the partition that Kafka's Java client would choose. Records without one fill a batch of one partition,
then one of the next: in a topic with one partition, or with --partition, a file comes back byte for byte.

A topic that is missing is created where the broker does that (auto.create.topics.enable). A batch that the broker refuses ends the command
with the numbers of its records and the broker's sentence; batches that were on their way beside it may have been written.)",
      .examples = R"(wharf produce --topic access-log /var/log/access.log
wharf produce --topic orders --key-separator : --compression zstd orders.txt
wharf produce --topic users --key-separator , --null --header source=import users.csv
wharf produce --topic events --partition 3 --acks 1)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
