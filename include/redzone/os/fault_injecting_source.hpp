#pragma once
// A ByteSource that behaves badly on purpose: at the Nth read it fails, returns short, or is
// interrupted, once or from then on for ever. It proves that whoever reads stands what real files
// do rarely. Arm it with N = 1, 2, 3, ... until the reader finishes without reaching the Nth read,
// and every read of the reader has failed once.
//
// Bounds:  a few words; it wraps a source that it does not own and that must outlive it.
// Threads: read_at, size_bytes and operations may be called from any thread at the same time; each
//          read has a number of its own. arm and disarm only while no other thread is in a call.
// Failure: READ_FAILED with EIO as value, READ_INTERRUPTED with 1; else what the wrapped source
//          returns. size_bytes is passed on and is no read.
// Cost:    one atomic increment on top of the wrapped source.
//
//   FaultInjectingSource source(file);
//   source.arm({.kind = FaultKind::fails, .nth = 3});
//   EXPECT_FALSE(parse(source));   // source.operations() tells whether it got to the third read

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "redzone/base/result.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::os {

enum class FaultKind : std::uint8_t {
  fails,  // READ_FAILED with EIO; nothing is read
  // Half of the bytes asked for are read, and at least 1: 0 would say that the source has ended.
  // A read of a single byte therefore passes unharmed, and a reader that tries again advances.
  returns_short,
  is_interrupted,  // READ_INTERRUPTED; nothing is read
};

struct FaultPlan {
  FaultKind kind = FaultKind::fails;
  // The read that goes wrong, counted from 1 since arm. Beyond the last read, a plan only counts.
  std::uint64_t nth = 1;
  bool for_ever = false;  // the reads after it go wrong too
};

class FaultInjectingSource final : public ByteSource {
 public:
  // Disarmed: passes every read on, and counts it.
  explicit FaultInjectingSource(ByteSource& source) : source_(source) {}
  FaultInjectingSource(const FaultInjectingSource&) = delete;
  FaultInjectingSource& operator=(const FaultInjectingSource&) = delete;
  ~FaultInjectingSource() override = default;

  // From now on acts by `plan`, whose nth is at least 1, and counts from 0 again.
  void arm(const FaultPlan& plan);
  // Passes every read on; the count goes on.
  void disarm();
  // Reads seen since arm, or since the beginning; the ones that went wrong are among them.
  [[nodiscard]] std::uint64_t operations() const { return operations_.load(); }

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override;
  [[nodiscard]] Result<std::uint64_t> size_bytes() override { return source_.size_bytes(); }

 private:
  [[nodiscard]] bool goes_wrong(std::uint64_t number) const;

  ByteSource& source_;
  FaultPlan plan_;
  bool is_armed_ = false;
  std::atomic<std::uint64_t> operations_{0};
};

}  // namespace redzone::os
