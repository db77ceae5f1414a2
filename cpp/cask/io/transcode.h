// A stream of UTF-8 made of a stream in another encoding.
#pragma once

#include <memory>
#include <string>

#include "cask/base/error.h"

namespace arrow::io {
class InputStream;
}

namespace cask {

/// `encoding`: a name that Python knows, such as "utf-16" or "cp1252". A byte-order mark is honoured and taken out.
Result<std::shared_ptr<arrow::io::InputStream>> Transcode(std::shared_ptr<arrow::io::InputStream> stream, const std::string& encoding,
                                                          const std::string& path);

/// UTF-8 `text` in another encoding.
Result<std::string> EncodeText(const std::string& text, const std::string& encoding);

}  // namespace cask
