#pragma once
// Proves that a block of code stands a source that behaves badly: runs it again and again, and in
// each run another read fails, is short, or is interrupted, once, then from it on for ever.
//
//   os::FaultInjectingSource source(file);
//   EXPECT_IO_SAFE(source, { return parse(source).has_value(); });
//
//   IoFaults reads;                                  // link redzone::testing_io_faults
//   EXPECT_IO_SAFE(reads, { return load("model.bin"); });
//
// A source is any object with
//   void arm(const Plan&);             Plan has kind, nth (from 1) and for_ever; the type of kind
//                                      has fails, returns_short and is_interrupted
//   void disarm();
//   std::uint64_t operations() const;  reads since arm; beyond the last read, a plan only counts
//
// A read that fails has to be reported: a block that claims success in spite of it is *swallowed*.
// After a short or interrupted read it may go on and succeed, or report. Whether what it then has
// read is right, only the block can say: let it compare, and return false or fail the test.
//
// Bounds:  Torture::runs_max() runs. A block that has made kOperationsEndless reads after the first
//          bad one, as one does that tries again for ever, is *endless*.
// Threads: as the source.
// Failure: the verdicts of torture.hpp.
// Cost:    six runs a read.

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>

#include "redzone/testing/assertion.hpp"
#include "redzone/testing/torture.hpp"

namespace redzone::testing {
namespace detail {

// The argument of a member function with one.
template <class Function>
struct ArgumentOf;
template <class Class, class Returned, class Argument>
struct ArgumentOf<Returned (Class::*)(Argument)> {
  using Type = std::remove_cv_t<std::remove_reference_t<Argument>>;
};
template <class Class, class Returned, class Argument>
struct ArgumentOf<Returned (Class::*)(Argument) noexcept> {
  using Type = std::remove_cv_t<std::remove_reference_t<Argument>>;
};

template <class T>
void arm_source(void* object, ReadFault fault, std::uint64_t nth, bool for_ever) {
  using Plan = typename ArgumentOf<decltype(&T::arm)>::Type;
  using Kind = decltype(Plan::kind);
  Plan plan{};
  plan.kind = fault == ReadFault::fails           ? Kind::fails
              : fault == ReadFault::returns_short ? Kind::returns_short
                                                  : Kind::is_interrupted;
  plan.nth = static_cast<decltype(plan.nth)>(nth);
  plan.for_ever = for_ever;
  static_cast<T*>(object)->arm(plan);
}

template <class T>
Source source_of(T& object) {
  Source source;
  source.object = &object;
  source.arm = &arm_source<T>;
  source.disarm = [](void* self) { static_cast<T*>(self)->disarm(); };
  source.operations = [](void* self) -> std::uint64_t {
    return static_cast<T*>(self)->operations();
  };
  return source;
}

}  // namespace detail

template <class T, class Body>
[[nodiscard]] Judgement io_safe(const Torture& torture, const TestSite& site, T& source,
                                Body&& body) {
  // An object of ours, whatever the body is: const, a function, or made on the spot.
  auto call = [&body]() -> decltype(auto) { return body(); };
  return torture_io(torture, detail::source_of(source), detail::recorded_block_of(call), site);
}

}  // namespace redzone::testing

#define REDZONE_TESTING_IO(assertion, torture, source, ...) \
  assertion(::redzone::testing::io_safe((torture), REDZONE_TESTING_HERE, (source), [&] __VA_ARGS__))

#define EXPECT_IO_SAFE_WITH(torture, source, ...) \
  REDZONE_TESTING_IO(REDZONE_TESTING_EXPECT, torture, source, __VA_ARGS__)
#define ASSERT_IO_SAFE_WITH(torture, source, ...) \
  REDZONE_TESTING_IO(REDZONE_TESTING_ASSERT, torture, source, __VA_ARGS__)
#define EXPECT_IO_SAFE(source, ...) \
  EXPECT_IO_SAFE_WITH(::redzone::testing::Torture(), source, __VA_ARGS__)
#define ASSERT_IO_SAFE(source, ...) \
  ASSERT_IO_SAFE_WITH(::redzone::testing::Torture(), source, __VA_ARGS__)
