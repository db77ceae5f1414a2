// The values that categories are, beneath the texts that hold them, and the order of categories (data/categories.h).
#pragma once

#include <vector>

#include "cask/compute/column/function.h"
#include "cask/data/categories.h"

namespace cask {

/// Error where values of that type cannot be held as categories.
Status CheckCategoryValues(const DType& values);

/// Texts of categories, missing ones among them perhaps, as a column of the categories' own type.
Result<Column> CategoryValues(const Column& texts, const DType& values, arrow::MemoryPool* pool);

/// Whether one category is less than another of the same type of values, both as texts hold them.
bool IsLessCategory(std::string_view a, std::string_view b, const DType& values);

/// Of each position in the column's dictionary its place in the order of the categories.
std::vector<int32_t> CategoryRanks(const Column& column, const DType& type);

/// The column with its categories in their order: those of the type where it knows them, else those of the column's dictionary.
Result<Column> WithCategoriesInOrder(const Column& column, const DType& type, arrow::MemoryPool* pool);

/// The categories of `from` replaced by those of `to`, which knows them; values that are not among them are missing.
Result<Column> ChangeCategories(const Column& column, const DType& from, const DType& to, arrow::MemoryPool* pool);

/// The position in a dictionary of the category that equals the literal; -1 if none does.
Result<int32_t> FindCategory(const Column& dictionary, const DType& type, const Literal& literal, arrow::MemoryPool* pool);

}  // namespace cask
