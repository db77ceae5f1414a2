// The values of a column as pandas prints them in a frame, a series or an index.
#pragma once

#include <string>
#include <vector>

#include "cask/data/batch.h"

namespace cask {

/// Columns of text that are to stand beside each other, padded to one width each.
using TextColumn = std::vector<std::string>;

/// Characters, not bytes.
int64_t TextWidth(const std::string& text);
/// Cuts texts of more than 50 characters.
void CutTexts(TextColumn* texts);
/// Pads all to one width, `min_width` at least.
void PadTexts(bool to_the_left, int64_t min_width, TextColumn* texts);
/// Pads with spaces on both sides, as Python's str.center.
std::string CenteredText(const std::string& text, int64_t width);

/// Not padded. Most begin with a space where a minus sign would stand.
Result<TextColumn> PrintValues(const Column& column, const DType& type);
/// Of an index: padded, without the space. `is_cut`: long texts are cut, as in frames.
Result<TextColumn> PrintIndexValues(const Column& column, const DType& type, bool is_cut);
/// By themselves, as str() of them; missing ones are empty.
Result<TextColumn> PlainTexts(const Column& column, const DType& type);
/// One value by itself, as str() of it.
Result<std::string> PrintOneValue(const Column& column, const DType& type, int64_t row);

}  // namespace cask
