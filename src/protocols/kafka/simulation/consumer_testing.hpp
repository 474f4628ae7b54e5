#pragma once
// A simulated consumer of all partitions that waits for records by long polls, several requests behind one another; now
// and then it does not read its answers for a while, or ends its side and reads what still comes.
#include <array>
#include <string>
#include <vector>

#include "protocols/kafka/api/api_versions.hpp"
#include "protocols/kafka/api/fetch.hpp"
#include "protocols/kafka/simulation/client_testing.hpp"
#include "protocols/kafka/simulation/fetched_records_testing.hpp"
#include "protocols/kafka/simulation/ledger_testing.hpp"

namespace wharf::kafka {

class Consumer final : public Client {
 public:
  Consumer(World& world, const std::string& host, Ledger& ledger) : Client(world, host), ledger_(ledger) {}

  std::int64_t position(std::int32_t partition) const { return positions_[static_cast<std::size_t>(partition)]; }

 private:
  struct Poll {
    std::array<std::int64_t, kPartitions> from{};
    MonotonicTime at;
    Milliseconds wait{};
    bool one_byte = false;  // is enough
  };

  runtime::Task<void> talk() override {
    while (goes_on()) {
      bool ends = random_.one_in(40);
      std::size_t polls = random_.coin() ? 1 : random_.between(std::uint64_t{2}, std::uint64_t{3});
      are_many_ = polls > 1;
      std::vector<Poll> sent;
      for (std::size_t i = 0; i < polls && goes_on(); ++i) {
        sent.push_back(next_poll());
        co_await send_poll(sent.back());
      }
      bool is_late = random_.one_in(12);
      if (ends && goes_on()) connection().end_sending();
      if (is_late) co_await rest(std::chrono::seconds(3));
      for (const Poll& poll : sent) {
        if (goes_on()) co_await receive_poll(poll, is_late || ends || are_many_);
      }
      if (ends) co_return;
      if (random_.one_in(4)) co_await rest(std::chrono::milliseconds(100));
    }
  }

  Poll next_poll() {
    return {.from = positions_,
            .at = now(),
            .wait = Milliseconds(random_.one_in(3) ? 0 : random_.below(5'000)),
            .one_byte = !random_.one_in(4)};
  }
  runtime::Task<void> send_poll(Poll poll) {
    FetchRequest request{.max_wait_ms = static_cast<std::int32_t>(poll.wait.count()),
                         .min_bytes = poll.one_byte ? 1 : 5'000,
                         .max_bytes = 100'000};
    FetchRequest::Topic& topic = request.topics.emplace_back();
    if (version_ >= 13)
      topic.topic_id = world_.topic;
    else
      topic.topic = kTopic;
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      FetchRequest::Partition& partition = topic.partitions.emplace_back();
      partition.partition = PartitionIndex(i);
      partition.fetch_offset = Offset(poll.from[static_cast<std::size_t>(i)]);
      partition.partition_max_bytes = 20'000;
    }
    double part = random_.one_in(80) ? static_cast<double>(random_.below(100)) / 100 : 1;
    bool sent = co_await connection().send(std::move(request), version_, poll.wait * 3, part);
    if (sent) co_await connection().send(ApiVersionsRequest{}, 0, poll.wait * 3);
  }
  /// Behind each poll stands a request that is answered at once, though not before it.
  runtime::Task<void> receive_poll(Poll poll, bool is_late) {
    std::optional<FetchResponse> response = co_await connection().receive<FetchResponse>();
    if (!response) co_return;
    std::size_t records = take(*response);
    if (!is_late) judge(poll, records);
    std::optional<ApiVersionsResponse> versions = co_await connection().receive<ApiVersionsResponse>();
    if (versions && versions->api_keys.empty()) world_.complain("an answer without versions");
  }

  std::size_t take(const FetchResponse& response) {
    std::size_t records = 0;
    if (response.error_code != KafkaError::kNone) world_.complain(host_ + " is refused a fetch");
    for (const FetchResponse::Topic& topic : response.responses) {
      for (const FetchResponse::Partition& partition : topic.partitions) records += take_partition(partition);
    }
    return records;
  }
  std::size_t take_partition(const FetchResponse::Partition& partition) {
    std::int32_t index = partition.partition_index.value;
    auto place = static_cast<std::size_t>(index);
    if (partition.error_code != KafkaError::kNone) {
      world_.complain(fmt::format("{} is refused partition {} at {}: {}", host_, index, positions_[place],
                                  static_cast<int>(partition.error_code)));
      return 0;
    }
    // Of polls that are behind one another the later one may be answered first, though its answer is sent later.
    if (!are_many_ && partition.high_watermark < high_watermarks_[place])
      world_.complain(host_ + " sees a high watermark fall");
    high_watermarks_[place] = std::max(high_watermarks_[place], partition.high_watermark);
    std::size_t records = 0;
    std::int64_t expected = positions_[place];
    auto next = each_record(
        partition.records ? partition.records->view() : ByteView(), 0,
        [&](std::int64_t offset, std::string_view value) {
          ledger_.read(index, offset, value);
          ++records;
          if (offset >= partition.high_watermark.value) world_.complain(host_ + " is given more than there is");
          if (offset > expected)
            world_.complain(fmt::format("{} is given {} of partition {} at {}", host_, offset, index, expected));
          expected = std::max(expected, offset + 1);
        });
    if (!next) world_.complain(host_ + " is given a damaged batch");
    positions_[place] = expected;
    return records;
  }

  /// An empty answer comes when the wait is over, any other one when there are records.
  void judge(const Poll& poll, std::size_t records) {
    if (!world_.was_calm(host_, poll.at)) return;
    Nanoseconds took = now() - poll.at;
    if (records == 0 && poll.one_byte && took < poll.wait)
      world_.complain(host_ + " is answered before there is anything");
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      auto since = ledger_.acknowledged_since(i, poll.from[static_cast<std::size_t>(i)]);
      if (!since) continue;
      if (records == 0 && *since < poll.at) world_.complain(host_ + " is not given what was there");
      if (poll.one_byte && now() - std::max(*since, poll.at) > kMostWaking) {
        world_.complain(fmt::format("{} was not woken: it waited {} ms for {} ms, with records there since {} ms",
                                    host_, took / Milliseconds(1), poll.wait.count(),
                                    (now() - *since) / Milliseconds(1)));
      }
    }
  }

  static constexpr Nanoseconds kMostWaking = std::chrono::seconds(1);

  Ledger& ledger_;
  std::int16_t version_ = one_of({4, 7, 11, 12, 13, 16});
  std::array<std::int64_t, kPartitions> positions_{};
  std::array<Offset, kPartitions> high_watermarks_{};
  bool are_many_ = false;  // polls behind one another
};

}  // namespace wharf::kafka
