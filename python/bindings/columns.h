// Columns between Python and C++, without a copy where the layout allows.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>

#include "cask/api/compute.h"

namespace cask {

/// A column for Python: a NumPy array where the type has no validity bitmap (bools, numbers; times as int64 ticks), else an ArrowColumn,
/// which pyarrow.array() takes. The memory is shared.
nanobind::object ColumnToPython(const Column& column, const DType& type);

/// The type of a name, or of (name of the categories' type, categories or None, whether they are ordered): a categorical one.
DType TypeFromPython(nanobind::handle type);
/// Of a categorical type those three; None of others.
nanobind::object CategoriesToPython(const DType& type);

/// From a one-dimensional contiguous NumPy array of a fixed-width type, or from anything with `__arrow_c_array__`. The memory is shared.
/// A categorical column is given by its codes, int32, -1 being a missing one.
Column ColumnFromPython(nanobind::handle values, const DType& type);

/// {"shape", "num_index", "range_start", "num_rows", "columns": [(label, dtype, values), ...]}. The values of a categorical column are
/// (codes, name of the categories' type, categories, whether they are ordered).
nanobind::dict ComputedToPython(const Computed& computed);

void BindColumns(nanobind::module_& module);

}  // namespace cask
