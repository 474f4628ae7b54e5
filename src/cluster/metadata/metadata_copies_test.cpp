#include "cluster/metadata/metadata_copies.hpp"

#include <map>

#include <gtest/gtest.h>

namespace wharf::cluster {
namespace {

using Record = KeyedRecord;
using Contents = std::map<std::string, std::string>;

StoredMetadata stored(std::vector<Record> newest, bool damaged = false) {
  StoredMetadata stored{std::move(newest), std::nullopt};
  if (damaged) stored.damage = Error{ErrorCode::kDamaged, "a flipped bit"};
  return stored;
}

/// What a start makes of it: what is gone is as good as what never was.
Contents contents(const std::vector<Record>& records) {
  Contents contents;
  for (const Record& record : records) {
    if (record.value) contents[record.key] = *record.value;
    if (!record.value) contents.erase(record.key);
  }
  return contents;
}

Contents after(const StoredMetadata& held, const StoredMetadata& all) {
  std::vector<Record> records = held.newest;
  for (const Record& record : missing(held, all)) records.push_back(record);
  return contents(records);
}

TEST(MetadataCopies, TheWholeOneIsBelievedAndTheFirstOfTwo) {
  StoredMetadata first = stored({{"a", "1"}, {"b", "2"}});
  StoredMetadata second = stored({{"a", "0"}, {"c", "3"}});
  EXPECT_EQ(contents(believed(first, second).newest), (Contents{{"a", "1"}, {"b", "2"}}));
  first.damage = Error{ErrorCode::kDamaged, ""};
  EXPECT_EQ(contents(believed(first, second).newest), (Contents{{"a", "0"}, {"c", "3"}}));
  second.damage = first.damage;
  EXPECT_EQ(contents(believed(first, second).newest), (Contents{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
}

TEST(MetadataCopies, AnEmptyOneIsNotBelievedBesideOneWithRecords) {
  StoredMetadata full = stored({{"a", "1"}});
  EXPECT_EQ(contents(believed(stored({}), full).newest), (Contents{{"a", "1"}})) << "the first was lost whole";
  EXPECT_EQ(contents(believed(full, stored({})).newest), (Contents{{"a", "1"}})) << "the copy is not made yet";
  full.damage = Error{ErrorCode::kDamaged, ""};
  EXPECT_EQ(contents(believed(full, stored({})).newest), (Contents{{"a", "1"}}));
}

TEST(MetadataCopies, WhatIsMissingMakesEitherSayWhatIsBelieved) {
  StoredMetadata all = stored({{"a", "1"}, {"gone", std::nullopt}, {"b", "2"}});
  Contents expected = contents(all.newest);
  for (const StoredMetadata& held : {stored({}), all, stored({{"a", "0"}, {"x", "1"}, {"gone", "1"}}),
                                     stored({{"b", "2"}, {"a", "1"}}, true), stored({{"a", std::nullopt}})}) {
    EXPECT_EQ(after(held, all), expected);
  }
  EXPECT_TRUE(missing(all, all).empty());
  EXPECT_TRUE(missing(stored({{"b", "2"}, {"a", "1"}}), all).empty()) << "gone, or never there: the same";
}

}  // namespace
}  // namespace wharf::cluster
