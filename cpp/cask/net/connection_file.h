// The connection file: how clients and workers find a cluster and prove that they belong to it. Whoever can read it can use the cluster, so it is
// for its owner's eyes only.
#pragma once

#include <string>

#include "cask/base/error.h"
#include "cask/net/credentials.h"

namespace cask {

struct ConnectionFile {
  std::string address;  // of the scheduler: "node7:8786"
  Credentials worker;
  Credentials client;
};

/// Where the files of this user's clusters lie: $CASK_CLUSTERS, or .cask/clusters in the home folder, which machines of one site mostly share.
Result<std::string> ClusterFolder();

/// What a scheduler keeps for one that takes its place: its own credentials, in a file that is as private as the connection file and lies beside it.
Status WriteSchedulerFile(const std::string& folder, const std::string& address, const Credentials& scheduler);
/// Both files of a scheduler that ended without a word. Error if they are not there, or are not what they should be.
struct SchedulerRemains {
  ConnectionFile file;
  Credentials scheduler;
};
Result<SchedulerRemains> ReadSchedulerRemains(const std::string& folder, const std::string& address);
/// Removes both files.
void RemoveClusterFiles(const std::string& folder, const std::string& address);

/// The file of the cluster at that address.
std::string ConnectionFilePath(const std::string& folder, const std::string& address);

/// Writes it to ConnectionFilePath(folder, file.address), instead of one that is there: whole or not at all, with mode 0600. The folder is made, with
/// mode 0700, if it is not there; one that others may read or that is not this user's is an error.
Status WriteConnectionFile(const std::string& folder, const ConnectionFile& file);

/// Error if there is none, if others may read it, if it is not this user's, or if it does not hold what it should.
Result<ConnectionFile> ReadConnectionFile(const std::string& path);

}  // namespace cask
