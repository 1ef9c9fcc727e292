#pragma once
// What the wrappers ask before each allocation: does the plan let it fail? While no plan is armed,
// one relaxed load and a branch.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace redzone::heap {

// 0: nobody asks. Else kPlanIsArmed, and kPlanIsProbed for each thread that is in reaches().
extern std::atomic<std::uint32_t> plan_state;
inline constexpr std::uint32_t kPlanIsArmed = 1;
inline constexpr std::uint32_t kPlanIsProbed = 2;

[[nodiscard]] inline bool nobody_asks() {
  return __builtin_expect(plan_state.load(std::memory_order_relaxed) == 0, 1) != 0;
}

// Counts the allocation, and decides.
[[nodiscard]] bool plan_decides_to_fail(std::size_t size_bytes) noexcept;

[[nodiscard]] inline bool plan_fails(std::size_t size_bytes) noexcept {
  return !nobody_asks() && plan_decides_to_fail(size_bytes);
}

// Whether a call of `allocate` comes to ask the plan. It allocates and frees, and nothing of that
// is counted or made to fail.
[[nodiscard]] bool reaches(void (*allocate)());

// Within it, this thread's allocations have been decided already: operator new takes its block from
// malloc, and throwing an exception takes memory too.
class Decided {
 public:
  Decided() noexcept;
  Decided(const Decided&) = delete;
  Decided& operator=(const Decided&) = delete;
  ~Decided();
};

}  // namespace redzone::heap
