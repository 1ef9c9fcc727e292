#pragma once
// A limit on memory that is checked before the memory is taken. Whoever allocates on behalf of
// untrusted input asks a MemoryBudget first and keeps the Lease for as long as the memory lives.
// The budget's figures are therefore exact: what is live, the peak, the largest single request, and
// what was refused.
//
// Bounds:  a budget is a few words; it allocates nothing. No request above max_single is granted,
//          and live bytes never exceed max_total, at any moment, in any thread. Limits are
//          inclusive.
// Threads: every function may be called from any thread; lock-free. `peak_bytes` is the exact
//          maximum of live bytes over the order in which requests were granted.
// Failure: ALLOCATION_EXCEEDS_SINGLE, ALLOCATION_EXCEEDS_TOTAL. A refused request changes nothing
//          but the refusal figures.
// Cost:    one compare-and-swap and two reads a request, one subtraction a release.
//
//   MemoryBudget budget{{.max_single = 1_MiB, .max_total = 64_MiB}};
//   Result<MemoryBudget::Lease> lease = budget.take(4096, "window");
//   if (!lease) return fail(lease.error());
//
// The budget outlives its leases; destroying it with live bytes is a programmer's error.

#include <atomic>
#include <cstdint>
#include <optional>

#include "redzone/base/result.hpp"

namespace redzone {

class MemoryBudget {
 public:
  struct Limits {
    std::uint64_t max_single = 0;  // bytes of one request
    std::uint64_t max_total = 0;   // bytes live at the same time
  };

  // A request that was not granted.
  struct Refusal {
    std::uint64_t size_bytes = 0;
    const char* place = "";  // as given to take()
  };

  // Bytes that are taken from a budget until this object goes. Move-only; an empty lease holds 0.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
    // Gives the bytes back now; the lease is empty afterwards.
    void release() noexcept;

   private:
    friend class MemoryBudget;
    Lease(MemoryBudget& budget, std::uint64_t size_bytes)
        : budget_(&budget), size_bytes_(size_bytes) {}

    MemoryBudget* budget_ = nullptr;  // null exactly when size_bytes_ is 0 and nothing is held
    std::uint64_t size_bytes_ = 0;
  };

  explicit MemoryBudget(Limits limits) : limits_(limits) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;
  ~MemoryBudget();

  // Takes `size_bytes`, or refuses. `place` names the part that asks, with static lifetime; it is
  // the error's field.
  [[nodiscard]] Result<Lease> take(std::uint64_t size_bytes, const char* place);

  [[nodiscard]] Limits limits() const { return limits_; }
  [[nodiscard]] std::uint64_t live_bytes() const { return live_bytes_.load(); }
  [[nodiscard]] std::uint64_t peak_bytes() const { return peak_bytes_.load(); }
  [[nodiscard]] std::uint64_t largest_allocation_bytes() const { return largest_bytes_.load(); }
  [[nodiscard]] std::uint64_t refusal_count() const { return refusal_count_.load(); }
  // The first request that was refused: it is the cause, later ones are often its consequence.
  [[nodiscard]] std::optional<Refusal> first_refusal() const;

  // Aborts when an invariant below does not hold. For tests, while no other thread is in a call.
  void check_invariants() const;

 private:
  enum class FirstRefusal : std::uint8_t { none, being_written, ready };

  std::unexpected<Error> refuse(const Error& error, std::uint64_t size_bytes, const char* place);
  void give_back(std::uint64_t size_bytes) noexcept;

  const Limits limits_;
  std::atomic<std::uint64_t> live_bytes_{0};     // <= limits_.max_total, the sum of all leases
  std::atomic<std::uint64_t> peak_bytes_{0};     // >= live_bytes_, <= limits_.max_total
  std::atomic<std::uint64_t> largest_bytes_{0};  // <= limits_.max_single, <= peak_bytes_
  std::atomic<std::uint64_t> refusal_count_{0};
  std::atomic<FirstRefusal> first_refusal_state_{FirstRefusal::none};
  Refusal first_refusal_;  // written once, by whoever moved the state to being_written
};

}  // namespace redzone
