#include "cask/io/transcode.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <iconv.h>

#include <cerrno>
#include <cctype>
#include <map>

namespace cask {
namespace {

bool IsOpen(iconv_t conversion) { return conversion != reinterpret_cast<iconv_t>(-1); }

// Python's names where iconv has others.
std::string IconvName(const std::string& encoding) {
  std::string name = CanonicalEncoding(encoding);
  if (name == "utf-8-sig") return "UTF-8";
  if (name == "mac-roman") return "MACINTOSH";
  if (name == "mbcs") return "CP1252";
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (name.ends_with("-LE") || name.ends_with("-BE")) name.erase(name.size() - 3, 1);
  return name;
}

class TranscodingStream final : public arrow::io::InputStream {
 public:
  TranscodingStream(std::shared_ptr<arrow::io::InputStream> source, iconv_t conversion, std::string encoding, std::string path)
      : source_(std::move(source)), conversion_(conversion), encoding_(std::move(encoding)), path_(std::move(path)) {}
  ~TranscodingStream() override { iconv_close(conversion_); }

  Status Close() override { return source_->Close(); }
  bool closed() const override { return source_->closed(); }
  Result<int64_t> Tell() const override { return position_; }

  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override {
    std::string out(size, '\0');
    ARROW_ASSIGN_OR_RAISE(int64_t got, Read(size, out.data()));
    out.resize(got);
    return arrow::Buffer::FromString(std::move(out));
  }

  Result<int64_t> Read(int64_t size, void* out) override {
    char* const begin = static_cast<char*>(out);
    char* end = begin;
    size_t room = size;
    while (room > 0) {
      if (pending_.empty() && !is_input_done_) ARROW_RETURN_NOT_OK(ReadInput());
      if (pending_.empty()) break;
      ARROW_ASSIGN_OR_RAISE(bool made_progress, Convert(&end, &room));
      if (!made_progress) break;
    }
    position_ += end - begin;
    return end - begin;
  }

 private:
  // Whether to go on; false when there is no room for the next character.
  Result<bool> Convert(char** out, size_t* room) {
    char* in = pending_.data();
    size_t left = pending_.size();
    const size_t result = iconv(conversion_, &in, &left, out, room);
    const int code = errno;
    pending_.erase(0, pending_.size() - left);
    if (result != static_cast<size_t>(-1)) return true;
    if (code == E2BIG) return false;
    if (code == EINVAL && !is_input_done_) {
      ARROW_RETURN_NOT_OK(ReadInput());
      return true;
    }
    return UnicodeError("'{}' codec can't decode bytes of {}: {}", encoding_, path_,
                        code == EINVAL ? "the data ends within a character" : "illegal sequence");
  }

  Status ReadInput() {
    ARROW_ASSIGN_OR_RAISE(auto buffer, source_->Read(64 << 10));
    is_input_done_ = buffer->size() == 0;
    pending_.append(reinterpret_cast<const char*>(buffer->data()), buffer->size());
    return Status::OK();
  }

  std::shared_ptr<arrow::io::InputStream> source_;
  iconv_t conversion_;
  std::string encoding_;
  std::string path_;
  std::string pending_;  // read from the source, not converted yet
  bool is_input_done_ = false;
  int64_t position_ = 0;
};

}  // namespace

std::string CanonicalEncoding(const std::string& name) {
  // Never destroyed: a thread may read a file until the last moment.
  static const auto& kSynonyms = *new std::map<std::string, std::string>{
      {"utf8", "utf-8"},           {"u8", "utf-8"},             {"cp65001", "utf-8"},        {"utf8-sig", "utf-8-sig"},
      {"us-ascii", "ascii"},       {"646", "ascii"},            {"latin-1", "iso8859-1"},    {"latin1", "iso8859-1"},
      {"latin", "iso8859-1"},      {"l1", "iso8859-1"},         {"iso-8859-1", "iso8859-1"}, {"iso-8859-15", "iso8859-15"},
      {"8859", "iso8859-1"},       {"cp819", "iso8859-1"},      {"utf16", "utf-16"},         {"u16", "utf-16"},
      {"utf-16le", "utf-16-le"},   {"utf-16be", "utf-16-be"},   {"utf32", "utf-32"},         {"u32", "utf-32"},
      {"utf-32le", "utf-32-le"},   {"utf-32be", "utf-32-be"},   {"windows-1252", "cp1252"},  {"1252", "cp1252"},
  };
  std::string canonical;
  for (char c : name) canonical.push_back(c == '_' || c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  const auto found = kSynonyms.find(canonical);
  return found == kSynonyms.end() ? canonical : found->second;
}

Result<std::shared_ptr<arrow::io::InputStream>> Transcode(std::shared_ptr<arrow::io::InputStream> stream, const std::string& encoding,
                                                          const std::string& path) {
  iconv_t conversion = iconv_open("UTF-8", IconvName(encoding).c_str());
  if (!IsOpen(conversion)) return ValueError("unknown encoding: {}", encoding);
  return std::make_shared<TranscodingStream>(std::move(stream), conversion, encoding, path);
}

Result<std::string> EncodeText(const std::string& text, const std::string& encoding) {
  iconv_t conversion = iconv_open(IconvName(encoding).c_str(), "UTF-8");
  if (!IsOpen(conversion)) return ValueError("unknown encoding: {}", encoding);
  std::string out(text.size() * 4 + 16, '\0');
  char* in = const_cast<char*>(text.data());
  size_t left = text.size();
  char* end = out.data();
  size_t room = out.size();
  const size_t result = iconv(conversion, &in, &left, &end, &room);
  iconv_close(conversion);
  if (result == static_cast<size_t>(-1)) return UnicodeError("'{}' codec can't encode characters of the text", encoding);
  out.resize(end - out.data());
  return out;
}

}  // namespace cask
