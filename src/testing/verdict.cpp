#include "redzone/testing/torture.hpp"

namespace redzone::testing {

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::safe:
      return "safe";
    case Verdict::crashed:
      return "crashed";
    case Verdict::endless:
      return "endless";
    case Verdict::failed_expectation:
      return "failed expectation";
    case Verdict::leaked:
      return "leaked";
    case Verdict::swallowed:
      return "swallowed";
    case Verdict::nondeterministic:
      return "nondeterministic";
    case Verdict::nothing_injected:
      return "nothing injected";
    case Verdict::too_many_runs:
      return "too many runs";
  }
  return "unknown verdict";
}

}  // namespace redzone::testing
