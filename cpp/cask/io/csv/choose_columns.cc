#include "cask/io/csv/choose_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cask/data/label.h"

namespace cask {
namespace {

std::string Quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += IntegerOfLabel(name) ? PrintLabel(name) : "'" + PrintLabel(name) + "'";
  }
  return "[" + text + "]";
}

// The names of all fields after the leading ones.
Result<std::vector<std::string>> NamesOf(const CsvHead& head, const CsvOptions& options, int width) {
  if (options.names.has_value()) return *options.names;
  if (head.has_header) return ColumnNamesOf(head.header);
  std::vector<std::string> names;
  for (int i = 0; i < width; ++i) names.push_back(options.text_labels ? fmt::format("{}", i) : IntegerLabel(i));
  return names;
}

// Positions among `names`, ascending.
Result<std::vector<int>> Positions(const std::vector<CsvColumnRef>& columns, const std::vector<std::string>& names) {
  std::vector<int> positions;
  std::vector<std::string> absent;
  for (const CsvColumnRef& column : columns) {
    if (const int* position = std::get_if<int>(&column)) {
      if (*position < 0 || *position >= static_cast<int>(names.size())) {
        return ParserError("Defining usecols with out-of-bounds indices is not allowed. [{}] are out-of-bounds.", *position);
      }
      positions.push_back(*position);
      continue;
    }
    const auto found = std::find(names.begin(), names.end(), std::get<std::string>(column));
    if (found == names.end()) {
      absent.push_back(std::get<std::string>(column));
    } else {
      positions.push_back(static_cast<int>(found - names.begin()));
    }
  }
  if (!absent.empty()) return ValueError("Usecols do not match columns, columns expected but not found: {}", Quoted(absent));
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

// The column of that label, or at that position where no label is that integer; -1 if there is none.
int PlaceOf(const CsvColumnRef& column, const std::vector<std::string>& names) {
  const int* position = std::get_if<int>(&column);
  const std::string label = position != nullptr ? IntegerLabel(*position) : std::get<std::string>(column);
  const auto found = std::find(names.begin(), names.end(), label);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  return position != nullptr && *position >= 0 && *position < static_cast<int>(names.size()) ? *position : -1;
}

// Names given for just the columns that are used, by position.
bool NamesAreOfUsedColumns(const CsvOptions& options, int width) {
  if (!options.names.has_value() || !options.use_columns.has_value()) return false;
  if (options.names->size() != options.use_columns->size() || static_cast<int>(options.names->size()) >= width) return false;
  return std::all_of(options.use_columns->begin(), options.use_columns->end(),
                     [](const CsvColumnRef& column) { return std::holds_alternative<int>(column); });
}

Status ChooseIndex(const CsvOptions& options, CsvChosenColumns* chosen) {
  if (!options.index_col.has_value() || options.index_col->empty()) {
    for (int i = 0; i < chosen->num_leading; ++i) chosen->index_columns.push_back(i);
    return Status::OK();
  }
  for (const CsvColumnRef& column : *options.index_col) {
    ARROW_ASSIGN_OR_RAISE(const std::vector<int> positions, Positions({column}, chosen->names));
    chosen->index_columns.push_back(positions[0]);
  }
  return Status::OK();
}

}  // namespace

Result<CsvChosenColumns> ChooseCsvColumns(const CsvHead& head, const CsvOptions& options) {
  CsvChosenColumns chosen;
  const int row_width = head.has_row ? static_cast<int>(head.first_row.size()) : 0;
  ARROW_ASSIGN_OR_RAISE(chosen.header_names, NamesOf(head, options, row_width));
  if (NamesAreOfUsedColumns(options, row_width)) {
    ARROW_ASSIGN_OR_RAISE(chosen.fields, Positions(*options.use_columns, std::vector<std::string>(row_width)));
    chosen.names = *options.names;
    chosen.header_names.resize(row_width);
    chosen.num_fields = row_width;
    ARROW_RETURN_NOT_OK(ChooseIndex(options, &chosen));
    return chosen;
  }
  const auto num_names = static_cast<int>(chosen.header_names.size());
  const bool allows_index = !options.index_col.has_value() || !options.index_col->empty();
  if (row_width > num_names && allows_index && !options.use_columns.has_value()) chosen.num_leading = row_width - num_names;
  chosen.num_fields = std::max(num_names + chosen.num_leading, 1);
  for (int i = 0; i < chosen.num_leading; ++i) {
    chosen.names.push_back("");
    chosen.fields.push_back(i);
  }
  std::vector<int> used(num_names);
  std::iota(used.begin(), used.end(), 0);
  if (options.use_columns.has_value()) {
    ARROW_ASSIGN_OR_RAISE(used, Positions(*options.use_columns, chosen.header_names));
  }
  for (int position : used) {
    chosen.names.push_back(chosen.header_names[position]);
    chosen.fields.push_back(position + chosen.num_leading);
  }
  ARROW_RETURN_NOT_OK(ChooseIndex(options, &chosen));
  return chosen;
}

Result<std::vector<int>> MatchHeaders(const std::vector<std::string>& first, const std::vector<std::string>& other,
                                      const std::string& first_path, const std::string& other_path) {
  std::unordered_map<std::string_view, int> place_of;
  for (size_t i = 0; i < other.size(); ++i) place_of.emplace(other[i], static_cast<int>(i));
  std::vector<int> place;
  std::vector<std::string> absent;
  for (const std::string& name : first) {
    const auto found = place_of.find(name);
    if (found == place_of.end()) {
      absent.push_back(name);
    } else {
      place.push_back(found->second);
      place_of.erase(found);
    }
  }
  std::vector<std::string> extra;
  for (const std::string& name : other) {
    if (place_of.count(name) > 0) extra.push_back(name);
  }
  if (absent.empty() && extra.empty()) return place;
  return ValueError("The columns of {} do not match those of {}: it lacks {} and has {} besides", other_path, first_path, Quoted(absent),
                    Quoted(extra));
}

bool IsDateColumn(const CsvOptions& options, const std::vector<std::string>& names, int column, const std::vector<int>& index_columns) {
  if (options.parse_index_dates && std::find(index_columns.begin(), index_columns.end(), column) != index_columns.end()) return true;
  for (const CsvColumnRef& date : options.parse_dates) {
    if (PlaceOf(date, names) == column) return true;
  }
  return false;
}

Status CheckDateColumns(const CsvOptions& options, const std::vector<std::string>& names) {
  std::vector<std::string> absent;
  for (const CsvColumnRef& date : options.parse_dates) {
    if (PlaceOf(date, names) >= 0) continue;
    const auto* name = std::get_if<std::string>(&date);
    absent.push_back(name != nullptr ? *name : fmt::format("{}", std::get<int>(date)));
  }
  if (absent.empty()) return Status::OK();
  std::string list;
  for (const std::string& name : absent) list += (list.empty() ? "" : ", ") + name;
  return ValueError("Missing column provided to 'parse_dates': '{}'", list);
}

}  // namespace cask
