// Categories: what a categorical type knows besides that its values are few: pandas' CategoricalDtype.
//
// A column of kCategory holds codes into a dictionary of texts, whatever the type of its categories is: the number 2 is held as "2", a
// time as pandas writes it. The dictionary of a column is in any order, that of first appearance mostly, and only where it is known
// beforehand which categories there are does their order mean something: then `texts` has it. Otherwise categories are those that the
// data has, in the order of their values.
#pragma once

#include <memory>

#include "cask/data/dtype.h"

namespace cask {

struct Categories {
  DType values = Kind::kString;              // the type that pandas gives the categories
  bool is_ordered = false;
  std::shared_ptr<arrow::ArrayData> texts;   // large_string, in order; null: not known before the data

  /// Of a type of kCategory; plain "category" has texts that are not known.
  static const Categories& Of(const DType& type);
  bool operator==(const Categories& other) const;
};

}  // namespace cask
