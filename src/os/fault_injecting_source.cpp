#include "redzone/os/fault_injecting_source.hpp"

#include <algorithm>
#include <cerrno>

#include "os/system_error.hpp"
#include "redzone/base/check.hpp"

namespace redzone::os {

void FaultInjectingSource::arm(const FaultPlan& plan) {
  REDZONE_CHECK(plan.nth >= 1);
  plan_ = plan;
  is_armed_ = true;
  operations_.store(0);
}

void FaultInjectingSource::disarm() { is_armed_ = false; }

bool FaultInjectingSource::goes_wrong(std::uint64_t number) const {
  if (!is_armed_) return false;
  return plan_.for_ever ? number >= plan_.nth : number == plan_.nth;
}

Result<std::size_t> FaultInjectingSource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  const std::uint64_t number = operations_.fetch_add(1) + 1;
  if (!goes_wrong(number)) return source_.read_at(offset, out);
  switch (plan_.kind) {
    case FaultKind::fails:
      return fail(read_error(EIO, offset));
    case FaultKind::is_interrupted:
      return fail(read_error(EINTR, offset));
    case FaultKind::returns_short:
      break;
  }
  if (out.empty()) return source_.read_at(offset, out);
  return source_.read_at(offset, out.first(std::max<std::size_t>(1, out.size() / 2)));
}

}  // namespace redzone::os
