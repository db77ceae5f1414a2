#include "cask/scheduler/home_queues.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "cask/base/random.h"
#include "cask/base/test_seeds.h"

namespace cask {
namespace {

TEST(HomeQueues, AQueueGivesItsTasksInOrder) {
  HomeQueues queues;
  SeatSet free(201);
  free.Insert(70);
  queues.Push(70, 5);
  queues.Push(3, 1);
  queues.Push(70, 4);
  EXPECT_EQ(queues.Find(free), 70);
  EXPECT_EQ(queues.Pop(70), 5);
  EXPECT_EQ(queues.Front(70), 4);
  EXPECT_EQ(queues.Pop(70), 4);
  EXPECT_EQ(queues.Find(free), -1);
  free.Insert(3);
  EXPECT_EQ(queues.Find(free), 3);
  TaskQueue all = queues.TakeAll(3);
  EXPECT_EQ(all.Pop(), 1);
  EXPECT_TRUE(all.empty());
  EXPECT_EQ(queues.Find(free), -1);
}

TEST(HomeQueues, SeatsAreServedInTurn) {
  HomeQueues queues;
  SeatSet free(201);
  for (const int seat : {0, 63, 64, 200}) {
    free.Insert(seat);
    for (int64_t task = 0; task < 2; ++task) queues.Push(seat, task);
  }
  std::vector<int> order;
  for (int seat = queues.Find(free); seat >= 0; seat = queues.Find(free)) {
    order.push_back(seat);
    queues.Pop(seat);
  }
  EXPECT_EQ(order, (std::vector<int>{0, 63, 64, 200, 0, 63, 64, 200}));
}

TEST(SeatSet, FindsTheNextCommonSeatFromAnywhere) {
  Random random(FirstTestSeed());
  for (int round = 0; round < 1000; ++round) {
    const int64_t range = random.Between(1, 300);
    SeatSet a(range), b(range + random.Below(100));
    std::set<int> in_a, in_b;
    const auto change = [&](SeatSet& seats, std::set<int>& model) {
      const auto seat = static_cast<int>(random.Below(range));
      if (random.Percent(70)) {
        seats.Insert(seat);
        model.insert(seat);
      } else {
        seats.Erase(seat);
        model.erase(seat);
      }
      EXPECT_EQ(seats.Contains(seat), model.contains(seat));
    };
    for (int64_t i = random.Below(40); i > 0; --i) change(a, in_a);
    for (int64_t i = random.Below(40); i > 0; --i) change(b, in_b);
    std::set<int> common;
    std::set_intersection(in_a.begin(), in_a.end(), in_b.begin(), in_b.end(), std::inserter(common, common.begin()));
    const auto from = static_cast<int>(random.Below(400));
    const auto next = common.lower_bound(from);
    EXPECT_EQ(SeatSet::NextCommon(a, b, from), common.empty() ? -1 : next != common.end() ? *next : *common.begin());
  }
}

}  // namespace
}  // namespace cask
