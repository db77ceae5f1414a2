#include "cask/io/store_address.h"

#include <gtest/gtest.h>

namespace cask {
namespace {

std::string UriOf(const std::string& scheme, const std::string& host, const StorageOptions& options = {}) {
  const Result<StoreAddress> address = AddressOfStore(scheme, host, options);
  return address.ok() ? address->uri : address.status().message();
}

TEST(StoreAddress, S3) {
  EXPECT_EQ(UriOf("s3", "bucket"), "s3://bucket?scheme=https");
  EXPECT_EQ(UriOf("s3", "bucket", {{"key", "a/b"}, {"secret", "c+d"}}), "s3://a%2Fb:c%2Bd@bucket?scheme=https");
  EXPECT_EQ(UriOf("s3", "bucket", {{"client_kwargs.endpoint_url", "http://host:9000/"}}),
            "s3://bucket?scheme=http&region=us-east-1&endpoint_override=host%3A9000");
  EXPECT_EQ(UriOf("s3", "bucket", {{"endpoint_url", "host:9000"}, {"region", "eu-west-1"}}),
            "s3://bucket?scheme=https&region=eu-west-1&endpoint_override=host%3A9000");
  const StoreAddress address = AddressOfStore("s3", "bucket", {{"anon", "true"}, {"token", "t"}}).ValueOrDie();
  EXPECT_TRUE(address.is_anonymous);
  EXPECT_EQ(address.session_token, "t");
}

TEST(StoreAddress, GoogleCloudStorage) {
  EXPECT_EQ(UriOf("gs", "bucket"), "gs://bucket");
  EXPECT_EQ(UriOf("gcs", "bucket", {{"token", "google_default"}, {"project", "p"}}), "gs://bucket?project_id=p");
  EXPECT_EQ(UriOf("gcs", "bucket", {{"token", "anon"}, {"endpoint_url", "http://host:1"}}),
            "gs://anonymous@bucket?scheme=http&endpoint_override=host%3A1");
  EXPECT_EQ(UriOf("gs", "bucket", {{"anon", "true"}, {"endpoint_url", "host:1"}}),
            "gs://anonymous@bucket?scheme=https&endpoint_override=host%3A1");
  EXPECT_NE(UriOf("gs", "bucket", {{"token", "/keys.json"}}).find("GOOGLE_APPLICATION_CREDENTIALS"), std::string::npos);
}

TEST(StoreAddress, Azure) {
  EXPECT_EQ(UriOf("abfs", "container", {{"account_name", "a"}}), "abfs://a@container");
  EXPECT_EQ(UriOf("az", "container", {{"account_name", "a"}, {"anon", "true"}}), "abfs://a@container?credential_kind=anonymous");
  EXPECT_EQ(UriOf("abfss", "c@a.dfs.core.windows.net"), "abfss://c@a.dfs.core.windows.net");
  EXPECT_EQ(UriOf("abfs", "c", {{"account_name", "a"}, {"tenant_id", "t"}, {"client_id", "i"}, {"client_secret", "s"}}),
            "abfs://a@c?tenant_id=t&client_id=i&client_secret=s");
  EXPECT_EQ(UriOf("abfs", "c", {{"account_name", "a"}, {"sas_token", "?se=1&sig=x%3D"}}), "abfs://a@c?se=1&sig=x%3D");
  const StorageOptions connection = {{"connection_string", "AccountName=a;AccountKey=k==;BlobEndpoint=http://host:1/a;"}};
  const StoreAddress address = AddressOfStore("abfs", "c", connection).ValueOrDie();
  EXPECT_EQ(address.uri, "abfs://a@c?blob_storage_authority=host%3A1&dfs_storage_authority=host%3A1&enable_tls=false");
  EXPECT_EQ(address.account_key, "k==");
  EXPECT_NE(UriOf("abfs", "container").find("account_name"), std::string::npos);
}

TEST(StoreAddress, Hdfs) {
  EXPECT_EQ(UriOf("hdfs", "node:8020"), "hdfs://node:8020");
  EXPECT_EQ(UriOf("hdfs", "node:8020", {{"user", "me"}, {"kerb_ticket", "/tmp/t"}}), "hdfs://me@node:8020?kerb_ticket=%2Ftmp%2Ft");
}

TEST(StoreAddress, WhatIsNotKnownIsNamed) {
  EXPECT_EQ(UriOf("ftp", "host"), "Protocol not known: ftp; known are s3, gs, gcs, abfs, abfss, az and hdfs");
  EXPECT_EQ(UriOf("hdfs", "node", {{"password", "x"}}), "there is no storage option 'password' for HDFS (hdfs://); there are user, kerb_ticket");
  EXPECT_NE(UriOf("s3", "b", {{"account_key", "x"}}).find("'account_key' for Amazon S3 (s3://)"), std::string::npos);
  EXPECT_NE(UriOf("gs", "b", {{"key", "x"}}).find("'key' for Google Cloud Storage (gs://)"), std::string::npos);
  EXPECT_NE(UriOf("abfs", "b", {{"key", "x"}}).find("'key' for Azure (abfs://)"), std::string::npos);
}

}  // namespace
}  // namespace cask
