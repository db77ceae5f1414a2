// TaskMap: what is known of some tasks, by id. Neighbouring tasks lie together, so that a pass over a layer stays in the cache where
// a plain hash table would miss at every step.
//
// Values are kept in pages of kPageTasks neighbours; a page exists while one of its tasks is in the map. Not thread-safe.
#pragma once

#include <bit>
#include <memory>
#include <unordered_map>

#include "cask/base/ids.h"

namespace cask {

template <typename T>
class TaskMap {
 public:
  /// Null if the task is not in the map. Valid until that task is erased.
  T* Find(const TaskId& id) {
    Page* page = FindPage(PageOf(id));
    return page != nullptr && (page->used >> SlotOf(id) & 1) != 0 ? &page->values[SlotOf(id)] : nullptr;
  }
  bool Contains(const TaskId& id) { return Find(id) != nullptr; }

  /// The task's value, put in the map if it is not there.
  T& At(const TaskId& id) {
    const TaskId key = PageOf(id);
    Page* page = FindPage(key);
    if (page == nullptr) page = AddPage(key);
    const uint32_t bit = uint32_t{1} << SlotOf(id);
    size_ += (page->used & bit) == 0 ? 1 : 0;
    page->used |= bit;
    return page->values[SlotOf(id)];
  }

  /// Takes a task that is in the map out of it.
  T Take(const TaskId& id) {
    const TaskId key = PageOf(id);
    Page* page = FindPage(key);
    T value = std::exchange(page->values[SlotOf(id)], T{});
    page->used &= ~(uint32_t{1} << SlotOf(id));
    --size_;
    if (page->used == 0) DropPage(key);
    return value;
  }

  int64_t size() const { return size_; }

  /// Visits each task with its value, in any order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& [key, page] : pages_) {
      for (int slot = 0; slot < kPageTasks; ++slot) {
        if ((page->used >> slot & 1) != 0) visit(TaskId{key.plan, key.layer, key.task * kPageTasks + slot}, page->values[slot]);
      }
    }
  }

 private:
  static constexpr int kPageTasks = 32;
  struct Page {
    uint32_t used = 0;  // bit: a task that is in the map
    T values[kPageTasks];
  };

  static TaskId PageOf(const TaskId& id) { return {id.plan, id.layer, id.task / kPageTasks}; }
  static int SlotOf(const TaskId& id) { return static_cast<int>(id.task % kPageTasks); }

  Page* FindPage(const TaskId& key) {
    if (last_ != nullptr && key == last_key_) return last_;
    const auto found = pages_.find(key);
    if (found == pages_.end()) return nullptr;
    last_key_ = key;
    last_ = found->second.get();
    return last_;
  }

  Page* AddPage(const TaskId& key) {
    auto page = spare_ != nullptr ? std::move(spare_) : std::make_unique<Page>();
    last_key_ = key;
    last_ = page.get();
    pages_.emplace(key, std::move(page));
    return last_;
  }

  void DropPage(const TaskId& key) {
    const auto found = pages_.find(key);
    // One is kept: where few results live at a time, pages come and go with every task.
    spare_ = std::move(found->second);
    pages_.erase(found);
    last_ = nullptr;
  }

  std::unordered_map<TaskId, std::unique_ptr<Page>> pages_;  // by plan, layer and number of the page
  std::unique_ptr<Page> spare_;                              // empty
  TaskId last_key_{};
  Page* last_ = nullptr;  // the page found last
  int64_t size_ = 0;
};

}  // namespace cask
