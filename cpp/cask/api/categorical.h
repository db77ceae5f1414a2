// Categorical types as pandas' users give and see them: by the values of the categories.
#pragma once

#include <optional>

#include "cask/data/batch.h"
#include "cask/data/categories.h"

namespace cask {

/// `categories`: in order, of type `values`, none missing; nothing where the data will say which there are.
Result<DType> MakeCategoricalType(const DType& values, const std::optional<Column>& categories, bool is_ordered);

/// The categories of a dictionary of a column of `type`, as values of their own type.
Result<Column> CategoriesOf(const Column& dictionary, const DType& type);

}  // namespace cask
