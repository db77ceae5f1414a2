#include "cask/api/categorical.h"

#include "cask/base/pool.h"
#include "cask/compute/column/category_values.h"

namespace cask {

Result<DType> MakeCategoricalType(const DType& values, const std::optional<Column>& categories, bool is_ordered) {
  ARROW_RETURN_NOT_OK(CheckCategoryValues(values));
  Categories known{values, is_ordered, nullptr};
  if (categories) {
    FunctionOptions options;
    options.type = Kind::kString;
    known.texts = *categories;
    if (values != options.type) {
      ARROW_ASSIGN_OR_RAISE(known.texts, FindColumnFunction("cast")->Execute({*categories}, {values}, options.type, options, (*categories)->length, BufferPool()));
    }
  }
  return DType::Categorical(std::make_shared<const Categories>(std::move(known)));
}

Result<Column> CategoriesOf(const Column& dictionary, const DType& type) {
  return CategoryValues(dictionary, Categories::Of(type).values, BufferPool());
}

}  // namespace cask
