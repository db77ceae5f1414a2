// The families of column functions. Each is a list of functions that live as long as the program.
#pragma once

#include <vector>

#include "cask/compute/column/function.h"

namespace cask {

using FunctionList = std::vector<const ColumnFunction*>;

FunctionList ArithmeticFunctions();   // add subtract multiply divide floordiv mod pow
FunctionList ComparisonFunctions();   // eq ne lt le gt ge
FunctionList LogicalFunctions();      // and or xor
FunctionList UnaryFunctions();        // neg pos abs invert round, sqrt and the other functions of one number
FunctionList MissingFunctions();      // isna notna fillna coalesce where mask clip
FunctionList MembershipFunctions();   // isin between
FunctionList BinFunctions();          // bin
FunctionList PositionFunctions();     // position
FunctionList CastFunctions();         // cast codes
FunctionList DateFunctions();         // dt.*
FunctionList StringFunctions();       // str.*

}  // namespace cask
