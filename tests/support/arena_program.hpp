#pragma once
// A string of bytes read as a program of operations on one to four arenas, each held against its
// model. Any bytes are a program; the same bytes are the same program, but for what hangs on the
// addresses that malloc gives.

#include <cstdint>
#include <span>
#include <string>

namespace redzone::tests {

// More bytes than this are left unread: some 1300 operations.
inline constexpr std::size_t kArenaProgramBytesMax = 4096;

// What was not as the model has it, or nothing: "step 7, rewind: ...". `traces`: each operation is
// written to standard error.
[[nodiscard]] std::string run_arena_program(std::span<const std::uint8_t> bytes,
                                            bool traces = false);

}  // namespace redzone::tests
