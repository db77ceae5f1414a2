#include "cask/io/remote_files.h"

#include <arrow/filesystem/azurefs.h>
#include <arrow/filesystem/filesystem.h>
#include <dlfcn.h>

#include <any>
#include <cstdlib>
#include <mutex>

#include "cask/io/glob.h"
#include "cask/io/store_address.h"

namespace cask {
namespace {

using arrow::fs::FileInfo;
using arrow::fs::FileSelector;
using arrow::fs::FileSystem;
using arrow::fs::FileType;

std::string SchemeOf(const std::string& path) {
  const size_t end = path.find("://");
  return end == std::string::npos ? "" : path.substr(0, end);
}

arrow::Status (*finalize_s3)() = nullptr;

// Arrow's S3 support is a library of its own beside Arrow's; it takes long to load, so it is loaded when it is needed.
Status LoadS3() {
  static std::once_flag once;
  static Status status;
  std::call_once(once, [] {
    Dl_info arrow;
    if (::dladdr(reinterpret_cast<void*>(&arrow::fs::LoadFileSystemFactories), &arrow) == 0) {
      status = OSError("cannot find where Arrow's libraries are");
      return;
    }
    const std::string library = arrow.dli_fname;
    const std::string folder = library.substr(0, library.rfind('/') + 1);
    const std::string s3 = folder + "libarrow_s3.so.2600";
    status = arrow::fs::LoadFileSystemFactories(s3.c_str());
    void* handle = status.ok() ? ::dlopen(s3.c_str(), RTLD_NOW | RTLD_NOLOAD) : nullptr;
    if (handle == nullptr) return;
    finalize_s3 = reinterpret_cast<arrow::Status (*)()>(::dlsym(handle, "_ZN5arrow2fs17EnsureS3FinalizedEv"));  // arrow::fs::EnsureS3Finalized()
  });
  return status;
}

// S3's threads must end before its statics do. These come to be with the first S3 store, and end in reverse order: so this goes after it.
void FinalizeS3AtExit() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (finalize_s3 != nullptr) std::atexit([] { static_cast<void>(finalize_s3()); });
  });
}

Result<std::shared_ptr<FileSystem>> OpenWithAccountKey(const StoreAddress& address) {
  std::string path;
  ARROW_ASSIGN_OR_RAISE(auto options, arrow::fs::AzureOptions::FromUri(address.uri, &path));
  ARROW_RETURN_NOT_OK(options.ConfigureAccountKeyCredential(address.account_key));
  return arrow::fs::AzureFileSystem::Make(options);
}

Result<std::shared_ptr<FileSystem>> OpenAt(const StoreAddress& address) {
  if (!address.account_key.empty()) return OpenWithAccountKey(address);
  arrow::fs::FileSystemFactoryOptions more;
  if (address.is_anonymous) more.emplace_back("anonymous", std::any(true));
  if (!address.session_token.empty()) more.emplace_back("session_token", std::any(address.session_token));
  return more.empty() ? arrow::fs::FileSystemFromUri(address.uri) : arrow::fs::FileSystemFromUriAndOptions(address.uri, more);
}

Result<std::shared_ptr<FileSystem>> OpenStore(const std::string& input, const StorageOptions& options) {
  const std::string scheme = SchemeOf(input);
  const std::string rest = input.substr(scheme.size() + 3);
  const std::string host = rest.substr(0, rest.find('/'));
  ARROW_ASSIGN_OR_RAISE(const StoreAddress address, AddressOfStore(scheme, host, options));
  if (scheme == "s3") ARROW_RETURN_NOT_OK(LoadS3());
  Result<std::shared_ptr<FileSystem>> store = OpenAt(address);
  if (scheme == "s3") FinalizeS3AtExit();
  if (store.ok()) return store;
  const std::string& message = store.status().message();
  if (message.starts_with("Unable to load lib")) {  // and then every place where it is not
    return OSError("cannot reach {}: {}. HDFS needs Java and Hadoop's libhdfs; say where they are in the environment variables JAVA_HOME, "
                   "HADOOP_HOME and CLASSPATH", input, message.substr(0, message.find('\n')));
  }
  return WithNote(store.status(), fmt::format("connecting to the store of {}", input));
}

// How the store names what a URI names: s3://bucket/key is bucket/key, hdfs://host/path is /path.
std::string StorePath(const std::string& input) {
  const std::string scheme = SchemeOf(input);
  const std::string rest = input.substr(scheme.size() + 3);
  if (scheme == "hdfs" || scheme == "viewfs") return rest.substr(std::min(rest.find('/'), rest.size()));
  const size_t at = rest.find('@');  // abfs://container@account.dfs.core.windows.net/path
  if (at != std::string::npos && at < rest.find('/')) return rest.substr(0, at) + rest.substr(std::min(rest.find('/'), rest.size()));
  return rest;
}

// How a user names what the store calls `store_path`, given another URI of the same place: the inverse of StorePath.
std::string ShownPath(const std::string& input, const std::string& store_path) {
  const size_t host = SchemeOf(input).size() + 3;
  const size_t at = input.find('@', host), slash = input.find('/', host);
  if (at != std::string::npos && at < slash) return input.substr(0, slash) + store_path.substr(std::min(store_path.find('/'), store_path.size()));
  return input.substr(0, input.find(StorePath(input), host)) + store_path;
}

InputFile Describe(const FileInfo& info, std::string shown) {
  const int64_t mtime = info.mtime() == arrow::fs::kNoTime ? 0 : info.mtime().time_since_epoch().count();
  return {std::move(shown), info.size(), mtime};
}

Status Found(const FileInfo& info, const std::string& input, RemoteFiles* files) {
  files->files.push_back(Describe(info, ShownPath(input, info.path())));
  files->store_paths.push_back(info.path());
  return Status::OK();
}

bool IsHidden(const std::string& path) {
  const char first = path[path.rfind('/') + 1];
  return first == '.' || first == '_';
}

Status FindOne(const std::string& input, RemoteFiles* files) {
  std::string path = StorePath(input);
  while (!path.empty() && path.back() == '/') path.pop_back();
  const bool is_glob = HasGlob(path);
  FileSelector selector;
  selector.recursive = true;
  selector.base_dir = path;
  if (is_glob) {
    selector.base_dir = GlobRoot(path);
    selector.recursive = IsDeepGlob(path) || path.find('/', path.find_first_of("*?[")) != std::string::npos;
  } else {
    ARROW_ASSIGN_OR_RAISE(const FileInfo info, files->filesystem->GetFileInfo(path));
    if (info.type() == FileType::File) return Found(info, input, files);
    if (info.type() == FileType::NotFound) return FileNotFoundError("cannot find {}: No such file or directory", input);
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<FileInfo> infos, files->filesystem->GetFileInfo(selector));
  std::sort(infos.begin(), infos.end(), [](const FileInfo& a, const FileInfo& b) { return a.path() < b.path(); });
  for (const FileInfo& info : infos) {
    if (info.type() != FileType::File || !(is_glob ? GlobMatches(path, info.path()) : !IsHidden(info.path()))) continue;
    ARROW_RETURN_NOT_OK(Found(info, input, files));
  }
  return Status::OK();
}

}  // namespace

bool IsRemote(const std::string& path) {
  const std::string scheme = SchemeOf(path);
  return !scheme.empty() && scheme != "file";
}

namespace {

Result<RemoteFiles> OpenStoreOf(const std::vector<std::string>& inputs, const StorageOptions& options) {
  const std::string scheme = SchemeOf(inputs[0]);
  for (const std::string& input : inputs) {
    if (SchemeOf(input) != scheme) return ValueError("files of different stores cannot be read together: {} and {}", inputs[0], input);
  }
  RemoteFiles files;
  ARROW_ASSIGN_OR_RAISE(files.filesystem, OpenStore(scheme == "s3a" ? "s3" + inputs[0].substr(3) : inputs[0], options));
  return files;
}

}  // namespace

Result<RemoteFiles> FindRemoteFiles(const std::vector<std::string>& inputs, const StorageOptions& options) {
  ARROW_ASSIGN_OR_RAISE(RemoteFiles files, OpenStoreOf(inputs, options));
  for (const std::string& input : inputs) ARROW_RETURN_NOT_OK(FindOne(input, &files));
  return files;
}

Result<RemoteFiles> RemoteFilesOf(std::vector<InputFile> given, const StorageOptions& options) {
  std::vector<std::string> paths;
  for (const InputFile& file : given) paths.push_back(file.path);
  ARROW_ASSIGN_OR_RAISE(RemoteFiles files, OpenStoreOf(paths, options));
  for (const std::string& path : paths) files.store_paths.push_back(StorePath(path));
  files.files = std::move(given);
  return files;
}

Result<InputFile> LookAtRemoteFile(FileSystem* filesystem, const std::string& path, const std::string& store_path) {
  ARROW_ASSIGN_OR_RAISE(const FileInfo info, filesystem->GetFileInfo(store_path));
  if (info.type() == FileType::File) return Describe(info, path);
  return FileNotFoundError("cannot find {}: No such file or directory", path);
}

}  // namespace cask
