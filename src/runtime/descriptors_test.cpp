#include "runtime/descriptors.hpp"

#include <gtest/gtest.h>

namespace wharf::runtime {
namespace {

class DescriptorsTest : public testing::Test, protected Descriptors::Keeper {
 protected:
  void poll() {
    while (shard_.poll() > 0) continue;
  }
  void give_way() override {
    ++asked_;
    for (; descriptors_.too_many() > 0 && kept_ > 0; --kept_) descriptors_.file_closed();
  }
  void keep(int files) {
    for (; kept_ < files; ++kept_) descriptors_.file_opened();
  }
  struct Other final : Descriptors::Keeper {
    void give_way() override {}
  };
  int admitted(int wanted) {
    int count = 0;
    for (int i = 0; i < wanted; ++i) count += descriptors_.admit() ? 1 : 0;
    return count;
  }

  SystemClock clock_;
  ThreadPool pool_{0};
  Shard shard_{ShardIndex(0), clock_, pool_};
  Descriptors descriptors_{1'000};
  int kept_ = 0;
  int asked_ = 0;
};

TEST_F(DescriptorsTest, ThoseOfConnectionsEndBeforeThoseOfTheProcess) {
  EXPECT_EQ(descriptors_.most_connections(), 750u);
  EXPECT_EQ(admitted(800), 750);
  descriptors_.leave();
  EXPECT_EQ(admitted(2), 1);
}

TEST_F(DescriptorsTest, ALargeProcessSetsAsideNoMoreThanIsNeeded) {
  EXPECT_EQ(Descriptors(20'000).most_connections(), 19'600u);
}

TEST_F(DescriptorsTest, KeepersGiveConnectionsWhatTheyNeedAndNoMore) {
  descriptors_.add(*this, shard_);
  keep(700);
  EXPECT_EQ(admitted(175), 175);
  poll();
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(admitted(10), 10);
  poll();
  EXPECT_EQ(kept_, 690);
  EXPECT_EQ(admitted(565), 565);
  poll();
  EXPECT_EQ(kept_, 125);  // with all connections that there may be
  descriptors_.remove(*this);
}

TEST_F(DescriptorsTest, KeepersShareWhatConnectionsLeave) {
  EXPECT_EQ(descriptors_.share(), 875u);
  descriptors_.add(*this, shard_);
  Other other;
  descriptors_.add(other, shard_);
  EXPECT_EQ(descriptors_.share(), 437u);
  EXPECT_EQ(admitted(751), 750);
  EXPECT_EQ(descriptors_.share(), 62u);
  descriptors_.remove(*this);
  EXPECT_EQ(descriptors_.share(), 125u);
  descriptors_.remove(other);
}

TEST_F(DescriptorsTest, AKeeperThatHasGoneIsNotAsked) {
  descriptors_.add(*this, shard_);
  keep(876);
  EXPECT_TRUE(descriptors_.admit());
  descriptors_.remove(*this);
  poll();
  EXPECT_EQ(asked_, 0);
}

}  // namespace
}  // namespace wharf::runtime
