// expect: ubsan signed-integer-overflow line=11
// Stands for a library that is not ours and lets an int overflow.

#include <climits>

#include "escape.hpp"

extern "C" {

__attribute__((noinline)) void thirdparty_hash_mix() {
  canary::use(canary::hide(INT_MAX) + canary::hide(37));
}

void thirdparty_work() { thirdparty_hash_mix(); }

}  // extern "C"
