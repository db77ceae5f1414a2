// CsvDataset: CSV files with one header, cut into partitions: the description that planning and reading share.
//
// Opening looks at file names and sizes and at the head of the first file only; the heads of the others are looked at when
// they are read. Immutable to its users; heads are remembered inside, under a lock.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "cask/data/schema.h"
#include "cask/io/csv/knowledge.h"
#include "cask/io/csv/options.h"
#include "cask/io/files.h"

namespace cask {

class ByteReader;
struct CsvColumnRules;
struct CsvHead;
struct CsvLayout;

struct CsvPartition {
  int file = 0;
  int64_t begin = 0;  // nominal: the partition starts at the first record that starts here or later
  int64_t end = 0;    // nominal: and ends where the next one starts
  bool is_first_of_file = true;
  bool is_last_of_file = true;
};

class CsvDataset {
 public:
  ~CsvDataset();
  static Result<std::shared_ptr<const CsvDataset>> Open(std::shared_ptr<const FileSet> files, CsvOptions options);

  const FileSet& files() const { return *files_; }
  const CsvOptions& options() const { return options_; }

  /// The columns that a read gives, in order: those of the header that `use_columns` keeps, then the path column if there is one.
  int num_columns() const { return static_cast<int>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  /// Which columns `index_col` names, or the first ones where rows have more fields than the header. They are columns like others here.
  const std::vector<int>& index_columns() const { return index_columns_; }

  /// Whether the first file's header has no name for the column, so that its name only says where it stands.
  bool is_unnamed(int column) const { return names_[column].empty() || unnamed_.contains(names_[column]); }

  int64_t num_partitions() const { return num_partitions_; }
  CsvPartition partition(int64_t i) const;
  /// "/data/7.csv, bytes 192000000 to 256000000", for errors and explain().
  std::string DescribePartition(int64_t i) const;

  /// What the head of the first file leads to expect.
  const std::shared_ptr<const CsvKnowledge>& initial_knowledge() const { return initial_knowledge_; }
  Schema schema() const { return initial_knowledge_->schema(*this); }

  /// A stable identity of the dataset's contents and of how they are read: files (path, size, time of change) and options.
  const std::string& identity() const { return identity_; }

  /// Where file `file` has its data and which of its fields are the dataset's columns. Reads the file's head the first time.
  Result<std::shared_ptr<const CsvLayout>> LayoutOf(int file) const;

  /// How the values of a column are to be read. Not of the path column.
  const CsvColumnRules& rules(int column) const { return *rules_[column]; }
  /// The position of the path column, or -1.
  int path_column() const { return path_column_; }
  /// The dictionary of the path column: every file's path, once, in order; and a file's place in it.
  const std::shared_ptr<arrow::ArrayData>& paths() const { return paths_; }
  int32_t path_code(int file) const { return path_codes_[file]; }

  /// Whether a file can be cut into partitions: it is neither compressed nor in an encoding that has to be converted as a stream.
  bool is_splittable() const { return is_splittable_; }

 private:
  CsvDataset();
  Status CountPartitions();
  Status LookAtFirstFiles();
  Status ChooseColumns(const CsvHead& head);
  void LearnHeaderName(const std::string& written, const std::string& name);
  Status MakeRules();
  Status MakePaths();
  Status TakeSample(int file, ByteReader* reader, std::vector<CsvColumnEvidence>* seen) const;
  int64_t MaxFields(const CsvHead& head) const;
  Result<std::shared_ptr<const CsvLayout>> LayoutFor(const CsvHead& head, int file) const;

  std::shared_ptr<const FileSet> files_;
  CsvOptions options_;
  std::vector<std::string> names_;
  std::vector<int> index_columns_;
  std::vector<int> first_fields_;               // of each column in the first file with data
  std::vector<std::string> header_names_;       // all of that file's columns, as named in files with a header
  std::unordered_set<std::string> unnamed_;     // those among them that are made up
  int num_leading_ = 0;                         // fields before those that the header or the caller names
  int num_fields_ = 0;                          // of that file's records
  int first_file_ = 0;
  int path_column_ = -1;
  std::shared_ptr<arrow::ArrayData> paths_;
  std::vector<int32_t> path_codes_;
  std::vector<std::unique_ptr<CsvColumnRules>> rules_;
  bool is_splittable_ = true;
  std::vector<int64_t> first_partition_of_;    // of each file, and the total at the end
  int64_t num_partitions_ = 0;
  std::shared_ptr<const CsvKnowledge> initial_knowledge_;
  std::string identity_;
  mutable std::mutex layouts_mutex_;
  mutable std::vector<std::shared_ptr<const CsvLayout>> layouts_;
};

}  // namespace cask
