#include "cask/store/store.h"

#include <list>
#include <map>
#include <mutex>
#include <set>

#include "cask/base/check.h"
#include "cask/base/memory.h"
#include "cask/base/task_map.h"
#include "cask/store/scratch.h"
#include "cask/store/spill_file.h"

namespace cask {
namespace {

// What is in memory, in a file, or both, of one column.
struct Entry : std::enable_shared_from_this<Entry> {
  std::mutex reading;  // held while the file is read, so that several threads that want it read it once; taken before the store's lock
  bool alive = true;   // in the table
  bool in_memory = true;  // has its chunks
  bool spilling = false;
  std::vector<Column> chunks;  // in memory
  int64_t num_bytes = 0;       // of the chunks
  std::shared_ptr<SpillFile> file;
  std::list<Entry*>::iterator use;  // alive and in memory: its place in the order of use
};

using EntryPointer = std::shared_ptr<Entry>;

}  // namespace

int64_t NumBytes(const TaskPieces& pieces) {
  int64_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece ? piece->num_bytes() : 0;
  return bytes;
}

class Store::Impl {
 public:
  explicit Impl(StoreOptions options)
      : limit_(options.memory_limit_bytes > 0 ? options.memory_limit_bytes : DefaultMemoryLimit()),
        scratch_root_(options.scratch_directory.empty() ? DefaultScratchRoot() : options.scratch_directory) {
    RemoveDeadScratch(scratch_root_);
  }

  // -- Results.

  struct HeldResult {
    TaskPieces pieces;
    int64_t num_bytes = 0;
  };

  void PutResult(const TaskId& id, TaskPieces pieces, int64_t bytes) {
    TaskPieces old;  // destroyed after the lock is gone
    std::lock_guard lock(mutex_);
    HeldResult& held = results_.At(id);
    result_bytes_ -= held.num_bytes;
    old = std::move(held.pieces);
    held = {std::move(pieces), bytes};
    result_bytes_ += bytes;
  }

  std::shared_ptr<const Piece> GetResult(const TaskId& id, int output) {
    std::lock_guard lock(mutex_);
    const HeldResult* held = results_.Find(id);
    if (held == nullptr || output < 0 || output >= static_cast<int>(held->pieces.size())) return nullptr;
    return held->pieces[output];
  }

  bool HasResult(const TaskId& id) {
    std::lock_guard lock(mutex_);
    return results_.Contains(id);
  }

  TaskPieces TakeResult(const TaskId& id) {
    std::lock_guard lock(mutex_);
    if (!results_.Contains(id)) return {};
    HeldResult held = results_.Take(id);
    result_bytes_ -= held.num_bytes;
    return std::move(held.pieces);
  }

  // -- Columns.

  CollectionId NewCollection() {
    std::lock_guard lock(mutex_);
    const CollectionId id{next_collection_++};
    collections_.insert(id);
    return id;
  }

  Status PutColumn(const ColumnKey& key, std::vector<Column> chunks) {
    auto entry = std::make_shared<Entry>();
    for (const Column& chunk : chunks) entry->num_bytes += NumBytes(chunk);
    entry->chunks = std::move(chunks);
    EntryPointer old;
    {
      std::lock_guard lock(mutex_);
      if (!collections_.contains(key.collection)) return Status::OK();
      EntryPointer& place = columns_[key];
      if (place != nullptr) Detach(*place);
      old = std::move(place);
      place = entry;
      entry->use = by_use_.insert(by_use_.end(), entry.get());
      column_bytes_ += entry->num_bytes;
    }
    return SpillSurplus();
  }

  bool HasColumn(const ColumnKey& key) {
    std::lock_guard lock(mutex_);
    return columns_.contains(key);
  }

  Result<std::vector<Column>> GetColumn(const ColumnKey& key) {
    EntryPointer entry;
    {
      std::lock_guard lock(mutex_);
      const auto found = columns_.find(key);
      if (found == columns_.end()) {
        return KeyError("column {} of partition {} of persisted collection {} is not held", key.column, key.partition, Number(key.collection));
      }
      entry = found->second;
      if (entry->in_memory) return Use(*entry);
    }
    std::lock_guard reading(entry->reading);
    std::shared_ptr<SpillFile> file;
    {
      std::lock_guard lock(mutex_);
      if (entry->in_memory) return Use(*entry);
      file = entry->file;
    }
    ARROW_ASSIGN_OR_RAISE(auto chunks, file->Read());
    {
      std::lock_guard lock(mutex_);
      total_restored_bytes_ += file->num_bytes();
      if (entry->alive) Restore(*entry, chunks);
    }
    ARROW_RETURN_NOT_OK(SpillSurplus());
    return chunks;
  }

  void DropCollection(CollectionId id) {
    std::vector<EntryPointer> dropped;  // destroyed after the lock is gone
    std::lock_guard lock(mutex_);
    collections_.erase(id);
    auto it = columns_.lower_bound({id, INT64_MIN, INT32_MIN});
    while (it != columns_.end() && it->first.collection == id) {
      Detach(*it->second);
      dropped.push_back(std::move(it->second));
      it = columns_.erase(it);
    }
  }

  StoreCounts counts() {
    std::lock_guard lock(mutex_);
    return {limit_, result_bytes_, column_bytes_, spilled_bytes_, total_spilled_bytes_, total_restored_bytes_};
  }

  int64_t limit() const { return limit_; }

  void RemoveFiles() {
    std::lock_guard lock(scratch_mutex_);
    scratch_.reset();
  }

 private:
  // All of these with the lock held.

  std::vector<Column> Use(Entry& entry) {
    // One that was replaced or dropped while this thread waited for it has its chunks still, but no place any more.
    if (entry.alive) by_use_.splice(by_use_.end(), by_use_, entry.use);
    return entry.chunks;
  }

  void Restore(Entry& entry, std::vector<Column> chunks) {
    entry.chunks = std::move(chunks);
    entry.num_bytes = 0;
    for (const Column& chunk : entry.chunks) entry.num_bytes += NumBytes(chunk);
    entry.in_memory = true;
    entry.use = by_use_.insert(by_use_.end(), &entry);
    column_bytes_ += entry.num_bytes;
  }

  // The chunks are returned, to be destroyed after the lock is gone.
  std::vector<Column> LeaveMemory(Entry& entry) {
    by_use_.erase(entry.use);
    column_bytes_ -= entry.num_bytes;
    entry.in_memory = false;
    return std::move(entry.chunks);
  }

  // Takes an entry out of all counts; whoever holds a pointer to it may still read its file.
  void Detach(Entry& entry) {
    entry.alive = false;
    if (entry.spilling) spilling_bytes_ -= entry.num_bytes;
    entry.spilling = false;
    if (entry.in_memory) {
      by_use_.erase(entry.use);
      column_bytes_ -= entry.num_bytes;
    }
    if (entry.file != nullptr) spilled_bytes_ -= entry.file->num_bytes();
  }

  // The least recently used column that could be given up, if that is called for.
  Entry* ChooseVictim() {
    if (result_bytes_ + column_bytes_ - spilling_bytes_ <= limit_) return nullptr;
    for (Entry* entry : by_use_) {
      if (!entry->spilling && entry->num_bytes > 0) return entry;
    }
    return nullptr;
  }

  // Without the lock held.
  Status SpillSurplus() {
    while (true) {
      EntryPointer victim;
      std::vector<Column> chunks;
      {
        std::lock_guard lock(mutex_);
        Entry* chosen = ChooseVictim();
        if (chosen == nullptr) return Status::OK();
        if (chosen->file != nullptr) {
          chunks = LeaveMemory(*chosen);
          continue;
        }
        victim = chosen->shared_from_this();
        victim->spilling = true;
        spilling_bytes_ += victim->num_bytes;
        chunks = victim->chunks;
      }
      auto written = WriteSpillFile(chunks);
      std::shared_ptr<SpillFile> unwanted;  // removed after the lock is gone
      std::lock_guard lock(mutex_);
      if (victim->spilling) spilling_bytes_ -= victim->num_bytes;
      victim->spilling = false;
      ARROW_RETURN_NOT_OK(written.status());
      std::shared_ptr<SpillFile> file = std::move(*written);
      total_spilled_bytes_ += file->num_bytes();
      if (!victim->alive) {
        unwanted = std::move(file);
        continue;
      }
      victim->file = std::move(file);
      spilled_bytes_ += victim->file->num_bytes();
      chunks = LeaveMemory(*victim);
    }
  }

  Result<std::unique_ptr<SpillFile>> WriteSpillFile(const std::vector<Column>& chunks) {
    std::string path;
    {
      std::lock_guard lock(scratch_mutex_);
      if (scratch_ == nullptr) {
        ARROW_ASSIGN_OR_RAISE(scratch_, ScratchDirectory::Make(scratch_root_));
      }
      path = scratch_->NewPath();
    }
    return SpillFile::Write(std::move(path), chunks);
  }

  const int64_t limit_;
  const std::string scratch_root_;
  std::mutex scratch_mutex_;
  std::unique_ptr<ScratchDirectory> scratch_;  // made when first needed; outlives the files in it

  std::mutex mutex_;  // guards all below
  TaskMap<HeldResult> results_;
  std::set<CollectionId> collections_;
  std::map<ColumnKey, EntryPointer> columns_;
  std::list<Entry*> by_use_;  // the columns in memory, the least recently used first
  int64_t next_collection_ = 0;
  int64_t result_bytes_ = 0;
  int64_t column_bytes_ = 0;
  int64_t spilling_bytes_ = 0;  // of columns that are being written, and leave memory soon
  int64_t spilled_bytes_ = 0;
  int64_t total_spilled_bytes_ = 0;
  int64_t total_restored_bytes_ = 0;
};

Store::Store(StoreOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Store::~Store() = default;

void Store::PutResult(const TaskId& id, TaskPieces pieces) {
  const int64_t num_bytes = NumBytes(pieces);
  impl_->PutResult(id, std::move(pieces), num_bytes);
}
void Store::PutResult(const TaskId& id, TaskPieces pieces, int64_t num_bytes) { impl_->PutResult(id, std::move(pieces), num_bytes); }
std::shared_ptr<const Piece> Store::GetResult(const TaskId& id, int output) const { return impl_->GetResult(id, output); }
bool Store::HasResult(const TaskId& id) const { return impl_->HasResult(id); }
TaskPieces Store::TakeResult(const TaskId& id) { return impl_->TakeResult(id); }

CollectionId Store::NewCollection() { return impl_->NewCollection(); }
Status Store::PutColumn(const ColumnKey& key, std::vector<Column> chunks) { return impl_->PutColumn(key, std::move(chunks)); }
bool Store::HasColumn(const ColumnKey& key) const { return impl_->HasColumn(key); }
Result<std::vector<Column>> Store::GetColumn(const ColumnKey& key) { return impl_->GetColumn(key); }
void Store::DropCollection(CollectionId id) { impl_->DropCollection(id); }

void Store::RemoveFiles() { impl_->RemoveFiles(); }
StoreCounts Store::counts() const { return impl_->counts(); }
int64_t Store::memory_bytes() const {
  const StoreCounts counts = impl_->counts();
  return counts.result_bytes + counts.column_bytes;
}
int64_t Store::memory_limit_bytes() const { return impl_->limit(); }

}  // namespace cask
