#pragma once
// Opening a file that is in memory, as most tests of the reader do, and saying what is expected of
// an error in one line.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "redzone/base/error_text.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/gguf/errors.hpp"
#include "redzone/gguf/reader.hpp"
#include "redzone/os/memory_source.hpp"
#include "tests/support/gguf_builder.hpp"

namespace redzone {

// What googletest prints when two errors differ.
inline void PrintTo(const Error& error, std::ostream* out) {
  *out << ErrorText(error, gguf::error_name(error.code)).view();
}

namespace gguf {

inline constexpr HashKey kTestKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

// A file in memory with everything that is needed to read it. Not movable: the reader points in.
class Opened {
 public:
  explicit Opened(std::vector<std::byte> image, const Limits& limits = {})
      : image_(std::move(image)),
        source_(image_),
        budget_(limits.memory()),
        reader_(Reader::open_with_key(source_, budget_, limits, &report_, kTestKey)) {
    if (reader_) reader_->check_invariants();
    budget_.check_invariants();
  }
  explicit Opened(tests::GgufBuilder& file, const Limits& limits = {})
      : Opened(file.build(), limits) {}
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  [[nodiscard]] bool accepted() const { return reader_.has_value(); }
  [[nodiscard]] const Reader& reader() const { return *reader_; }
  // The error, or an empty one when the file was accepted.
  [[nodiscard]] Error error() const { return reader_ ? Error{} : reader_.error(); }
  [[nodiscard]] const OpenReport& report() const { return report_; }
  [[nodiscard]] MemoryBudget& budget() { return budget_; }
  [[nodiscard]] os::MemorySource& source() { return source_; }
  [[nodiscard]] std::vector<Error> warnings() const {
    return {report_.warnings.kept().begin(), report_.warnings.kept().end()};
  }

 private:
  std::vector<std::byte> image_;
  os::MemorySource source_;
  MemoryBudget budget_;
  OpenReport report_;
  Result<Reader> reader_;
};

// Shorthand for what an error or a warning has to be, number by number.
inline Error expected(Code code, const char* field, std::optional<std::uint64_t> offset,
                      std::optional<std::uint64_t> value = std::nullopt,
                      std::optional<std::uint64_t> limit = std::nullopt) {
  Error error = make_error(code).with_field(field);
  if (offset) error = error.with_offset(*offset);
  if (value) error = error.with_value(*value);
  if (limit) error = error.with_limit(*limit);
  return error;
}

inline ::testing::AssertionResult gives(const Error& found, const Error& wanted) {
  if (found == wanted) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "found  " << ErrorText(found, error_name(found.code)).view() << "\nwanted "
         << ErrorText(wanted, error_name(wanted.code)).view();
}

}  // namespace gguf
}  // namespace redzone
