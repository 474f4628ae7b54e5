#include <algorithm>

#include <boost/json/array.hpp>

#include "admin/v1/group_json.hpp"
#include "admin/v1/reset_plan.hpp"
#include "admin/v1/resources.hpp"
#include "admin/v1/shape_check.hpp"
#include "admin/v1/shapes.hpp"
#include "admin/v1/topic_named.hpp"

namespace wharf::v1 {
namespace {

constexpr std::size_t kMostChanges = static_cast<std::size_t>(shapes::kMostPartitions);

struct Way {
  std::string_view word;
  ResetTo to;
  std::string_view field;  // what it takes beside
};
constexpr Way kWays[] = {{"earliest", ResetTo::kEarliest, ""},   {"latest", ResetTo::kLatest, ""},
                         {"time", ResetTo::kTime, "time_ms"},    {"shift", ResetTo::kShift, "by"},
                         {"offset", ResetTo::kOffset, "offset"}, {"places", ResetTo::kPlaces, "places"}};

void read_topics(const boost::json::value& topics, OffsetReset& reset) {
  for (const boost::json::value& one : topics.as_array()) {
    auto& [name, partitions] = reset.topics.emplace_back();
    name = std::string(one.at("topic").as_string());
    const boost::json::value* given = one.as_object().if_contains("partitions");
    if (given == nullptr) continue;
    for (const boost::json::value& partition : given->as_array()) {
      // What no topic has is found not to be there.
      partitions.push_back(static_cast<std::int32_t>(
          std::clamp<std::int64_t>(integer_of(partition).value_or(-1), -1, std::numeric_limits<std::int32_t>::max())));
    }
  }
}

void read_places(const boost::json::value& places, OffsetReset& reset) {
  for (const boost::json::value& one : places.as_array()) {
    PlaceName name{std::string(one.at("topic").as_string()),
                   static_cast<std::int32_t>(integer_of(one.at("partition")).value_or(0))};
    const boost::json::value& offset = one.at("offset");
    reset.places[std::move(name)] = offset.is_null() ? std::nullopt : integer_of(offset);
  }
}

std::expected<OffsetReset, http::Response> read_reset(const Call& call) {
  std::string word = call.body_text("to").value_or("");
  const Way& way = *std::ranges::find(kWays, word, &Way::word);
  OffsetReset reset{.to = way.to, .topics = {}, .places = {}};
  for (std::string_view field : {"time_ms", "by", "offset", "places"}) {
    bool is_given = call.in_body(field) != nullptr;
    if (is_given != (field == way.field)) {
      return std::unexpected(
          bad_request(fmt::format("{}: {} {}", field, is_given ? "is not for" : "is missing for", word)));
    }
  }
  if (!way.field.empty() && way.to != ResetTo::kPlaces) reset.number = call.body_number(way.field).value_or(0);
  if (const boost::json::value* places = call.in_body("places")) read_places(*places, reset);
  const boost::json::value* topics = call.in_body("topics");
  if (topics != nullptr && way.to == ResetTo::kPlaces)
    return std::unexpected(bad_request("topics: the places say which"));
  if (topics != nullptr) read_topics(*topics, reset);
  return reset;
}

/// Which partitions are meant, that exist. 404: one is not there.
std::expected<std::vector<PlaceName>, http::Response> places_of(const Call& call, const OffsetReset& reset,
                                                                const GroupState& state) {
  std::vector<PlaceName> places;
  auto add = [&](const std::string& name,
                 const std::vector<std::int32_t>& partitions) -> std::optional<http::Response> {
    std::expected<TopicPointer, http::Response> topic = topic_named(call, name);
    if (!topic) return topic.error();
    if (auto refusal = refused(call, security::Verb::kRead, name)) return refusal;
    for (std::int32_t partition : partitions) {
      if (partition < 0 || partition >= (*topic)->partitions)
        return not_found(fmt::format("{} has no partition {}", name, partition));
      places.emplace_back(name, partition);
    }
    if (partitions.empty()) {
      for (std::int32_t i = 0; i < (*topic)->partitions; ++i) places.emplace_back(name, i);
    }
    return std::nullopt;
  };
  std::map<std::string, std::vector<std::int32_t>> wanted;
  for (const auto& [place, offset] : reset.places) wanted[place.first].push_back(place.second);
  if (reset.topics.empty() && reset.places.empty()) {
    for (const OffsetState& one : state.offsets) {
      if (one.offset && one.high_watermark) wanted[one.topic].push_back(one.partition);
    }
  }
  for (const auto& [name, partitions] : wanted) {
    if (auto refusal = add(name, partitions)) return std::unexpected(std::move(*refusal));
  }
  for (const auto& [name, partitions] : reset.topics) {
    if (auto refusal = add(name, partitions)) return std::unexpected(std::move(*refusal));
  }
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (places.size() <= kMostChanges) return places;
  return std::unexpected(bad_request(fmt::format("at most {} partitions at a time", kMostChanges)));
}

runtime::Task<std::vector<OffsetChange>> changes_of(Call* call, std::vector<PlaceName> places,
                                                    const GroupState* state) {
  std::vector<broker::ShardReport> shards = co_await call->ports.operate.report(call->here);
  std::map<PlaceName, std::optional<std::int64_t>> committed;
  for (const OffsetState& one : state->offsets) committed[{one.topic, one.partition}] = one.offset;
  cluster::TopicTable::Pointer topics = call->ports.catalogue.topics(call->here);
  auto work = [shards = std::move(shards), places = std::move(places), committed = std::move(committed), topics] {
    std::unordered_map<PartitionId, Marks> marks = marks_of(shards);
    std::vector<OffsetChange> changes;
    for (const PlaceName& place : places) {
      auto topic = topics->find(place.first);
      auto found = topic ? marks.find(topic->partition(place.second)) : marks.end();
      if (found == marks.end()) continue;
      auto before = committed.find(place);
      changes.push_back({.place = place,
                         .before = {},
                         .after = {},
                         .start = found->second.start,
                         .high_watermark = found->second.high_watermark});
      if (before != committed.end()) changes.back().before = before->second;
    }
    return changes;
  };
  std::vector<OffsetChange> changes = co_await runtime::run_on(call->ports.beside, call->here, std::move(work));
  co_return changes;
}

runtime::Task<Result<void>> find_times(Call* call, Timestamp time, std::vector<OffsetChange>* changes) {
  cluster::TopicTable::Pointer topics = call->ports.catalogue.topics(call->here);
  for (OffsetChange& change : *changes) {
    auto topic = topics->find(change.place.first);
    if (!topic) continue;
    Result<broker::FoundOffset> found =
        co_await call->ports.read.find_time(call->here, topic->partition(change.place.second), time);
    if (!found) co_return fail(found.error());
    change.move_to(found->offset.value < 0 ? change.high_watermark : found->offset.value);
  }
  co_return Result<void>();
}

Error error_of(groups::MaybeError code) {
  if (*code == ErrorCode::kUnknownMember || *code == ErrorCode::kIllegalGeneration ||
      *code == ErrorCode::kRebalanceInProgress || *code == ErrorCode::kGroupNotEmpty ||
      *code == ErrorCode::kGroupSubscribed) {
    return {ErrorCode::kPreconditionFailed,
            "the group has members: stop them first, or they would overwrite what is set"};
  }
  return {*code, "the group's offsets cannot be changed now"};
}

/// What all results have in common: nothing, or the first error.
Result<void> outcome_of(const std::vector<groups::TopicResult>& results) {
  for (const groups::TopicResult& topic : results) {
    for (const groups::PartitionResult& partition : topic.partitions) {
      if (partition.error) return fail(error_of(partition.error));
    }
  }
  return {};
}

/// One write for what is set, one for what is taken away.
runtime::Task<Result<void>> carry_out(Call* call, const std::vector<OffsetChange>* changes) {
  groups::CommitOffsets commit{.group_id = call->names.front(), .member_id = {}, .topics = {}};
  groups::DeleteOffsets deletion{.group_id = call->names.front(), .topics = {}};
  cluster::TopicTable::Pointer topics = call->ports.catalogue.topics(call->here);
  for (const OffsetChange& change : *changes) {
    const auto& [name, partition] = change.place;
    auto topic = topics->find(name);
    if (!topic || change.before == change.after) continue;
    if (change.after) {
      if (commit.topics.empty() || commit.topics.back().topic != name) commit.topics.push_back({name, topic->id, {}});
      commit.topics.back().partitions.push_back(
          {.partition = partition, .offset = Offset(*change.after), .metadata = {}});
    } else {
      if (deletion.topics.empty() || deletion.topics.back().topic != name) deletion.topics.push_back({name, {}});
      deletion.topics.back().partitions.push_back(partition);
    }
  }
  if (!commit.topics.empty()) {
    auto committed = co_await call->ports.groups.ask<groups::CommitOffsetsResponse>(call->here, std::move(commit));
    Result<void> outcome = outcome_of(committed.topics);
    if (!outcome) co_return outcome;
  }
  if (deletion.topics.empty()) co_return Result<void>();
  auto deleted = co_await call->ports.groups.ask<groups::DeleteOffsetsResponse>(call->here, std::move(deletion));
  if (deleted.error) co_return fail(error_of(deleted.error));
  co_return outcome_of(deleted.topics);
}

boost::json::value or_null(const std::optional<std::int64_t>& number) {
  return number ? boost::json::value(*number) : nullptr;
}

http::Response answer_of(const std::vector<OffsetChange>& changes, bool applied) {
  boost::json::array list, undo;
  for (const OffsetChange& change : changes) {
    boost::json::string topic = json_text(change.place.first);
    list.push_back(boost::json::object{{"topic", topic},
                                       {"partition", change.place.second},
                                       {"before", or_null(change.before)},
                                       {"after", or_null(change.after)},
                                       {"start_offset", change.start},
                                       {"high_watermark", change.high_watermark}});
    undo.push_back(
        boost::json::object{{"topic", topic}, {"partition", change.place.second}, {"offset", or_null(change.before)}});
  }
  return json_answer(
      boost::json::object{{"applied", applied}, {"changes", std::move(list)}, {"undo", std::move(undo)}});
}

}  // namespace

Answer reset_offsets(Call* call) {
  std::expected<OffsetReset, http::Response> reset = read_reset(*call);
  if (!reset) co_return reset.error();
  std::optional<GroupState> state = co_await state_of_group(call, call->names.front());
  // A group may be told where to begin before it first comes, if it is said of which topics.
  bool says_where = !reset->topics.empty() || !reset->places.empty();
  if (!state && !says_where) co_return not_found("there is no group '" + call->names.front() + "'");
  if (!state) state.emplace();
  std::expected<std::vector<PlaceName>, http::Response> places = places_of(*call, *reset, *state);
  if (!places) co_return places.error();
  std::vector<OffsetChange> changes = co_await changes_of(call, std::move(*places), &*state);
  Result<void> planned = plan(*reset, changes);
  if (planned && reset->to == ResetTo::kTime) planned = co_await find_times(call, Timestamp{reset->number}, &changes);
  if (!planned) co_return refusal_of(planned.error());
  bool is_dry = call->body_flag("dry_run");
  if (!is_dry && !state->group.members.empty()) co_return refusal_of(error_of(ErrorCode::kGroupNotEmpty));
  Result<void> done;
  if (!is_dry) done = co_await carry_out(call, &changes);
  if (!done) co_return refusal_of(done.error());
  auto write = [changes = std::move(changes), is_dry] { return answer_of(changes, !is_dry); };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

}  // namespace wharf::v1
