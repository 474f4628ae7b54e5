#include "cluster/metadata/catalogue.hpp"

#include <gtest/gtest.h>

namespace wharf::cluster {
namespace {

TopicId id_of(std::uint8_t number) {
  TopicId id;
  id.bytes[15] = number;
  return id;
}

/// Knows one setting, "size", which must not be "bad".
Result<std::shared_ptr<const config::TopicConfig>> build(const std::map<std::string, std::string>& overrides) {
  for (const auto& [name, value] : overrides) {
    if (name != "size" || value == "bad") return fail(ErrorCode::kInvalidArgument, "bad setting " + name);
  }
  return std::make_shared<const config::TopicConfig>();
}

class CatalogueTest : public testing::Test {
 protected:
  void apply(const Result<MetadataRecord>& record) {
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_TRUE(catalogue_.apply({&*record, 1}).empty());
  }

  Catalogue catalogue_{build};
};

TEST_F(CatalogueTest, ACreatedTopicIsFoundByNameAndById) {
  apply(catalogue_.create_topic({"orders", id_of(1), 3, false, {{"size", "1"}}}));
  EXPECT_EQ(catalogue_.table()->find("orders")->id, id_of(1));
  EXPECT_EQ(catalogue_.table()->find(id_of(1))->partitions, 3);
}

TEST_F(CatalogueTest, ATopicIsCreatedOnceAndOnlyWithSettingsThatHold) {
  apply(catalogue_.create_topic({"orders", id_of(1), 3, false, {}}));
  EXPECT_EQ(catalogue_.create_topic({"orders", id_of(2), 1, false, {}}).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(catalogue_.create_topic({"a", id_of(2), 0, false, {}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(catalogue_.create_topic({"a", id_of(2), 1, false, {{"size", "bad"}}}).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(CatalogueTest, TopicsOfOneNameInTwoNamespacesAreTwo) {
  apply(catalogue_.create_topic({"a.b", id_of(1), 1, false, {}}));
  apply(catalogue_.create_topic({"a.b", id_of(2), 1, false, {}, "shop"}));
  apply(catalogue_.create_topic({"c.d", id_of(3), 1, false, {}, "shop"}));
  EXPECT_EQ(catalogue_.create_topic({"a.b", id_of(4), 1, false, {}, "shop"}).error().code, ErrorCode::kAlreadyExists);
  TopicTable::Pointer table = catalogue_.table();
  EXPECT_EQ(table->find("a.b")->id, id_of(1));
  EXPECT_EQ(table->find("shop", "a.b")->id, id_of(2));
  EXPECT_EQ(table->find(id_of(2))->name_space, "shop");
  EXPECT_EQ(table->find("c.d"), nullptr);
  EXPECT_EQ(table->find("bank", "a.b"), nullptr);
  EXPECT_EQ(table->topics().size(), 1u);
  EXPECT_EQ(table->colliding("c_d"), nullptr) << "only Kafka's metrics write them alike";
  std::vector<TopicId> all;
  for (const auto& topic : table->all()) all.push_back(topic->id);
  EXPECT_EQ(all, (std::vector{id_of(1), id_of(2), id_of(3)}));
}

TEST_F(CatalogueTest, ATopicKeepsItsNamespaceWhateverChanges) {
  apply(catalogue_.create_topic({"orders", id_of(1), 1, false, {}, "shop"}));
  apply(catalogue_.grow_topic(id_of(1), 2));
  apply(catalogue_.configure_topic(id_of(1), {{"size", "1"}}));
  EXPECT_EQ(catalogue_.table()->find("shop", "orders")->partitions, 2);
  EXPECT_EQ(catalogue_.table()->find("orders"), nullptr);
}

TEST_F(CatalogueTest, ANamespaceLosesItsTopicsAndNoOtherDoes) {
  apply(catalogue_.create_topic({"orders", id_of(1), 1, false, {}}));
  apply(catalogue_.create_topic({"orders", id_of(2), 1, false, {}, "shop"}));
  apply(catalogue_.create_topic({"orders", id_of(3), 1, false, {}, "shops"}));
  EXPECT_EQ(catalogue_.remove_topics("shop"), (std::vector<MetadataRecord>{TopicRemoved{id_of(2)}}));
  catalogue_.apply(catalogue_.remove_topics("shop"));
  EXPECT_TRUE(catalogue_.table()->topics("shop").empty());
  EXPECT_TRUE(catalogue_.table()->find("orders") && catalogue_.table()->find("shops", "orders"));
  EXPECT_TRUE(catalogue_.remove_topics("shop").empty());
}

TEST_F(CatalogueTest, PartitionsGrowAndNeverShrink) {
  apply(catalogue_.create_topic({"orders", id_of(1), 3, false, {}}));
  EXPECT_EQ(catalogue_.grow_topic(id_of(1), 3).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(catalogue_.grow_topic(id_of(1), 2).error().code, ErrorCode::kInvalidArgument);
  apply(catalogue_.grow_topic(id_of(1), 5));
  EXPECT_EQ(catalogue_.table()->find("orders")->partitions, 5);
}

TEST_F(CatalogueTest, ATableHeldBeforeAChangeStaysAsItWas) {
  apply(catalogue_.create_topic({"orders", id_of(1), 3, false, {}}));
  TopicTable::Pointer before = catalogue_.table();
  apply(catalogue_.remove_topic(id_of(1)));
  EXPECT_NE(before->find("orders"), nullptr);
  EXPECT_EQ(catalogue_.table()->find("orders"), nullptr);
  EXPECT_EQ(catalogue_.remove_topic(id_of(1)).error().code, ErrorCode::kUnknownTopicId);
}

TEST_F(CatalogueTest, AReplayWithASettingThisVersionRefusesKeepsTheTopicAndTheGoodSettings) {
  MetadataRecord record = TopicRecord{id_of(1), "orders", 2, false, {{"size", "1"}, {"unheard-of", "1"}}};
  EXPECT_EQ(catalogue_.apply({&record, 1}).size(), 1u);
  EXPECT_EQ(catalogue_.table()->find("orders")->overrides, (std::map<std::string, std::string>{{"size", "1"}}));
}

TEST_F(CatalogueTest, ProducerIdsAreNeverHandedOutTwice) {
  auto first = catalogue_.next_producer_ids(1000);
  catalogue_.apply({&first.record, 1});
  EXPECT_EQ(catalogue_.next_producer_ids(1000).first, first.first + 1000);
}

}  // namespace
}  // namespace wharf::cluster
