// A stream of UTF-8 made of a stream in another encoding.
#pragma once

#include <memory>
#include <string>

#include "cask/base/error.h"

namespace arrow::io {
class InputStream;
}

namespace cask {

/// The one name that Cask knows an encoding by, of those that Python knows it by: "utf-8", "utf-8-sig", "ascii", "iso8859-1" (latin-1),
/// "utf-16-le", "cp1252", ... Case, and which of - and _ it is, do not matter.
std::string CanonicalEncoding(const std::string& name);

/// `encoding`: a name that Python knows, such as "utf-16" or "cp1252". A byte-order mark is honoured and taken out.
Result<std::shared_ptr<arrow::io::InputStream>> Transcode(std::shared_ptr<arrow::io::InputStream> stream, const std::string& encoding,
                                                          const std::string& path);

/// UTF-8 `text` in another encoding.
Result<std::string> EncodeText(const std::string& text, const std::string& encoding);

}  // namespace cask
