#pragma once
// Makes the reads of code that knows nothing of it go wrong: calls of read, pread and fread. A
// program takes part when it links redzone::testing_io_faults, which puts itself before the three
// by --wrap. Give it to EXPECT_IO_SAFE as the source.
//
//   IoFaults reads;
//   EXPECT_IO_SAFE(reads, { return load("model.bin"); });
//
// Reached are calls by the program's own objects and static libraries. Calls made inside shared
// libraries are not: ifstream, fgets, getline and mmap go past it.
//
// Bounds:  one at a time is armed; a few words.
// Threads: reads of the thread that armed it, or with Who::process those of all, are counted and go
//          wrong. arm and disarm while no other thread reads under Who::process.
// Failure: a read fails with EIO, is interrupted with EINTR, or returns half of what was asked for
//          and at least 1 byte. fread that fails or is interrupted sets the stream's error flag; a
//          short one ends the file: it sets the end-of-file flag, as at a file that was cut.
// Cost:    one branch a call while none is armed.

#include <cstdint>

#include "redzone/heap/figures.hpp"

namespace redzone::testing {

enum class IoFaultKind : std::uint8_t { fails, returns_short, is_interrupted };

struct IoFaultPlan {
  IoFaultKind kind = IoFaultKind::fails;
  std::uint64_t nth = 1;  // counted from 1 since arm; beyond the last read, a plan only counts
  bool for_ever = false;
};

class IoFaults {
 public:
  explicit IoFaults(heap::Who who = heap::Who::this_thread) : who_(who) {}
  IoFaults(const IoFaults&) = delete;
  IoFaults& operator=(const IoFaults&) = delete;
  ~IoFaults() { disarm(); }

  // Arming while another one is armed aborts.
  void arm(const IoFaultPlan& plan);
  void disarm();
  [[nodiscard]] std::uint64_t operations() const;

 private:
  heap::Who who_;
  std::uint64_t operation_count_ = 0;  // of the last plan
};

}  // namespace redzone::testing
