#include "cask/io/store_address.h"

#include <arrow/util/uri.h>

#include <cctype>
#include <vector>

namespace cask {
namespace {

std::string Escape(const std::string& text) { return arrow::util::UriEscape(text); }

bool IsTrue(const std::string& value) { return value == "True" || value == "true" || value == "1"; }

// Parts of a URI's query, in the order they are added.
class Query {
 public:
  void Add(const std::string& name, const std::string& value) { AddRaw(name + "=" + Escape(value)); }
  void AddIfAny(const std::string& name, const std::string& value) {
    if (!value.empty()) Add(name, value);
  }
  void AddRaw(const std::string& text) { text_ += (text_.empty() ? "?" : "&") + text; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct Endpoint {
  std::string protocol;   // "http" or "https"
  std::string authority;  // host and port; empty: the store's own
};

Endpoint EndpointFrom(const std::string& url) {
  const size_t after = url.find("://");
  Endpoint endpoint{after == std::string::npos ? "https" : url.substr(0, after), after == std::string::npos ? url : url.substr(after + 3)};
  while (!endpoint.authority.empty() && endpoint.authority.back() == '/') endpoint.authority.pop_back();
  return endpoint;
}

// What is asked of the options, one store's; what nobody asked for is not known to that store.
class StoreOptions {
 public:
  StoreOptions(std::string store, const StorageOptions& options) : store_(std::move(store)), options_(options) {}

  // The first of these that is there. fsspec and boto call some by several names.
  std::string Take(std::initializer_list<const char*> names) {
    std::string value;
    for (const char* name : names) {
      known_.push_back(name);
      const auto found = options_.find(name);
      if (found != options_.end() && value.empty()) value = found->second;
    }
    return value;
  }

  Status CheckAllTaken() const {
    for (const auto& [name, value] : options_) {
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      std::string list;
      for (const std::string& known : known_) list += (list.empty() ? "" : ", ") + known;
      return ValueError("there is no storage option '{}' for {}; there are {}", name, store_, list);
    }
    return Status::OK();
  }

 private:
  std::string store_;
  const StorageOptions& options_;
  std::vector<std::string> known_;
};

Result<StoreAddress> S3Address(const std::string& host, const StorageOptions& given) {
  StoreOptions options("Amazon S3 (s3://)", given);
  const std::string key = options.Take({"key", "username", "access_key"});
  const std::string secret = options.Take({"secret", "password", "secret_key"});
  const Endpoint endpoint = EndpointFrom(options.Take({"endpoint_url", "client_kwargs.endpoint_url", "endpoint_override"}));
  std::string region = options.Take({"region", "region_name", "client_kwargs.region_name"});
  const bool is_anonymous = IsTrue(options.Take({"anon"}));
  const std::string token = options.Take({"token", "session_token"});
  ARROW_RETURN_NOT_OK(options.CheckAllTaken());
  if (region.empty() && !endpoint.authority.empty()) region = "us-east-1";  // asking an unknown server for it may fail
  Query query;
  query.Add("scheme", endpoint.protocol);
  query.AddIfAny("region", region);
  query.AddIfAny("endpoint_override", endpoint.authority);
  const std::string user = key.empty() ? "" : Escape(key) + ":" + Escape(secret) + "@";
  return StoreAddress{"s3://" + user + host + query.text(), is_anonymous, token, ""};
}

Result<StoreAddress> GcsAddress(const std::string& host, const StorageOptions& given) {
  StoreOptions options("Google Cloud Storage (gs://)", given);
  const std::string token = options.Take({"token"});
  const bool is_anonymous = token == "anon" || IsTrue(options.Take({"anon"}));
  const Endpoint endpoint = EndpointFrom(options.Take({"endpoint_url"}));
  const std::string project = options.Take({"project"});
  ARROW_RETURN_NOT_OK(options.CheckAllTaken());
  if (!is_anonymous && !token.empty() && token != "google_default" && token != "cloud") {
    return ValueError("the storage option 'token' for Google Cloud Storage (gs://) is 'anon' or 'google_default'; name a file of credentials "
                      "in the environment variable GOOGLE_APPLICATION_CREDENTIALS");
  }
  Query query;
  if (!endpoint.authority.empty()) query.Add("scheme", endpoint.protocol);
  query.AddIfAny("endpoint_override", endpoint.authority);
  query.AddIfAny("project_id", project);
  return StoreAddress{std::string("gs://") + (is_anonymous ? "anonymous@" : "") + host + query.text(), false, "", ""};
}

// "AccountName=a;AccountKey=k;BlobEndpoint=http://..." in parts. A key may end in signs of equality.
std::map<std::string, std::string> PartsOfConnection(const std::string& text) {
  std::map<std::string, std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(';', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const size_t equal = part.find('=');
    if (equal != std::string::npos) parts[part.substr(0, equal)] = part.substr(equal + 1);
    begin = end + 1;
  }
  return parts;
}

// An endpoint whose path is the account is that of an emulator; the account is put there again.
std::string WithoutAccount(const std::string& authority, const std::string& account) {
  return authority.ends_with("/" + account) ? authority.substr(0, authority.size() - account.size() - 1) : authority;
}

Result<StoreAddress> AzureAddress(const std::string& scheme, const std::string& host, const StorageOptions& given) {
  StoreOptions options("Azure (abfs://)", given);
  auto connection = PartsOfConnection(options.Take({"connection_string"}));
  std::string account = options.Take({"account_name"});
  std::string key = options.Take({"account_key"});
  std::string url = options.Take({"endpoint_url"});
  std::string signature = options.Take({"sas_token"});
  const bool is_anonymous = IsTrue(options.Take({"anon"}));
  Query query;
  if (is_anonymous) query.Add("credential_kind", "anonymous");
  for (const char* name : {"tenant_id", "client_id", "client_secret"}) query.AddIfAny(name, options.Take({name}));
  ARROW_RETURN_NOT_OK(options.CheckAllTaken());
  if (account.empty()) account = connection["AccountName"];
  if (key.empty()) key = connection["AccountKey"];
  if (url.empty()) url = connection["BlobEndpoint"];
  if (signature.empty()) signature = connection["SharedAccessSignature"];
  if (!url.empty()) {
    const Endpoint endpoint = EndpointFrom(url);
    const std::string authority = WithoutAccount(endpoint.authority, account);
    query.Add("blob_storage_authority", authority);
    query.Add("dfs_storage_authority", authority);
    query.Add("enable_tls", endpoint.protocol == "https" ? "true" : "false");
  }
  if (!signature.empty()) query.AddRaw(signature[0] == '?' ? signature.substr(1) : signature);
  const bool names_account = host.find('@') != std::string::npos;  // container@account.dfs.core.windows.net
  if (account.empty() && !names_account) {
    return ValueError("Azure (abfs://) needs the storage option 'account_name' or 'connection_string', or a path such as "
                      "abfs://{}@account.dfs.core.windows.net/...", host);
  }
  return StoreAddress{scheme + "://" + (names_account ? "" : Escape(account) + "@") + host + query.text(), false, "", key};
}

Result<StoreAddress> HdfsAddress(const std::string& scheme, const std::string& host, const StorageOptions& given) {
  StoreOptions options("HDFS (hdfs://)", given);
  const std::string user = options.Take({"user"});
  Query query;
  query.AddIfAny("kerb_ticket", options.Take({"kerb_ticket"}));
  ARROW_RETURN_NOT_OK(options.CheckAllTaken());
  return StoreAddress{scheme + "://" + (user.empty() ? "" : Escape(user) + "@") + host + query.text(), false, "", ""};
}

}  // namespace

Result<StoreAddress> AddressOfStore(const std::string& scheme, const std::string& host, const StorageOptions& options) {
  if (scheme == "s3" || scheme == "s3a") return S3Address(host, options);
  if (scheme == "gs" || scheme == "gcs") return GcsAddress(host, options);
  if (scheme == "abfs" || scheme == "az") return AzureAddress("abfs", host, options);
  if (scheme == "abfss") return AzureAddress(scheme, host, options);
  if (scheme == "hdfs" || scheme == "viewfs") return HdfsAddress(scheme, host, options);
  return ValueError("Protocol not known: {}; known are s3, gs, gcs, abfs, abfss, az and hdfs", scheme);
}

}  // namespace cask
