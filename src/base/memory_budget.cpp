#include "redzone/base/memory_budget.hpp"

#include <utility>

#include "redzone/base/check.hpp"
#include "redzone/base/errors.hpp"

namespace redzone {

namespace {

void raise_to(std::atomic<std::uint64_t>& maximum, std::uint64_t value) {
  std::uint64_t seen = maximum.load();
  while (seen < value && !maximum.compare_exchange_weak(seen, value)) {
  }
}

}  // namespace

MemoryBudget::Lease::Lease(Lease&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      size_bytes_(std::exchange(other.size_bytes_, 0)) {}

MemoryBudget::Lease& MemoryBudget::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    release();
    budget_ = std::exchange(other.budget_, nullptr);
    size_bytes_ = std::exchange(other.size_bytes_, 0);
  }
  return *this;
}

MemoryBudget::Lease::~Lease() { release(); }

void MemoryBudget::Lease::release() noexcept {
  if (budget_ == nullptr) return;
  std::exchange(budget_, nullptr)->give_back(std::exchange(size_bytes_, 0));
}

MemoryBudget::~MemoryBudget() { REDZONE_CHECK(live_bytes_.load() == 0); }

Result<MemoryBudget::Lease> MemoryBudget::take(std::uint64_t size_bytes, const char* place) {
  if (size_bytes > limits_.max_single) {
    return refuse(make_error(BaseCode::allocation_exceeds_single).with_limit(limits_.max_single),
                  size_bytes, place);
  }
  std::uint64_t live = live_bytes_.load();
  do {
    const std::uint64_t remaining = limits_.max_total - live;
    if (size_bytes > remaining) {
      return refuse(make_error(BaseCode::allocation_exceeds_total).with_limit(remaining),
                    size_bytes, place);
    }
  } while (!live_bytes_.compare_exchange_weak(live, live + size_bytes));
  raise_to(peak_bytes_, live + size_bytes);
  raise_to(largest_bytes_, size_bytes);
  return Lease(*this, size_bytes);
}

std::unexpected<Error> MemoryBudget::refuse(const Error& error, std::uint64_t size_bytes,
                                            const char* place) {
  refusal_count_.fetch_add(1);
  FirstRefusal expected = FirstRefusal::none;
  if (first_refusal_state_.compare_exchange_strong(expected, FirstRefusal::being_written)) {
    first_refusal_ = Refusal{size_bytes, place};
    first_refusal_state_.store(FirstRefusal::ready);
  }
  return fail(error.with_field(place).with_value(size_bytes));
}

void MemoryBudget::give_back(std::uint64_t size_bytes) noexcept {
  const std::uint64_t before = live_bytes_.fetch_sub(size_bytes);
  REDZONE_CHECK(before >= size_bytes);
}

std::optional<MemoryBudget::Refusal> MemoryBudget::first_refusal() const {
  if (first_refusal_state_.load() != FirstRefusal::ready) return std::nullopt;
  return first_refusal_;
}

void MemoryBudget::check_invariants() const {
  REDZONE_CHECK(live_bytes() <= peak_bytes());
  REDZONE_CHECK(peak_bytes() <= limits_.max_total);
  REDZONE_CHECK(largest_allocation_bytes() <= limits_.max_single);
  REDZONE_CHECK(largest_allocation_bytes() <= peak_bytes());
  REDZONE_CHECK((refusal_count() != 0) == first_refusal().has_value());
}

}  // namespace redzone
