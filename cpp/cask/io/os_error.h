// Errors of the operating system as the exceptions that Python would raise for them.
#pragma once

#include <string>

#include "cask/base/error.h"

namespace cask {

/// "cannot open: /data/7.csv: No such file or directory", of the kind that `code` (an errno) calls for.
Status ErrorOfOS(int code, const char* what, const std::string& path);

}  // namespace cask
