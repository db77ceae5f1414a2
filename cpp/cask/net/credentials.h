// Who may speak in a cluster: certificates by which processes know each other.
//
// A cluster has an authority of its own, made when its scheduler first starts, and each process a certificate that the authority signed and that names
// its role. Nothing else is trusted, so it matters neither what the machines are called nor what certificates they know otherwise.
#pragma once

#include <memory>
#include <string>

#include "cask/base/error.h"

namespace cask {

enum class Role : uint8_t { kScheduler, kWorker, kClient };
inline constexpr int kNumRoles = 3;

/// "scheduler", "worker", "client": what the certificate is called.
std::string RoleName(Role role);
/// Error if no role is called that.
Result<Role> ParseRole(const std::string& name);

/// In PEM.
struct Credentials {
  std::string certificate;
  std::string key;        // a secret
  std::string authority;  // the certificate that has signed all others of the cluster
};

/// The secret behind a cluster.
class ClusterAuthority {
 public:
  static Result<ClusterAuthority> Make();
  /// A new certificate. It holds for ten years.
  Result<Credentials> Issue(Role role) const;

  ClusterAuthority(ClusterAuthority&&) noexcept;
  ClusterAuthority& operator=(ClusterAuthority&&) noexcept;
  ~ClusterAuthority();

 private:
  struct Secret;
  explicit ClusterAuthority(std::unique_ptr<Secret> secret);

  std::unique_ptr<Secret> secret_;
};

}  // namespace cask
