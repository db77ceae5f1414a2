// CASK_CHECK*: invariants that hold unless Cask itself is wrong. On in every build; a broken one prints both values and aborts.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

namespace cask::internal {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* what, const std::string& values) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s %s\n", file, line, what, values.c_str());
  std::abort();
}

}  // namespace cask::internal

#define CASK_CHECK(condition)                                                    \
  do {                                                                           \
    if (!(condition)) [[unlikely]]                                               \
      ::cask::internal::CheckFailed(__FILE__, __LINE__, #condition, "");         \
  } while (false)

#define CASK_CHECK_OP(a, op, b)                                                             \
  do {                                                                                      \
    if (!((a)op(b))) [[unlikely]]                                                           \
      ::cask::internal::CheckFailed(__FILE__, __LINE__, #a " " #op " " #b,                  \
                                    fmt::format("({} against {})", (a), (b)));              \
  } while (false)

#define CASK_CHECK_EQ(a, b) CASK_CHECK_OP(a, ==, b)
#define CASK_CHECK_NE(a, b) CASK_CHECK_OP(a, !=, b)
#define CASK_CHECK_LT(a, b) CASK_CHECK_OP(a, <, b)
#define CASK_CHECK_LE(a, b) CASK_CHECK_OP(a, <=, b)
#define CASK_CHECK_GT(a, b) CASK_CHECK_OP(a, >, b)
#define CASK_CHECK_GE(a, b) CASK_CHECK_OP(a, >=, b)

/// Aborts if an arrow::Status that cannot fail here has failed.
#define CASK_CHECK_OK(expression)                                                              \
  do {                                                                                         \
    ::arrow::Status _status = (expression);                                                    \
    if (!_status.ok()) [[unlikely]]                                                            \
      ::cask::internal::CheckFailed(__FILE__, __LINE__, #expression, _status.ToString());      \
  } while (false)
