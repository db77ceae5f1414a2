// Columns for tests, made from their values.
#pragma once

#include <arrow/array/builder_binary.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cask/data/batch.h"

namespace cask::test {

inline Column Texts(const std::vector<std::string>& values) {
  arrow::LargeStringBuilder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return builder.Finish().ValueOrDie()->data();
}

}  // namespace cask::test
