// FieldArena: rows whose text had to be rewritten (quotes and escapes taken out, short rows filled up), in the form of CsvRows.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "cask/io/csv/fields.h"

namespace cask {

class CsvFieldArena {
 public:
  static constexpr int64_t kPadding = 64;  // readable before and after the text

  CsvFieldArena() { Clear(); }

  void Clear() {
    size_ = kPadding;
    if (text_.size() < 2 * kPadding) text_.resize(4096);
    positions_.assign(1, Position());
    ++size_;
    num_rows_ = 0;
  }

  void Append(const char* text, int64_t size) {
    if (size_ + size + kPadding > static_cast<int64_t>(text_.size())) Grow(size);
    std::memcpy(text_.data() + size_, text, size);
    size_ += size;
  }
  void Append(char c) { Append(&c, 1); }

  /// Ends the text of a slot.
  void EndSlot() {
    positions_.push_back(Position());
    Append('\0');
  }
  void EndRow() { ++num_rows_; }

  /// Takes out a row that has begun, back to `mark`.
  struct Mark {
    int64_t size;
    size_t num_positions;
  };
  Mark mark() const { return {size_, positions_.size()}; }
  void Rewind(Mark mark) {
    size_ = mark.size;
    positions_.resize(mark.num_positions);
  }

  /// Takes out the row that ended last, which began at `mark`.
  void DropRow(Mark mark) {
    Rewind(mark);
    --num_rows_;
  }

  int64_t num_rows() const { return num_rows_; }
  int64_t num_bytes() const { return size_; }
  CsvRows rows() const { return {num_rows_, text_.data(), positions_.data(), false, false}; }

 private:
  uint32_t Position() const { return static_cast<uint32_t>(size_); }
  void Grow(int64_t size) { text_.resize(std::max<int64_t>(text_.size() * 2, size_ + size + 2 * kPadding)); }

  std::vector<char> text_;
  int64_t size_ = 0;
  std::vector<uint32_t> positions_;
  int64_t num_rows_ = 0;
};

}  // namespace cask
