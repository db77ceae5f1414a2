#include "cask/api/default_cluster.h"

#include <unistd.h>

#include <mutex>

#include "cask/cluster/message_link.h"
#include "cask/cluster/node.h"

namespace cask {
namespace {

struct Choice {
  std::mutex mutex;
  std::shared_ptr<ClusterClient> cluster;
  int process = 0;  // that has chosen: the connection of a fork's parent is not the fork's
};

// Never destroyed: computations may run until the last moment.
Choice& TheChoice() {
  static auto* choice = new Choice;
  return *choice;
}

}  // namespace

std::shared_ptr<ClusterClient> DefaultCluster() {
  Choice& choice = TheChoice();
  std::lock_guard lock(choice.mutex);
  return choice.process == ::getpid() ? choice.cluster : nullptr;
}

void SetDefaultCluster(std::shared_ptr<ClusterClient> cluster) {
  Choice& choice = TheChoice();
  std::lock_guard lock(choice.mutex);
  choice.process = ::getpid();
  choice.cluster.swap(cluster);  // so that the old one ends without the lock
}

Result<std::shared_ptr<ClusterClient>> ConnectToCluster(const std::string& address_or_file, const ClusterClientOptions& options) {
  ARROW_ASSIGN_OR_RAISE(const ConnectionFile file, FindConnectionFile(address_or_file));
  ARROW_ASSIGN_OR_RAISE(auto transport, Transport::Make(file.client, {.max_unsent_bytes = kMaxUnsentBytes}));
  return ClusterClient::Connect(file.address, std::move(transport), options);
}

}  // namespace cask
