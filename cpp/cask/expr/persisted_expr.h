// PersistedExpr: rows that are kept in memory once they are computed, column by column, and are being loaded in the background.
#pragma once

#include "cask/base/ids.h"
#include "cask/expr/source_expr.h"

namespace cask {

/// What holds a persisted collection's columns. Thread-safe. Its end lets go of them and stops what still loads.
class PersistedData {
 public:
  virtual ~PersistedData() = default;
  /// Gives the columns `columns` of `input` (positions, ascending), from what is held where it is, and keeps what had to be computed.
  virtual Result<std::shared_ptr<const Source>> MakeSource(const Projection& input, const std::vector<int>& columns,
                                                           int64_t first_partition) = 0;
  /// What was assumed of the source when columns were computed was wrong: none of them can be kept.
  virtual void OnContradiction() = 0;

  /// Whether loading has ended, after at most `seconds`. The error that ended it, if one did.
  virtual Result<bool> WaitUntilLoaded(double seconds) { return true; }
  /// Stops loading in the background. Columns that are not held yet are loaded when they are asked for.
  virtual void CancelLoading() {}

  /// What other processes know it by, and how often it has begun anew; nothing where it is this process's own.
  struct Identity {
    CollectionId collection;
    int64_t generation = 0;
  };
  virtual std::optional<Identity> identity() const { return std::nullopt; }
};

class PersistedExpr final : public SourceExpr {
 public:
  /// `input` is over a source, perhaps filtered.
  static FramePtr Make(Projection input, std::shared_ptr<PersistedData> data, Origin origin);

  std::string_view name() const override { return "persisted"; }
  std::string Describe() const override { return "persisted: " + input_.root->Describe(); }
  int row_id_column() const override;
  const Projection& input() const { return input_; }
  /// The source below the filters of the input.
  const SourceExpr& base() const;
  const std::shared_ptr<PersistedData>& data() const { return data_; }

  Result<std::shared_ptr<const Source>> MakeSource(const std::vector<int>& columns, int64_t first_partition) const override;
  Result<bool> Learn(const std::vector<std::shared_ptr<const Evidence>>& evidence) const override;
  bool gives_evidence() const override { return base().gives_evidence(); }
  std::vector<int64_t> KnownPartitionRows() const override;
  std::vector<Literal> divisions() const override { return base().divisions(); }

 private:
  PersistedExpr(Projection input, std::shared_ptr<PersistedData> data, Token token, Origin origin)
      : SourceExpr(input.schema(), input.root->num_partitions(), token, std::move(origin)), input_(std::move(input)), data_(std::move(data)) {}
  Result<FramePtr> RebindInputs(Rebinder& rebinder) const override;

  Projection input_;
  std::shared_ptr<PersistedData> data_;
};

}  // namespace cask
