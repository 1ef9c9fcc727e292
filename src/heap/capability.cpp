#include "heap/back_end.hpp"
#include "heap/thread_slots.hpp"
#include "heap/thread_state.hpp"
#include "redzone/heap/figures.hpp"

namespace redzone::heap {

namespace {

constexpr const char* kNobodyTells =
    "nobody tells of allocations: redzone::heap_interposer is not linked, or another allocator "
    "stands before it, and there is no sanitizer";
constexpr const char* kMemcheckTakesMalloc =
    "memcheck has taken malloc away, and can only be asked what is live";
constexpr const char* kMemcheckLive =
    "memcheck tells what is live in the whole process: blocks from before that were freed are "
    "taken off";
constexpr const char* kMemcheckThread = "memcheck does not tell which thread allocated";
constexpr const char* kNoSlot =
    "there are more threads than kThreadsMax, and this one has no figures of its own";
constexpr const char* kNoRealloc = "this sanitizer does not tell of realloc";
constexpr const char* kNoAligned =
    "this sanitizer does not tell of memalign, posix_memalign, aligned_alloc and valloc";
constexpr const char* kNeither =
    "this sanitizer does not tell of realloc, memalign, posix_memalign, aligned_alloc and valloc";

Capability capability_of_hooks(const BackEndFacts& facts, Quantity quantity) {
  // What is told comes with its stack.
  if (quantity == Quantity::stacks) return {Exactness::exact, ""};
  if (facts.tells_realloc && facts.tells_aligned) return {Exactness::exact, ""};
  if (facts.tells_realloc) return {Exactness::approximate, kNoAligned};
  return {Exactness::approximate, facts.tells_aligned ? kNoRealloc : kNeither};
}

Capability capability_under_memcheck(Quantity quantity, Who who) {
  if (quantity != Quantity::live_bytes && quantity != Quantity::live_block_count) {
    return {Exactness::unknown, kMemcheckTakesMalloc};
  }
  if (who == Who::this_thread) return {Exactness::unknown, kMemcheckThread};
  return {Exactness::approximate, kMemcheckLive};
}

// Nobody has one before the first scope is opened.
bool is_without_slot() {
  static_cast<void>(slot_of_this_thread());
  return thread_state.slot != nullptr && thread_state.slot->is_shared;
}

}  // namespace

Capability capability(Quantity quantity, Who who) {
  const BackEndFacts& facts = back_end_facts();
  const bool is_counting =
      facts.back_end == BackEnd::interposer || facts.back_end == BackEnd::sanitizer_hooks;
  if (is_counting && who == Who::this_thread && is_without_slot()) {
    return {Exactness::unknown, kNoSlot};
  }
  switch (facts.back_end) {
    case BackEnd::interposer:
      return {Exactness::exact, ""};
    case BackEnd::sanitizer_hooks:
      return capability_of_hooks(facts, quantity);
    case BackEnd::valgrind:
      return capability_under_memcheck(quantity, who);
    case BackEnd::none:
      break;
  }
  return {Exactness::unknown, kNobodyTells};
}

const char* name_of(BackEnd back_end) {
  switch (back_end) {
    case BackEnd::none:
      return "none";
    case BackEnd::interposer:
      return "interposer";
    case BackEnd::sanitizer_hooks:
      return "sanitizer_hooks";
    case BackEnd::valgrind:
      return "valgrind";
  }
  return "?";
}

const char* name_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::allocation_count:
      return "allocation_count";
    case Quantity::requested_bytes:
      return "requested_bytes";
    case Quantity::largest_bytes:
      return "largest_bytes";
    case Quantity::live_block_count:
      return "live_block_count";
    case Quantity::live_bytes:
      return "live_bytes";
    case Quantity::peak_bytes:
      return "peak_bytes";
    case Quantity::stacks:
      return "stacks";
  }
  return "?";
}

const char* name_of(Exactness exactness) {
  switch (exactness) {
    case Exactness::unknown:
      return "unknown";
    case Exactness::approximate:
      return "approximate";
    case Exactness::exact:
      return "exact";
  }
  return "?";
}

}  // namespace redzone::heap
