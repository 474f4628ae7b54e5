#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using Wish = DeleteTopicsRequest::Topic;
using Answer = DeleteTopicsResponse::Topic;

TopicId strange_id() {
  TopicId id;
  id.bytes.fill(0x75);
  return id;
}

std::vector<Answer> remove(DoorUnderTest& door, std::vector<Wish> topics) {
  return door.ask(DeleteTopicsRequest{.topics = std::move(topics)}, 6).responses;
}

TEST(DeleteTopics, ByNameInEveryVersion) {
  for (std::int16_t version = 0; version <= 5; ++version) {
    DoorUnderTest door;
    TopicId id = door.create("a")->id;
    door.create("b");
    std::vector<Answer> answers = door.ask(DeleteTopicsRequest{.topic_names = {"a", "nobody"}}, version).responses;
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0], (Answer{"a", id, KafkaError::kNone, std::nullopt}));
    EXPECT_EQ(answers[1].error_code, KafkaError::kUnknownTopicOrPartition);
    EXPECT_EQ(answers[1].error_message, sentence_of(KafkaError::kUnknownTopicOrPartition));
    EXPECT_EQ(door.topic("a"), nullptr);
    EXPECT_NE(door.topic("b"), nullptr);
  }
}

TEST(DeleteTopics, ByIdAnswersWithTheName) {
  DoorUnderTest door;
  TopicId id = door.create("a")->id;
  std::vector<Answer> answers = remove(door, {{std::nullopt, id}, {std::nullopt, strange_id()}});
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0], (Answer{"a", id, KafkaError::kNone, std::nullopt}));
  EXPECT_EQ(answers[1], (Answer{std::nullopt, strange_id(), KafkaError::kUnknownTopicId,
                                std::string(sentence_of(KafkaError::kUnknownTopicId))}));
}

TEST(DeleteTopics, WhatCannotBeMeantIsRefusedOnceAndNothingIsDeleted) {
  DoorUnderTest door;
  TopicId id = door.create("a")->id;
  struct Case {
    std::vector<Wish> wishes;
    std::string sentence;
  };
  for (const Case& each : std::vector<Case>{
           {{{std::nullopt, {}}}, "Neither topic name nor id were specified."},
           {{{"a", id}}, "You may not specify both topic name and topic id."},
           {{{"a", {}}, {"a", {}}, {"a", {}}}, "Duplicate topic name."},
           {{{std::nullopt, id}, {std::nullopt, id}}, "Duplicate topic id."},
       }) {
    SCOPED_TRACE(each.sentence);
    std::vector<Answer> answers = remove(door, each.wishes);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].error_code, KafkaError::kInvalidRequest);
    EXPECT_EQ(answers[0].error_message, each.sentence);
    EXPECT_EQ(answers[0].name, each.wishes[0].name);
    EXPECT_EQ(answers[0].topic_id, each.wishes[0].topic_id);
  }
  EXPECT_NE(door.topic("a"), nullptr);
}

TEST(DeleteTopics, EveryWishIsAnswered) {
  DoorUnderTest door;
  door.create("a");
  std::vector<Answer> answers = remove(door, {{"", {}}, {std::nullopt, strange_id()}, {"a", {}}, {std::nullopt, {}}});
  EXPECT_EQ(answers.size(), 4u);
}

TEST(DeleteTopics, ANameAndItsIdAreTheSameTopicTwice) {
  DoorUnderTest door;
  TopicId id = door.create("a")->id;
  std::vector<Answer> answers = remove(door, {{"a", {}}, {std::nullopt, id}});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0], (Answer{"a", id, KafkaError::kInvalidRequest,
                                "The provided topic name maps to an ID that was already supplied."}));
  EXPECT_NE(door.topic("a"), nullptr);
}

TEST(DeleteTopics, AnInternalTopicStays) {
  DoorUnderTest door;
  door.create("__consumer_offsets", 1, {}, true);
  EXPECT_EQ(remove(door, {{"__consumer_offsets", {}}})[0].error_code, KafkaError::kInvalidTopicException);
  EXPECT_NE(door.topic("__consumer_offsets"), nullptr);
}

TEST(DeleteTopics, WhoComesSecondHearsThatItIsGone) {
  DoorUnderTest door;
  TopicId id = door.create("a")->id;
  for (const auto& [wish, error] : {std::pair(Wish{"a", {}}, KafkaError::kUnknownTopicOrPartition),
                                    std::pair(Wish{std::nullopt, id}, KafkaError::kUnknownTopicId)}) {
    door.catalogue.next_failure = Error{ErrorCode::kUnknownTopicId, "gone"};
    EXPECT_EQ(remove(door, {wish})[0].error_code, error);
  }
}

}  // namespace
}  // namespace wharf::kafka
