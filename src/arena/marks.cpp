#include "redzone/arena/mark.hpp"
#include "redzone/base/check.hpp"

namespace redzone {

bool ArenaMarkHistory::holds(std::uint64_t serial) const {
  if (serial >= open_from_) return serial < next_;
  for (std::size_t index = 0; index < branch_count_; ++index) {
    if (branches_[index].first <= serial && serial <= branches_[index].last) return true;
  }
  return false;
}

void ArenaMarkHistory::end_some_from(std::uint64_t serial) {
  if (serial > open_from_) {
    // Of the marks since open_from_ the first ones hold, and those to come will.
    if (branch_count_ == kArenaBranchesMax) --branch_count_;
    branches_[branch_count_++] = {.first = open_from_, .last = serial - 1};
  } else {
    while (branch_count_ != 0 && branches_[branch_count_ - 1].first >= serial) --branch_count_;
    if (branch_count_ != 0 && branches_[branch_count_ - 1].last >= serial) {
      branches_[branch_count_ - 1].last = serial - 1;
    }
  }
  open_from_ = next_;
}

void ArenaMarkHistory::check_invariants() const {
  REDZONE_CHECK(branch_count_ <= kArenaBranchesMax);
  REDZONE_CHECK(open_from_ <= next_);
  std::uint64_t above = 0;
  for (std::size_t index = 0; index < branch_count_; ++index) {
    REDZONE_CHECK(branches_[index].first > above);
    REDZONE_CHECK(branches_[index].last >= branches_[index].first);
    above = branches_[index].last;
  }
  REDZONE_CHECK(open_from_ > above);
}

}  // namespace redzone
