// What the classes of cask/dataframe.h are inside: a shared collection, and the lines of the user's program.
#pragma once

#include "cask/api/collection.h"
#include "cask/api/compute.h"
#include "cask/api/frame_operations.h"
#include "cask/api/raise.h"
#include "cask/dataframe.h"

namespace cask {

struct LazyAccess {
  static const Collection& Of(const Lazy& lazy) { return *lazy.collection_; }

  template <typename T>
  static T Wrap(Result<Collection> result) {
    return T(std::make_shared<const Collection>(ValueOrRaise(std::move(result))));
  }

  static Origin OriginOf(const CallSite& site) {
    return std::make_shared<const OriginLine>(OriginLine{site.file_name(), static_cast<int>(site.line())});
  }

  static Origin OriginOf(const SeriesOperand& operand) { return OriginOf(operand.site_); }
  /// Null for a constant.
  static const Collection* CollectionOf(const SeriesOperand& operand) { return operand.lazy_.get(); }
  static Literal LiteralOf(const SeriesOperand& operand);
  static ElementwiseArgument ArgumentOf(const SeriesOperand& operand);
  /// TypeError where the operand is a constant.
  static const Collection& MaskOf(const SeriesOperand& operand);
  static const std::variant<std::string, Series>& KeyOf(const GroupKey& key) { return key.key_; }

  static Series Elementwise(const std::string& function, const std::vector<SeriesOperand>& operands, const FunctionOptions& options,
                            const Origin& origin);
  static int64_t CountRows(const Lazy& lazy, const CallSite& site);
  static std::vector<std::string> ToCsv(const Lazy& lazy, const std::string& path, const ToCsvOptions& options);
};

struct LocalFrameAccess {
  static LocalFrame Wrap(Computed computed) { return LocalFrame(std::make_shared<const Computed>(std::move(computed))); }
};

/// As pandas prints it.
Result<std::string> PrintAsPandas(const Computed& computed);

}  // namespace cask
