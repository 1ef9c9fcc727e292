#include "redzone/gguf/errors.hpp"

#include "redzone/os/errors.hpp"

namespace redzone::gguf {

namespace {

std::string_view rejection_name(Code code) {
  switch (code) {
    case Code::truncated_header:
      return "TRUNCATED_HEADER";
    case Code::bad_magic:
      return "BAD_MAGIC";
    case Code::bad_version:
      return "BAD_VERSION";
    case Code::count_exceeds_file:
      return "COUNT_EXCEEDS_FILE";
    case Code::limit:
      return "LIMIT";
    case Code::string_exceeds_file:
      return "STRING_EXCEEDS_FILE";
    case Code::empty_key:
      return "EMPTY_KEY";
    case Code::key_too_long:
      return "KEY_TOO_LONG";
    case Code::key_bad_char:
      return "KEY_BAD_CHAR";
    case Code::duplicate_key:
      return "DUPLICATE_KEY";
    case Code::bad_value_type:
      return "BAD_VALUE_TYPE";
    case Code::bad_bool:
      return "BAD_BOOL";
    case Code::array_exceeds_file:
      return "ARRAY_EXCEEDS_FILE";
    case Code::nesting_too_deep:
      return "NESTING_TOO_DEEP";
    case Code::truncated_value:
      return "TRUNCATED_VALUE";
    case Code::bad_alignment:
      return "BAD_ALIGNMENT";
    case Code::alignment_too_large:
      return "ALIGNMENT_TOO_LARGE";
    case Code::alignment_bad_type:
      return "ALIGNMENT_BAD_TYPE";
    default:
      return {};
  }
}

std::string_view tensor_rejection_name(Code code) {
  switch (code) {
    case Code::name_too_long:
      return "NAME_TOO_LONG";
    case Code::empty_name:
      return "EMPTY_NAME";
    case Code::name_bad_char:
      return "NAME_BAD_CHAR";
    case Code::duplicate_tensor:
      return "DUPLICATE_TENSOR";
    case Code::bad_ndims:
      return "BAD_NDIMS";
    case Code::dim_too_large:
      return "DIM_TOO_LARGE";
    case Code::elements_overflow:
      return "ELEMENTS_OVERFLOW";
    case Code::bytes_overflow:
      return "BYTES_OVERFLOW";
    case Code::tensor_out_of_file:
      return "TENSOR_OUT_OF_FILE";
    case Code::removed_tensor_type:
      return "REMOVED_TENSOR_TYPE";
    case Code::unknown_tensor_type:
      return "UNKNOWN_TENSOR_TYPE";
    case Code::row_not_block_multiple:
      return "ROW_NOT_BLOCK_MULTIPLE";
    case Code::misaligned_offset:
      return "MISALIGNED_OFFSET";
    case Code::tensor_overlap:
      return "TENSOR_OVERLAP";
    case Code::file_changed:
      return "FILE_CHANGED";
    case Code::bad_limit:
      return "BAD_LIMIT";
    default:
      return {};
  }
}

std::string_view flag_name(Code code) {
  switch (code) {
    case Code::version_1:
      return "VERSION_1";
    case Code::big_endian:
      return "BIG_ENDIAN";
    case Code::alignment_not_power_of_two:
      return "ALIGNMENT_NOT_POWER_OF_TWO";
    case Code::alignment_not_multiple_of_8:
      return "ALIGNMENT_NOT_MULTIPLE_OF_8";
    case Code::name_long:
      return "NAME_LONG";
    case Code::name_control_char:
      return "NAME_CONTROL_CHAR";
    case Code::name_not_utf8:
      return "NAME_NOT_UTF8";
    case Code::dim_zero:
      return "DIM_ZERO";
    case Code::tensor_gap:
      return "TENSOR_GAP";
    case Code::tensor_out_of_order:
      return "TENSOR_OUT_OF_ORDER";
    case Code::trailing_bytes:
      return "TRAILING_BYTES";
    case Code::final_padding_missing:
      return "FINAL_PADDING_MISSING";
    default:
      return {};
  }
}

}  // namespace

std::string_view error_name(ErrorCode code) {
  if (code.component != Component::gguf) return os::error_name(code);
  const Code known{code.number};
  for (const std::string_view name :
       {rejection_name(known), tensor_rejection_name(known), flag_name(known)}) {
    if (!name.empty()) return name;
  }
  return "UNKNOWN";
}

}  // namespace redzone::gguf
