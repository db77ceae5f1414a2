#include "cask/net/credentials.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

namespace cask {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

constexpr std::array<const char*, kNumRoles> kRoleNames = {"scheduler", "worker", "client"};
constexpr long kSecondsOfLife = 10L * 366 * 24 * 3600;
constexpr long kSecondsBefore = 24 * 3600;  // clocks of machines differ

Status Failed(const char* what) {
  char reason[256];
  ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
  return InternalError("OpenSSL cannot {}: {}", what, reason);
}

template <typename Write>
Result<std::string> ToPem(Write write) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (memory == nullptr || write(memory.get()) != 1) return Failed("write PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

Result<std::string> CertificatePem(X509* certificate) {
  return ToPem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

Result<std::string> KeyPem(EVP_PKEY* key) {
  return ToPem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

Status AddExtension(X509* certificate, X509* issuer, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, what, value));
  if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1) return Failed("extend a certificate");
  return Status::OK();
}

Status Name(X509_NAME* name, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes, static_cast<int>(text.size()), -1, 0) != 1) return Failed("name a certificate");
  return Status::OK();
}

// Signed by `issuer`, or by itself if there is none.
Result<Certificate> MakeCertificate(EVP_PKEY* key, const std::string& name, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  if (certificate == nullptr || X509_set_version(certificate.get(), 2) != 1) return Failed("make a certificate");
  std::array<unsigned char, 16> number;
  if (RAND_bytes(number.data(), number.size()) != 1) return Failed("draw random bytes");
  number[0] &= 0x7F;
  BIGNUM* serial = BN_bin2bn(number.data(), number.size(), nullptr);
  BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate.get()));
  BN_free(serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kSecondsBefore);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kSecondsOfLife);
  X509_set_pubkey(certificate.get(), key);
  ARROW_RETURN_NOT_OK(Name(X509_get_subject_name(certificate.get()), name));
  X509* signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  ARROW_RETURN_NOT_OK(AddExtension(certificate.get(), signer, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE"));
  ARROW_RETURN_NOT_OK(AddExtension(certificate.get(), signer, NID_key_usage, issuer == nullptr ? "critical,keyCertSign" : "critical,digitalSignature"));
  if (X509_sign(certificate.get(), issuer == nullptr ? key : issuer_key, EVP_sha256()) == 0) return Failed("sign a certificate");
  return certificate;
}

Result<Key> MakeKey() {
  Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return Failed("make a key");
  return key;
}

}  // namespace

std::string RoleName(Role role) { return kRoleNames[static_cast<size_t>(role)]; }

Result<Role> ParseRole(const std::string& name) {
  for (int i = 0; i < kNumRoles; ++i) {
    if (name == kRoleNames[i]) return static_cast<Role>(i);
  }
  return ValueError("there is no role called '{}'", name);
}

struct ClusterAuthority::Secret {
  Key key;
  Certificate certificate;
};

ClusterAuthority::ClusterAuthority(std::unique_ptr<Secret> secret) : secret_(std::move(secret)) {}
ClusterAuthority::ClusterAuthority(ClusterAuthority&&) noexcept = default;
ClusterAuthority& ClusterAuthority::operator=(ClusterAuthority&&) noexcept = default;
ClusterAuthority::~ClusterAuthority() = default;

Result<ClusterAuthority> ClusterAuthority::Make() {
  auto secret = std::make_unique<Secret>();
  ARROW_ASSIGN_OR_RAISE(secret->key, MakeKey());
  ARROW_ASSIGN_OR_RAISE(secret->certificate, MakeCertificate(secret->key.get(), "cask", nullptr, nullptr));
  return ClusterAuthority(std::move(secret));
}

Result<Credentials> ClusterAuthority::Issue(Role role) const {
  ARROW_ASSIGN_OR_RAISE(const Key key, MakeKey());
  ARROW_ASSIGN_OR_RAISE(const Certificate certificate, MakeCertificate(key.get(), RoleName(role), secret_->certificate.get(), secret_->key.get()));
  Credentials credentials;
  ARROW_ASSIGN_OR_RAISE(credentials.certificate, CertificatePem(certificate.get()));
  ARROW_ASSIGN_OR_RAISE(credentials.key, KeyPem(key.get()));
  ARROW_ASSIGN_OR_RAISE(credentials.authority, CertificatePem(secret_->certificate.get()));
  return credentials;
}

}  // namespace cask
