#pragma once
// The codes of gguf: one for each cause for which a file is rejected, and one for each oddity that
// is only flagged. Each says beside it what the error's numbers mean.
//
// Bounds:  none held. Threads: pure functions. Failure: none. Cost: a switch.
//
// In every code: `field` is the format's name of the part, `offset` the byte at which that part
// starts (a string starts with its length), `value` what the file says, `limit` what would have
// been allowed. Where something does not fit, `value` is what is wanted and `limit` what is there.
// A number that is not named beside a code is absent.
//
//   if (reader.error().code == error_code(gguf::Code::bad_magic)) ...

#include <string_view>

#include "redzone/base/error.hpp"

namespace redzone::gguf {

enum class Code : std::uint8_t {
  // Header.
  truncated_header = 1,    // offset: the part that is cut; value: bytes of a header; limit: of file
  bad_magic = 2,           // value: the first four bytes as a little-endian number
  bad_version = 3,         // value: as a little-endian number; limit: the newest version read
  count_exceeds_file = 4,  // value: the count; limit: how many entries the rest could hold
  limit = 5,               // field: what is limited; value, limit; offset where it is in the file

  // Strings, keys and values.
  string_exceeds_file = 10,  // offset: of the length; value: the length; limit: bytes after it
  empty_key = 11,            // offset: of the length; value: 0
  key_too_long = 12,         // offset: of the length; value: the length; limit
  key_bad_char = 13,         // offset: of the first such byte; value: the byte
  duplicate_key = 14,        // offset: of the second key; value: offset of the first
  bad_value_type = 15,       // value: the type; limit: the largest known
  bad_bool = 16,             // offset: of the byte; value: the byte; limit: 1
  array_exceeds_file = 17,   // offset: of the length; value: elements; limit: most that could fit
  nesting_too_deep = 18,     // offset: of the array that is too deep; value: its depth; limit
  truncated_value = 19,      // offset: of the part that is cut; value: its bytes; limit: bytes left
  bad_alignment = 20,        // value: the alignment
  alignment_too_large = 21,  // value: the alignment; limit
  alignment_bad_type = 22,   // offset: of the type; value: the type

  // Tensors.
  name_too_long = 30,        // offset: of the length; value: the length; limit
  empty_name = 31,           // offset: of the length; value: 0
  name_bad_char = 32,        // offset: of the first such byte; value: the byte
  duplicate_tensor = 33,     // offset: of the second descriptor; value: offset of the first
  bad_ndims = 34,            // value: the number of dimensions; limit
  dim_too_large = 35,        // value: the dimension; limit: 2^63 - 1
  elements_overflow = 36,    // offset: of the dimension with which it no longer fits; value: that
                             // dimension; limit: the largest that would fit in its place
  bytes_overflow = 37,       // offset: of the first dimension; value: elements; limit: most
                             // elements of this type whose bytes fit 64 bits
  tensor_out_of_file = 38,   // offset: of the tensor's offset; value: where its data would end,
                             // absent when that does not fit 64 bits; limit: bytes of the file
  removed_tensor_type = 39,  // value: the type; see find_tensor_type for its name and advice
  unknown_tensor_type = 40,  // value: the type; limit: the largest known
  row_not_block_multiple = 41,  // offset: of the first dimension; value: it; limit: the block size
  misaligned_offset = 42,       // value: the offset; limit: the alignment it is no multiple of
  tensor_overlap = 43,          // offset: of the later descriptor; value: offset of the earlier one

  // The source and the caller.
  file_changed = 50,  // offset: what is no longer as it was; value: bytes now, limit: bytes before,
                      // where it is the size that changed
  bad_limit = 51,     // field: of Limits or CursorOptions; value; limit: the bound it breaks

  // Flags: kept as warnings, never a reason to reject.
  version_1 = 100,                    // value: 1
  big_endian = 101,                   // value: the version
  alignment_not_power_of_two = 102,   // value: the alignment; llama.cpp rejects it
  alignment_not_multiple_of_8 = 103,  // value: the alignment; the specification rejects it
  name_long = 104,                    // offset: of the length; value: the length, 64 or more
  name_control_char = 105,            // offset: of the first such byte; value: the byte
  name_not_utf8 = 106,                // offset: of the first byte of the bad sequence; value: it
  dim_zero = 107,                     // offset: of the dimension; value: 0
  tensor_gap = 108,                   // offset: of the descriptor after the gap; value: its bytes
  tensor_out_of_order = 109,          // offset: of the descriptor; value: the tensor's offset
  trailing_bytes = 110,               // offset: of the first one; value: how many
  final_padding_missing = 111,        // offset: of the end of the file; value: bytes that lack
};

[[nodiscard]] constexpr ErrorCode error_code(Code code) {
  return ErrorCode{Component::gguf, static_cast<std::uint8_t>(code)};
}

// The printed name of a code of gguf, os or base; "UNKNOWN" for any other component's.
[[nodiscard]] std::string_view error_name(ErrorCode code);

}  // namespace redzone::gguf
