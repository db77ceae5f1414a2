#include "cask/net/connection_file.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cask/base/descriptor.h"
#include "cask/io/os_error.h"

namespace cask {
namespace {

constexpr int64_t kMaxBytes = 64 << 10;
constexpr mode_t kOfOthers = S_IRWXG | S_IRWXO;

Status CheckIsPrivate(const struct stat& status, const std::string& path, const char* mode) {
  if (status.st_uid != ::geteuid()) return PermissionError("{} belongs to another user", path);
  if ((status.st_mode & kOfOthers) == 0) return Status::OK();
  return PermissionError("{} holds the keys of a cluster, and others may read it: chmod {} {}", path, mode, path);
}

Status MakePrivateFolder(const std::string& folder) {
  std::error_code error;
  const auto parent = std::filesystem::path(folder).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return ErrorOfOS(errno, "cannot make", folder);
  struct stat status;
  if (::stat(folder.c_str(), &status) != 0) return ErrorOfOS(errno, "cannot look at", folder);
  if (!S_ISDIR(status.st_mode)) return OSError("{} is no folder", folder);
  return CheckIsPrivate(status, folder, "700");
}

Status WriteAll(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrorOfOS(errno, "cannot write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd) != 0) return ErrorOfOS(errno, "cannot write", path);
  return Status::OK();
}

Status WriteNew(const std::string& path, const std::string& text) {
  ::unlink(path.c_str());  // what a writer left that was killed
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return ErrorOfOS(errno, "cannot make", path);
  return WriteAll(file.get(), text, path);
}

Result<std::string> ReadPrivate(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return FileNotFoundError("there is no cluster's connection file {}", path);
  struct stat status;
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return ErrorOfOS(errno, "cannot read", path);
  ARROW_RETURN_NOT_OK(CheckIsPrivate(status, path, "600"));
  if (!S_ISREG(status.st_mode) || status.st_size > kMaxBytes) return ValueError("{} is no connection file", path);
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrorOfOS(errno, "cannot read", path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  return text;
}

nlohmann::json ToJson(const Credentials& credentials) {
  return {{"certificate", credentials.certificate}, {"key", credentials.key}, {"authority", credentials.authority}};
}

Credentials CredentialsFrom(const nlohmann::json& json) {
  return {json.at("certificate").get<std::string>(), json.at("key").get<std::string>(), json.at("authority").get<std::string>()};
}

}  // namespace

Result<std::string> ClusterFolder() {
  if (const char* given = std::getenv("CASK_CLUSTERS"); given != nullptr && *given != '\0') return given;
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const passwd* user = ::getpwuid(::geteuid());
    home = user == nullptr ? nullptr : user->pw_dir;
  }
  if (home == nullptr) return OSError("this user has no home folder: set CASK_CLUSTERS to the folder for the files of clusters");
  return std::string(home) + "/.cask/clusters";
}

std::string ConnectionFilePath(const std::string& folder, const std::string& address) {
  std::string name = address;
  std::replace(name.begin(), name.end(), '/', '_');
  return folder + "/" + name + ".json";
}

namespace {

std::string SchedulerFilePath(const std::string& folder, const std::string& address) { return ConnectionFilePath(folder, address + ".scheduler"); }

Status WriteWhole(const std::string& folder, const std::string& path, const nlohmann::json& json) {
  ARROW_RETURN_NOT_OK(MakePrivateFolder(folder));
  const std::string unfinished = path + ".new";
  ARROW_RETURN_NOT_OK(WriteNew(unfinished, json.dump(2) + "\n"));
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) return ErrorOfOS(errno, "cannot write", path);
  return Status::OK();
}

}  // namespace

Status WriteConnectionFile(const std::string& folder, const ConnectionFile& file) {
  const nlohmann::json json = {{"address", file.address}, {"worker", ToJson(file.worker)}, {"client", ToJson(file.client)}};
  return WriteWhole(folder, ConnectionFilePath(folder, file.address), json);
}

Status WriteSchedulerFile(const std::string& folder, const std::string& address, const Credentials& scheduler) {
  return WriteWhole(folder, SchedulerFilePath(folder, address), ToJson(scheduler));
}

Result<SchedulerRemains> ReadSchedulerRemains(const std::string& folder, const std::string& address) {
  SchedulerRemains remains;
  ARROW_ASSIGN_OR_RAISE(remains.file, ReadConnectionFile(ConnectionFilePath(folder, address)));
  ARROW_ASSIGN_OR_RAISE(const std::string text, ReadPrivate(SchedulerFilePath(folder, address)));
  try {
    remains.scheduler = CredentialsFrom(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception&) {
    return ValueError("{} holds no credentials", SchedulerFilePath(folder, address));
  }
  if (remains.scheduler.authority != remains.file.worker.authority) return ValueError("the files of {} are of two clusters", address);
  return remains;
}

void RemoveClusterFiles(const std::string& folder, const std::string& address) {
  ::unlink(ConnectionFilePath(folder, address).c_str());
  ::unlink(SchedulerFilePath(folder, address).c_str());
}

Result<ConnectionFile> ReadConnectionFile(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const std::string text, ReadPrivate(path));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  try {
    return ConnectionFile{json.at("address").get<std::string>(), CredentialsFrom(json.at("worker")), CredentialsFrom(json.at("client"))};
  } catch (const nlohmann::json::exception&) {
    return ValueError("{} is no connection file: the scheduler writes it anew when it starts", path);
  }
}

}  // namespace cask
