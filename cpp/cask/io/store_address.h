// From a path's scheme and host, and the storage options that fsspec's users know, to what Arrow opens a store by. Pure functions.
#pragma once

#include <string>

#include "cask/io/files.h"

namespace cask {

struct StoreAddress {
  std::string uri;
  // What Arrow takes beside the URI only.
  bool is_anonymous = false;   // of S3
  std::string session_token;   // of S3
  std::string account_key;     // of Azure
};

/// Where the store is that paths of that scheme and host ("bucket", "container@account.dfs.core.windows.net", "node:8020") lie in.
/// A ValueError names the scheme, or the option and its store, that is not known.
Result<StoreAddress> AddressOfStore(const std::string& scheme, const std::string& host, const StorageOptions& options);

}  // namespace cask
