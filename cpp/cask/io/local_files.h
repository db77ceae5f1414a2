// Finding files of the local machine.
#pragma once

#include <string>
#include <vector>

#include "cask/io/files.h"

namespace cask {

/// The files that a path, a glob or a folder names, sorted by path within each. A path that does not exist is an error; a glob that
/// matches nothing gives nothing. In folders, files whose names start with . or _ are passed over.
Result<std::vector<InputFile>> FindLocalFiles(const std::string& input);

/// A file as it is now; an error where it is a folder, a pipe or the like.
Result<InputFile> LookAtLocalFile(const std::string& path);

/// Opens a local file for reading; errors are those of the operating system.
Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenLocalFile(const std::string& path);

}  // namespace cask
