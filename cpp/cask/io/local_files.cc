#include "cask/io/local_files.h"

#include <arrow/io/file.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cask/io/glob.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

std::string Absolute(std::string path) {
  const char* home = std::getenv("HOME");
  if (home != nullptr && (path == "~" || path.substr(0, 2) == "~/")) path = home + path.substr(1);
  if (!path.empty() && path[0] == '/') return path;
  char folder[4096];
  if (::getcwd(folder, sizeof(folder)) == nullptr) return path;
  while (path.substr(0, 2) == "./") path.erase(0, 2);
  return std::string(folder) + "/" + path;
}

InputFile Describe(const std::string& path, const struct stat& facts) {
  return {path, static_cast<int64_t>(facts.st_size), static_cast<int64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

// Visits what a folder holds: `visit` gets each path and facts, and says whether to go into it if it is a folder.
template <typename Visit>
Status Walk(const std::string& folder, Visit visit) {
  DIR* directory = ::opendir(folder.c_str());
  if (directory == nullptr) return errno == ENOENT ? Status::OK() : ErrorOfOS(errno, "cannot list", folder);
  std::vector<std::string> folders;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const std::string path = (folder == "/" ? "" : folder) + "/" + name;
    struct stat facts;
    if (::stat(path.c_str(), &facts) != 0) continue;  // a dangling link, or gone meanwhile
    if (visit(path, name, facts)) folders.push_back(path);
  }
  ::closedir(directory);
  for (const std::string& inner : folders) ARROW_RETURN_NOT_OK(Walk(inner, visit));
  return Status::OK();
}

void SortByPath(std::vector<InputFile>* files) {
  std::sort(files->begin(), files->end(), [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
}

Result<std::vector<InputFile>> FindByGlob(const std::string& pattern) {
  std::vector<InputFile> files;
  const bool is_deep = IsDeepGlob(pattern);
  const auto depth = std::count(pattern.begin(), pattern.end(), '/');
  ARROW_RETURN_NOT_OK(Walk(GlobRoot(pattern), [&](const std::string& path, const std::string&, const struct stat& facts) {
    if (S_ISREG(facts.st_mode) && GlobMatches(pattern, path)) files.push_back(Describe(path, facts));
    return S_ISDIR(facts.st_mode) && (is_deep || std::count(path.begin(), path.end(), '/') < depth);
  }));
  SortByPath(&files);
  return files;
}

Result<std::vector<InputFile>> FindInFolder(const std::string& folder) {
  std::vector<InputFile> files;
  ARROW_RETURN_NOT_OK(Walk(folder, [&](const std::string& path, const std::string& name, const struct stat& facts) {
    const bool is_hidden = name[0] == '.' || name[0] == '_';
    if (S_ISREG(facts.st_mode) && !is_hidden) files.push_back(Describe(path, facts));
    return S_ISDIR(facts.st_mode) && !is_hidden;
  }));
  SortByPath(&files);
  if (files.empty()) return OSError("{} is a folder without files", folder);
  return files;
}

}  // namespace

Result<std::vector<InputFile>> FindLocalFiles(const std::string& input) {
  std::string path = Absolute(input);
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  struct stat facts;
  // A file whose name looks like a pattern is that file.
  if (::stat(path.c_str(), &facts) != 0) {
    if (HasGlob(path)) return FindByGlob(path);
    return ErrorOfOS(errno, "cannot find", input);
  }
  if (S_ISDIR(facts.st_mode)) return FindInFolder(path);
  if (!S_ISREG(facts.st_mode)) return OSError("{} is not a regular file", input);
  return std::vector<InputFile>{Describe(path, facts)};
}

Result<InputFile> LookAtLocalFile(const std::string& path) {
  struct stat facts;
  if (::stat(path.c_str(), &facts) != 0) return ErrorOfOS(errno, "cannot find", path);
  if (!S_ISREG(facts.st_mode)) return OSError("{} is not a regular file", path);
  return Describe(path, facts);
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenLocalFile(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return ErrorOfOS(errno, "cannot open", path);
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(descriptor));
  return file;
}

}  // namespace cask
