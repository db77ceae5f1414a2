// Where the fields of some rows lie in memory: what the two tokenizers make and the converters read.
//
// A row of text has `num_fields` fields, each followed by a delimiter (the last by the end of the line). Of these delimiters only some
// matter: those before and after a wanted field, and the last. Each of them is a slot; positions are kept slot by slot, row by row.
//
//   positions[0]                     the place before the first field of row 0
//   positions[1 + r * stride + s]    the place of slot s of row r
//
// A field lies strictly between two of these places, counted in bytes from `base`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cask {

/// Which fields of each row are wanted. Invariant: the last slot is the delimiter of field `num_fields` - 1.
struct CsvFieldSelection {
  /// `fields`: positions in the row, ascending, each once, all less than `num_fields`.
  CsvFieldSelection(int num_fields, const std::vector<int>& fields);

  int stride() const { return static_cast<int>(slots.size()); }

  int num_fields;
  std::vector<int> fields;
  std::vector<int> slots;        // slot -> the field that its delimiter ends
  std::vector<int> slot_of;      // field -> slot of its delimiter, or -1
  std::vector<int> begin_slots;  // of each wanted field; -1: the last slot of the row before
  std::vector<int> end_slots;
};

/// One wanted field of some rows.
struct CsvFieldColumn {
  const char* base;
  const uint32_t* begins;  // of row 0
  const uint32_t* ends;
  int64_t stride;
  bool trim_carriage;  // fields may end with the \r of a \r\n

  std::string_view operator[](int64_t row) const {
    const char* first = base + begins[row * stride] + 1;
    const char* last = base + ends[row * stride];
    if (trim_carriage && last > first && last[-1] == '\r') --last;
    return {first, static_cast<size_t>(last - first)};
  }
};

/// Rows as one of the tokenizers left them; valid while the text and the positions are.
struct CsvRows {
  int64_t num_rows = 0;
  const char* base = nullptr;
  const uint32_t* positions = nullptr;
  bool has_carriages = false;  // lines may end with \r\n, and positions are those of the \n
  bool has_quotes = false;     // fields may be enclosed in quotes

  CsvFieldColumn Column(const CsvFieldSelection& selection, int i) const {
    const bool is_last = selection.fields[i] == selection.num_fields - 1;
    return {base, positions + 1 + selection.begin_slots[i], positions + 1 + selection.end_slots[i], selection.stride(),
            has_carriages && is_last};
  }

  CsvRows Slice(const CsvFieldSelection& selection, int64_t first, int64_t count) const {
    return {count, base, positions + first * selection.stride(), has_carriages, has_quotes};
  }
};

}  // namespace cask
