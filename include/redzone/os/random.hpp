#pragma once
// A key that nobody outside can guess, for hash functions over untrusted input: without one, a file
// can be made whose keys all collide.
//
// Bounds:  16 bytes.
// Threads: any.
// Failure: RANDOM_FAILED with the errno of getrandom; EINTR is tried again kInterruptionsMax times.
// Cost:    one system call. Waits only while the machine is booting and has no entropy yet.
//
//   Result<std::array<std::uint64_t, 2>> key = random_key();

#include <array>
#include <cstdint>

#include "redzone/base/result.hpp"

namespace redzone::os {

[[nodiscard]] Result<std::array<std::uint64_t, 2>> random_key();

}  // namespace redzone::os
