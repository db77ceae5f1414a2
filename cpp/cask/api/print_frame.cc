// Frames and series as pandas prints them: at most 60 rows, else the first and last five; frames at most 80 characters wide.
#include <fmt/format.h>

#include "cask/api/lazy_access.h"
#include "cask/api/print_values.h"

namespace cask {
namespace {

constexpr int64_t kMaxRows = 60;
constexpr int64_t kShownOfMore = 5;  // at each end
constexpr int64_t kMaxLine = 80;

bool IsShortened(const Computed& computed) { return computed.table.num_rows() > kMaxRows; }

Result<Column> ShownRows(const Computed& computed, int i) {
  const Column& column = computed.table.batches[0].columns[i];
  if (!IsShortened(computed)) return column;
  return ConcatenateColumns({SliceColumn(column, 0, kShownOfMore), SliceColumn(column, column->length - kShownOfMore, kShownOfMore)},
                            computed.table.schema.field(i).type);
}

// 0, 1, ...
TextColumn RangeTexts(const Computed& computed) {
  TextColumn texts;
  const int64_t rows = computed.table.num_rows();
  for (int64_t i = 0; i < rows; ++i) {
    if (IsShortened(computed) && i == kShownOfMore) i = rows - kShownOfMore;
    texts.push_back(std::to_string(i));
  }
  PadTexts(true, 0, &texts);
  return texts;
}

bool HasIndexNames(const Computed& computed) {
  for (int i = 0; i < computed.num_index; ++i) {
    if (!IsNoLabel(computed.table.schema.field(i).name)) return true;
  }
  return false;
}

// Of the levels but the last: a label that repeats those above it is left out.
void Sparsify(std::vector<TextColumn>* levels) {
  if (levels->size() < 2) return;
  std::vector<TextColumn>& columns = *levels;
  const std::vector<TextColumn> full = columns;
  for (size_t row = 1; row < full[0].size(); ++row) {
    for (size_t level = 0; level + 1 < full.size() && full[level][row] == full[level][row - 1]; ++level) columns[level][row].clear();
  }
}

std::vector<std::string> Adjoin(int64_t space, std::vector<TextColumn> columns) {
  std::vector<std::string> lines(columns.empty() ? 0 : columns[0].size());
  for (size_t i = 0; i < columns.size(); ++i) {
    int64_t width = 0;
    for (const std::string& text : columns[i]) width = std::max(width, TextWidth(text));
    if (i + 1 < columns.size()) width += space;
    for (size_t row = 0; row < lines.size(); ++row) {
      lines[row] += columns[i][row] + std::string(width - TextWidth(columns[i][row]), ' ');
    }
  }
  return lines;
}

// The index as one column of text, with `with_names` under its names. `is_cut`: long texts are cut, as in frames.
Result<TextColumn> PrintIndex(const Computed& computed, bool with_names, int64_t space, bool is_cut) {
  std::vector<TextColumn> levels;
  for (int i = 0; i < computed.num_index; ++i) {
    const Field& field = computed.table.schema.field(i);
    ARROW_ASSIGN_OR_RAISE(const Column column, ShownRows(computed, i));
    ARROW_ASSIGN_OR_RAISE(TextColumn texts, PrintIndexValues(column, field.type, is_cut));
    levels.push_back(std::move(texts));
  }
  if (levels.empty()) levels.push_back(RangeTexts(computed));
  Sparsify(&levels);
  for (size_t i = 0; with_names && i < levels.size(); ++i) {
    const std::string name = computed.num_index > 0 ? computed.table.schema.field(static_cast<int>(i)).name : NoLabel();
    levels[i].insert(levels[i].begin(), IsNoLabel(name) ? "" : PrintLabel(name));
  }
  return Adjoin(space, std::move(levels));
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() && &line == &lines[0] ? "" : "\n") + line;
  return text;
}

Result<std::string> PrintSeries(const Computed& computed) {
  const Field& field = computed.table.schema.field(computed.num_index);
  std::string footer = IsNoLabel(field.name) ? "" : fmt::format("Name: {}, ", PrintLabel(field.name));
  if (IsShortened(computed)) footer += fmt::format("Length: {}, ", computed.table.num_rows());
  footer += "dtype: " + field.type.ToString();
  if (computed.table.num_rows() == 0) return fmt::format("Series([], {})", footer);
  ARROW_ASSIGN_OR_RAISE(const Column column, ShownRows(computed, computed.num_index));
  ARROW_ASSIGN_OR_RAISE(TextColumn values, PrintValues(column, field.type));
  CutTexts(&values);
  PadTexts(false, 0, &values);
  // The names of several levels stand above them; that of one does not make it wider.
  const bool has_levels = computed.num_index > 1;
  ARROW_ASSIGN_OR_RAISE(TextColumn index, PrintIndex(computed, has_levels, 2, false));
  std::string names;
  if (has_levels) {
    names = index[0];
    index.erase(index.begin());
  } else if (HasIndexNames(computed)) {
    names = PrintLabel(computed.table.schema.field(0).name);
  }
  if (IsShortened(computed)) {
    const int64_t width = TextWidth(values[0]);
    values.insert(values.begin() + kShownOfMore, CenteredText(width > 3 ? "..." : "..", width));
    index.insert(index.begin() + kShownOfMore, "");
  }
  std::vector<std::string> lines = Adjoin(3, {index, values});
  if (HasIndexNames(computed)) lines.insert(lines.begin(), names);
  lines.push_back(footer);
  return JoinLines(lines);
}

// A value column with its header, padded.
Result<TextColumn> PrintFrameColumn(const Computed& computed, int i, bool with_name_row) {
  const Field& field = computed.table.schema.field(i);
  const bool counts_as_number = field.type.is_numeric() || field.type.is_bool();
  const std::string label = IsNoLabel(field.name) ? "None" : PrintLabel(field.name);
  const std::string header = counts_as_number ? " " + label : label;
  ARROW_ASSIGN_OR_RAISE(const Column column, ShownRows(computed, i));
  ARROW_ASSIGN_OR_RAISE(TextColumn values, PrintValues(column, field.type));
  CutTexts(&values);
  PadTexts(false, TextWidth(header), &values);
  const int64_t width = values.empty() ? TextWidth(header) : TextWidth(values[0]);
  TextColumn texts = {std::string(width - TextWidth(header), ' ') + header};
  if (with_name_row) texts.emplace_back(width, ' ');
  texts.insert(texts.end(), values.begin(), values.end());
  return texts;
}

void InsertDots(size_t header_rows, std::vector<TextColumn>* columns) {
  for (size_t i = 0; i < columns->size(); ++i) {
    TextColumn& column = (*columns)[i];
    const int64_t width = TextWidth(column.back());
    TextColumn dots = {width > 3 ? "..." : ".."};
    PadTexts(i == 0, width, &dots);
    column.insert(column.begin() + header_rows + kShownOfMore, dots[0]);
  }
}

// Leaves out columns in the middle until a line fits; whether any had to go.
bool FitLine(std::vector<TextColumn>* columns) {
  std::vector<int64_t> widths;
  int64_t total = -1;
  for (const TextColumn& column : *columns) {
    int64_t width = 0;
    for (const std::string& text : column) width = std::max(width, TextWidth(text));
    widths.push_back(width);
    total += width + 1;
  }
  int64_t excess = total - kMaxLine + 1;
  if (excess <= 0) return false;
  constexpr int64_t kDots = 5;  // " ..." and the space behind
  excess += kDots;
  while (excess > 0 && widths.size() > 1) {
    // Python rounds half to even.
    const auto middle = widths.begin() + std::lrint(static_cast<double>(widths.size()) / 2);
    excess -= *middle + 1;
    widths.erase(middle);
  }
  const size_t kept = std::max<size_t>(widths.size() - 1, 2);
  if (kept >= columns->size() - 1) return false;
  const size_t side = kept / 2;
  std::vector<TextColumn> result(columns->begin(), columns->begin() + side + 1);
  result.emplace_back((*columns)[0].size(), " ...");
  result.insert(result.end(), columns->end() - side, columns->end());
  *columns = std::move(result);
  return true;
}

std::string PrintEmptyFrame(const Computed& computed) {
  std::string names;
  for (int i = computed.num_index; i < computed.table.schema.size(); ++i) {
    names += (i == computed.num_index ? "" : ", ") + PrintLabel(computed.table.schema.field(i).name);
  }
  return fmt::format("Empty DataFrame\nColumns: [{}]\nIndex: []", names);
}

Result<std::string> PrintFrame(const Computed& computed) {
  const int num_columns = computed.table.schema.size() - computed.num_index;
  if (computed.table.num_rows() == 0 || num_columns == 0) return PrintEmptyFrame(computed);
  const bool has_names = HasIndexNames(computed);
  ARROW_ASSIGN_OR_RAISE(TextColumn index, PrintIndex(computed, has_names, 1, true));
  index.insert(index.begin(), "");
  PadTexts(true, 0, &index);
  std::vector<TextColumn> columns = {std::move(index)};
  for (int i = computed.num_index; i < computed.table.schema.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(TextColumn column, PrintFrameColumn(computed, i, has_names));
    columns.push_back(std::move(column));
  }
  if (IsShortened(computed)) InsertDots(has_names ? 2 : 1, &columns);
  const bool is_narrowed = FitLine(&columns);
  std::string text = JoinLines(Adjoin(1, std::move(columns)));
  if (IsShortened(computed) || is_narrowed) text += fmt::format("\n\n[{} rows x {} columns]", computed.table.num_rows(), num_columns);
  return text;
}

}  // namespace

Result<std::string> PrintAsPandas(const Computed& computed) {
  switch (computed.shape) {
    case Collection::Shape::kFrame: return PrintFrame(computed);
    case Collection::Shape::kScalar: return PrintOneValue(computed.table.batches[0].columns[0], computed.table.schema.field(0).type, 0);
    case Collection::Shape::kSeries:
    case Collection::Shape::kIndex: return PrintSeries(computed);
  }
  return std::string();
}

}  // namespace cask
