#pragma once
// The one error value of redzone: small, trivially copyable, and free of heap memory, because an
// error about memory must not need memory. It says what went wrong (one code for one cause), in
// which field of the input, at which byte offset, with which value, against which limit.
//
// Bounds:  40 bytes, no allocation ever.
// Threads: a value; copies are independent. `field` points to a string with static lifetime.
// Failure: none.
// Cost:    five words copied.
//
//   return make_error(os::Code::read_failed).with_field("read").with_offset(offset);
//
// Printing a code's name is up to the component that defines it: see <component>/errors.hpp.

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace redzone {

// Who defines a code. The numbers are part of the contract: never reuse one.
enum class Component : std::uint8_t {
  base = 1,
  os = 2,
  arena = 3,
  monitor = 4,
  gguf = 5,
};

// A code is a component and that component's own number. Number 0 is never used.
struct ErrorCode {
  Component component{};
  std::uint8_t number = 0;

  friend constexpr bool operator==(ErrorCode, ErrorCode) = default;
};

struct Error {
  // Bits of `has`: which of the three numbers are known. Any 64-bit value is a value: 2^64-1 is
  // what hostile files write.
  static constexpr std::uint8_t kHasOffset = 1;
  static constexpr std::uint8_t kHasValue = 2;
  static constexpr std::uint8_t kHasLimit = 4;

  ErrorCode code{};
  std::uint8_t has = 0;
  const char* field = "";    // the format's own name of the part; static lifetime, never null
  std::uint64_t offset = 0;  // bytes from the start of the input
  std::uint64_t value = 0;   // what was found
  std::uint64_t limit = 0;   // what would have been allowed, inclusive

  [[nodiscard]] constexpr Error with_field(const char* name) const {
    Error copy = *this;
    copy.field = name;
    return copy;
  }
  [[nodiscard]] constexpr Error with_offset(std::uint64_t bytes) const {
    Error copy = *this;
    copy.offset = bytes;
    copy.has = static_cast<std::uint8_t>(copy.has | kHasOffset);
    return copy;
  }
  [[nodiscard]] constexpr Error with_value(std::uint64_t found) const {
    Error copy = *this;
    copy.value = found;
    copy.has = static_cast<std::uint8_t>(copy.has | kHasValue);
    return copy;
  }
  [[nodiscard]] constexpr Error with_limit(std::uint64_t allowed) const {
    Error copy = *this;
    copy.limit = allowed;
    copy.has = static_cast<std::uint8_t>(copy.has | kHasLimit);
    return copy;
  }

  [[nodiscard]] constexpr bool has_offset() const { return (has & kHasOffset) != 0; }
  [[nodiscard]] constexpr bool has_value() const { return (has & kHasValue) != 0; }
  [[nodiscard]] constexpr bool has_limit() const { return (has & kHasLimit) != 0; }

  // Fields are compared by their text: equal literals of two files may stand at two addresses.
  friend constexpr bool operator==(const Error& left, const Error& right) {
    return left.code == right.code && left.has == right.has && left.offset == right.offset &&
           left.value == right.value && left.limit == right.limit &&
           std::string_view(left.field) == right.field;
  }
};

static_assert(std::is_trivially_copyable_v<Error>);
static_assert(sizeof(Error) == 40);

// An error of a component's own code enumeration, which offers `error_code(Code)` by argument
// dependent look-up.
template <class Code>
  requires std::is_enum_v<Code>
[[nodiscard]] constexpr Error make_error(Code code) {
  Error error;
  error.code = error_code(code);
  return error;
}

}  // namespace redzone
