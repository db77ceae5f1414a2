// CsvSourceExpr: the rows of CSV files. Its columns are the dataset's, in the dataset's order, then row ids.
#pragma once

#include "cask/expr/source_expr.h"
#include "cask/io/csv/dataset.h"

namespace cask {

class CsvSourceExpr final : public SourceExpr {
 public:
  static FramePtr Make(std::shared_ptr<const CsvDataset> dataset, Origin origin);
  /// With more known of the dataset than its first file tells.
  static FramePtr Assuming(std::shared_ptr<const CsvDataset> dataset, std::shared_ptr<const CsvKnowledge> knowledge, Origin origin);

  std::string_view name() const override { return "read_csv"; }
  std::string Describe() const override;
  int row_id_column() const override { return dataset_->num_columns(); }
  const CsvDataset& dataset() const { return *dataset_; }
  /// What this expression assumes, which is not changed by what is learned later.
  const CsvKnowledge& knowledge() const { return *knowledge_; }

  Result<std::shared_ptr<const Source>> MakeSource(const std::vector<int>& columns, int64_t first_partition) const override;
  Result<bool> Learn(const std::vector<std::shared_ptr<const Evidence>>& evidence) const override;
  bool gives_evidence() const override { return true; }
  std::vector<int64_t> KnownPartitionRows() const override;
  int64_t EstimateBytes(const std::vector<int>& columns) const override;

 private:
  // What is known by now, shared by all expressions made over one read_csv.
  struct Learned {
    std::mutex mutex;
    std::shared_ptr<const CsvKnowledge> knowledge;
    std::vector<int64_t> partition_rows;  // -1 where not read yet
  };

  CsvSourceExpr(std::shared_ptr<const CsvDataset> dataset, std::shared_ptr<const CsvKnowledge> knowledge,
                std::shared_ptr<Learned> learned, Schema schema, Token token, Origin origin)
      : SourceExpr(std::move(schema), dataset->num_partitions(), token, std::move(origin)),
        dataset_(std::move(dataset)),
        knowledge_(std::move(knowledge)),
        learned_(std::move(learned)) {}
  static FramePtr MakeWith(std::shared_ptr<const CsvDataset> dataset, std::shared_ptr<const CsvKnowledge> knowledge,
                           std::shared_ptr<Learned> learned, Origin origin);
  Result<FramePtr> RebindInputs(Rebinder&) const override;

  std::shared_ptr<const CsvDataset> dataset_;
  std::shared_ptr<const CsvKnowledge> knowledge_;  // what this expression assumes
  std::shared_ptr<Learned> learned_;
};

}  // namespace cask
