// Where collections are computed: on the cluster of the client that was made the default last, or by the engine of this process.
#pragma once

#include <memory>
#include <string>

#include "cask/cluster/cluster_client.h"

namespace cask {

/// Null where this process computes itself.
std::shared_ptr<ClusterClient> DefaultCluster();
/// From now on collections are computed there; null: by this process. Thread-safe.
void SetDefaultCluster(std::shared_ptr<ClusterClient> cluster);

/// Connects to the cluster whose scheduler is at that address, or that has that connection file.
Result<std::shared_ptr<ClusterClient>> ConnectToCluster(const std::string& address_or_file, const ClusterClientOptions& options = {});

}  // namespace cask
