// DeleteTopics: by name or, from version 6 on, by id (KIP-516). The offsets that groups committed on a topic go with
// it.
#include <fmt/format.h>

#include "protocols/kafka/handlers/api_error.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/repeated_names.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

using Answer = DeleteTopicsResponse::Topic;
using Wish = DeleteTopicsRequest::Topic;

Answer answer_of(Wish wish, ApiError error = {}) {
  return {std::move(wish.name), wish.topic_id, error.code, std::move(error.message)};
}

Answer refuse(Wish wish, const char* why) {
  return answer_of(std::move(wish), {KafkaError::kInvalidRequest, why});
}

/// What cannot be meant: answered at once and taken out of `wishes`.
std::vector<Answer> refuse_malformed(std::vector<Wish>& wishes) {
  std::vector<Answer> answers;
  std::vector<Wish> whole, fine;
  for (Wish& wish : wishes) {
    bool by_id = !wish.topic_id.is_zero();
    if (!wish.name && !by_id) {
      answers.push_back(refuse(std::move(wish), "Neither topic name nor id were specified."));
    } else if (wish.name && by_id) {
      answers.push_back(refuse(std::move(wish), "You may not specify both topic name and topic id."));
    } else {
      whole.push_back(std::move(wish));
    }
  }
  auto meant = [](const Wish& wish) { return std::pair(wish.name, wish.topic_id); };
  auto twice = repeated(whole, meant);
  for (const auto& [name, id] : twice) {
    answers.push_back(refuse({name, id}, name ? "Duplicate topic name." : "Duplicate topic id."));
  }
  for (Wish& wish : whole) {
    if (!twice.contains(meant(wish))) fine.push_back(std::move(wish));
  }
  wishes = std::move(fine);
  return answers;
}

/// A topic given by name and by id: one refusal, and neither wish is left.
std::vector<Answer> refuse_names_of_ids(const cluster::TopicTable& topics, std::vector<Wish>& wishes) {
  std::vector<Answer> answers;
  std::set<TopicId> by_id, both;
  for (const Wish& wish : wishes) by_id.insert(wish.topic_id);
  for (const Wish& wish : wishes) {
    std::shared_ptr<const cluster::Topic> named = wish.name ? topics.find(*wish.name) : nullptr;
    if (!named || !by_id.contains(named->id)) continue;
    both.insert(named->id);
    answers.push_back(
        refuse({named->name, named->id}, "The provided topic name maps to an ID that was already supplied."));
  }
  std::erase_if(wishes, [&](const Wish& wish) {
    std::shared_ptr<const cluster::Topic> named =
        wish.name ? topics.find(*wish.name) : find_topic(topics, wish.topic_id);
    return named && both.contains(named->id);
  });
  return answers;
}

runtime::Task<Answer> remove(const Door* door, Wish wish) {
  bool by_id = !wish.topic_id.is_zero();
  NamedTopic named = find_topic(*door->catalogue.topics(door->shard), wish.name.value_or(""), wish.topic_id, by_id);
  if (!named.topic) co_return answer_of(std::move(wish), ApiError(named.error));
  std::shared_ptr<const cluster::Topic> topic = std::move(named.topic);
  wish = {.name = topic->name, .topic_id = topic->id};
  if (topic->internal) {
    co_return answer_of(std::move(wish), {KafkaError::kInvalidTopicException,
                                          fmt::format("Topic '{}' is internal: it cannot be deleted.", topic->name)});
  }
  Result<void> removed = co_await door->catalogue.remove_topic(door->shard, topic->id);
  if (!removed) {
    // Somebody else was faster.
    bool gone = removed.error().code == ErrorCode::kUnknownTopicId && !by_id;
    co_return answer_of(std::move(wish),
                        gone ? ApiError(KafkaError::kUnknownTopicOrPartition) : ApiError(removed.error()));
  }
  co_return answer_of(std::move(wish));
}

}  // namespace

runtime::Task<DeleteTopicsResponse> handle(RequestContext context, DeleteTopicsRequest request) {
  const Door& door = *context.door;
  std::vector<Wish> wishes = std::move(request.topics);
  for (std::string& name : request.topic_names) wishes.push_back({.name = std::move(name), .topic_id = {}});
  DeleteTopicsResponse response;
  response.responses = refuse_malformed(wishes);
  for (Answer& answer : refuse_names_of_ids(*door.catalogue.topics(door.shard), wishes)) {
    response.responses.push_back(std::move(answer));
  }
  for (Wish& wish : wishes) {
    Answer answer = co_await remove(&door, std::move(wish));
    response.responses.push_back(std::move(answer));
  }
  co_return response;
}

}  // namespace wharf::kafka
