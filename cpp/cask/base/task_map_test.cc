#include "cask/base/task_map.h"

#include <gtest/gtest.h>

#include <map>

#include "cask/base/random.h"

namespace cask {
namespace {

TEST(TaskMap, DoesAsAPlainMapDoes) {
  const uint64_t seed = FreshSeed();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Random random(seed);
  TaskMap<int64_t> map;
  std::map<TaskId, int64_t> model;
  for (int step = 0; step < 50'000; ++step) {
    const TaskId id{PlanId{random.Below(2)}, static_cast<int32_t>(random.Below(2)), random.Below(300)};
    const int64_t* found = map.Find(id);
    ASSERT_EQ(found != nullptr, model.contains(id));
    if (found != nullptr) {
      ASSERT_EQ(*found, model.at(id));
    }
    if (random.Percent(40)) {
      map.At(id) = step;
      model[id] = step;
    } else if (found != nullptr) {
      EXPECT_EQ(map.Take(id), model.at(id));
      model.erase(id);
    }
    ASSERT_EQ(map.size(), static_cast<int64_t>(model.size()));
  }
}

TEST(TaskMap, ANewTaskHasAnEmptyValue) {
  TaskMap<int> map;
  const TaskId id{PlanId{1}, 0, 5};
  map.At(id) = 7;
  map.Take(id);
  EXPECT_EQ(map.At(id), 0);
}

}  // namespace
}  // namespace cask
