#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/client_session.hpp"
#include "cli/commands.hpp"
#include "cli/partition_list.hpp"
#include "cli/position_spec.hpp"
#include "cli/record_format.hpp"
#include "cli/text_escapes.hpp"
#include "cli/value_checks.hpp"
#include "client/fetcher.hpp"
#include "client/offsets.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

constexpr std::size_t kMaxBatchRecordsBytes = 256u << 20;  // of one batch, decompressed
constexpr std::size_t kWriteBytes = 256 * 1024;

struct ConsumeOptions {
  std::string topic, partitions, from = "beginning", format, key_separator, delimiter = "\\n";
  std::uint64_t count = 0;  // 0: no limit
  bool exit_at_end = false;
};

Result<RecordFormat> format_of(const ConsumeOptions& options) {
  if (options.format == "json") return RecordFormat::json();
  if (!options.format.empty()) return RecordFormat::parse(options.format);
  Result<std::string> separator = unescape(options.key_separator);
  if (!separator) return fail(separator.error());
  Result<std::string> delimiter = unescape(options.delimiter);
  if (!delimiter) return fail(delimiter.error());
  return RecordFormat::plain(*separator, *delimiter);
}

/// Where each partition begins, and with --exit-at-end where it ends: as it was at the start.
Task<Result<std::vector<client::Position>>> positions_of(ClientSession* session, const ConsumeOptions* options,
                                                         client::Topic topic) {
  Result<PositionSpec> spec = parse_position(options->from);
  if (!spec) co_return fail(spec.error());
  auto first = co_await client::offsets_of(&session->cluster, topic, client::kEarliest);
  if (!first) co_return fail(first.error());
  auto next = co_await client::offsets_of(&session->cluster, topic, client::kLatest);
  if (!next) co_return fail(next.error());
  client::PartitionOffsets timed;
  if (spec->kind == PositionSpec::Kind::kTime) {
    auto found = co_await client::offsets_of(&session->cluster, topic, spec->value);
    if (!found) co_return fail(found.error());
    timed = std::move(*found);
  }
  std::vector<client::Position> positions;
  for (const client::Partition& partition : topic.partitions) {
    std::optional<std::int64_t> at_time;
    if (auto found = timed.find(partition.index); found != timed.end() && found->second.value >= 0)
      at_time = found->second.value;
    const Offset end = (*next)[partition.index];
    const Offset begin(resolve_position(*spec, (*first)[partition.index].value, end.value, at_time));
    positions.push_back({partition.index, begin, options->exit_at_end ? std::optional(end) : std::nullopt});
  }
  co_return positions;
}

/// Prints records until there have been enough.
class Printer {
 public:
  Printer(std::ostream* out, std::string topic, RecordFormat format, std::uint64_t count)
      : out_(*out),
        topic_(std::move(topic)),
        format_(std::move(format)),
        left_(count == 0 ? std::numeric_limits<std::uint64_t>::max() : count) {}

  bool wants_more() const { return left_ > 0; }

  Result<void> print(const client::FetchedBatch& fetched) {
    if (fetched.batch.header.is_control) return {};  // the broker's own marks, no records
    Result<OpenedBatch> opened = OpenedBatch::open(fetched.batch, kMaxBatchRecordsBytes);
    if (!opened) return fail(opened.error());
    RecordReader records = opened->reader();
    Record record;
    while (wants_more()) {
      Result<bool> more = records.next(record);
      if (!more) return fail(more.error());
      if (!*more || (fetched.end && record.offset >= *fetched.end)) break;
      if (record.offset < fetched.from) continue;
      format_.append({topic_, fetched.partition, &record, fetched.batch.header.timestamp_type}, &text_);
      --left_;
      if (text_.size() >= kWriteBytes) write();
    }
    return {};
  }

  Result<void> flush() {
    write();
    out_.flush();
    if (!out_) return fail(ErrorCode::kStorage, "cannot write to standard output");
    return {};
  }

 private:
  void write() {
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

  std::ostream& out_;
  std::string topic_;
  RecordFormat format_;
  std::uint64_t left_;
  std::string text_;
};

Task<Result<void>> consume(ClientSession* session, const ConsumeOptions* options) {
  Result<RecordFormat> format = format_of(*options);
  if (!format) co_return fail(format.error());
  auto topic = co_await session->cluster.topic(options->topic, {});
  if (!topic) co_return fail(topic.error());
  auto chosen = choose_partitions(*topic, options->partitions);
  if (!chosen) co_return fail(chosen.error());
  client::Topic share{topic->name, topic->id, std::move(*chosen)};
  auto positions = co_await positions_of(session, options, std::move(share));
  if (!positions) co_return fail(positions.error());
  client::Fetcher fetcher(&session->cluster, std::move(*topic), std::move(*positions));
  Printer printer(&session->streams.out, options->topic, std::move(*format), options->count);
  while (fetcher.reading() && printer.wants_more()) {
    auto fetched = co_await fetcher.next();
    if (!fetched) co_return fail(fetched.error());
    Result<void> printed;
    for (const client::FetchedBatch& batch : fetched->batches) {
      if (printed) printed = printer.print(batch);
    }
    Result<void> flushed = printer.flush();
    if (!printed) co_return printed;
    if (!flushed) co_return flushed;
  }
  co_return Result<void>();
}

Run declare(CLI::App* app) {
  auto client = ClientOptions::declare(app, "wharf consume");
  auto options = std::make_shared<ConsumeOptions>();
  app->add_option("-t,--topic", options->topic, "The topic to read.")->type_name("TOPIC")->required();
  app->add_option("-p,--partitions", options->partitions, "Only these: numbers and ranges, such as 0,3-5.")
      ->type_name("LIST");
  app->add_option("--from", options->from,
                  "Where to begin in each partition: beginning, end, an offset, -N (the last N records), or a time, "
                  "such as 2026-01-31T12:00:00Z "
                  "or @1769860800000 (beginning).")
      ->type_name("WHERE");
  app->add_flag("-e,--exit-at-end", options->exit_at_end,
                "Be done at the end as it was when the command began, instead of waiting for more.");
  app->add_option("-c,--count", options->count, "Be done after so many records.")
      ->type_name("N")
      ->check(whole_number(1, std::numeric_limits<std::int64_t>::max()));
  app->add_option("-f,--format", options->format, "How to print a record: json, or text with the placeholders above.")
      ->type_name("FORMAT");
  app->add_option("-k,--key-separator", options->key_separator, "Print the key and SEP before each value.")
      ->type_name("SEP");
  app->add_option("-D,--delimiter", options->delimiter,
                  "Print this behind each value; \\n, \\t, \\0 and \\xNN are understood (\\n).")
      ->type_name("D");
  return [client, options](Streams streams) {
    return run_client(streams, *client,
                      [filled = options.get()](ClientSession* session) { return consume(session, filled); });
  };
}

}  // namespace

Command consume_command() {
  return {
      .name = "consume",
      .summary = "read a topic and print its records",
      .description =
          R"(Prints the value of each record, and waits for more until it is interrupted, unless --exit-at-end or --count ends it. A broker
that goes away once reading has begun, to restart, is waited for up to --timeout, and reading goes on where it was. The
order within a partition is kept; partitions take turns. Nothing is committed and no group is joined: reading leaves no trace. Records
of transactions are printed as they are written, aborted ones too (read_uncommitted).

A FORMAT is text in which these stand for the record's parts; nothing is added, so it usually ends with \n:
 %s value                   %k key                   %t topic
 %S bytes of the value      %K bytes of the key      %p partition
    (-1: null)                 (-1: null)            %o offset
 %R the same as four        %h headers: a=1,b=2      %T milliseconds since 1970
    bytes, big-endian       %% a percent sign        \n \r \t \0 \\ \xNN

With -f json each record is one line, an object with topic, partition, offset, timestamp, timestamp_type (create or append), key,
value and headers. What is not UTF-8 stands in base64 in key_base64 or value_base64 instead.)",
      .examples = R"(wharf consume --topic access-log --exit-at-end > copy.log
wharf consume --topic orders --from -10
wharf consume --topic orders --from 2026-01-31T12:00:00Z --partitions 0,3-5 --format json
wharf consume --topic orders --from end --count 1 --format '%p %o %k: %s\n')",
      .declare = declare,
  };
}

}  // namespace wharf::cli
