#include "gguf/tensor_table.hpp"

#include <algorithm>
#include <cstring>

#include "gguf/rules.hpp"
#include "gguf/siphash.hpp"
#include "gguf/utf8.hpp"
#include "redzone/base/checked.hpp"

namespace redzone::gguf {

namespace {

// ggml counts elements and bytes in signed 64-bit numbers.
constexpr std::uint64_t kElementsMax = INT64_MAX;

void flag_name(std::span<const std::byte> name, std::uint64_t length_place, std::uint64_t place,
               const WarningSink& warnings) {
  if (name.size() >= kNameBytesFlagged) {
    warnings.add(Code::name_long, "tensor.name.length", length_place, name.size());
  }
  const auto control = std::ranges::find_if(name, is_control);
  if (control != name.end()) {
    warnings.add(Code::name_control_char, "tensor.name",
                 place + static_cast<std::uint64_t>(control - name.begin()),
                 std::to_integer<std::uint64_t>(*control));
  }
  const std::size_t valid = utf8_valid_prefix(name);
  if (valid < name.size()) {
    warnings.add(Code::name_not_utf8, "tensor.name", place + valid,
                 std::to_integer<std::uint64_t>(name[valid]));
  }
}

Status read_name(const Fields& fields, const DescriptorRules& rules, const HashKey& hash_key,
                 const WarningSink& warnings, std::span<char> copy, Descriptor& tensor) {
  static constexpr const char* kLength = "tensor.name.length";
  tensor.place = fields.position();
  const Result<std::uint64_t> size_bytes = fields.string_length(kLength);
  if (!size_bytes) return fail(size_bytes.error());
  tensor.name_size_bytes = *size_bytes;
  if (*size_bytes == 0)
    return fail(error_at(Code::empty_name, kLength, tensor.place).with_value(0));
  if (*size_bytes > rules.name_bytes_max) {
    return fail(error_at(Code::name_too_long, kLength, tensor.place)
                    .with_value(*size_bytes)
                    .with_limit(rules.name_bytes_max));
  }
  const std::uint64_t place = fields.position();
  // At most kNameBytesMax bytes, which each window holds at once.
  const Result<std::span<const std::byte>> name =
      fields.window().look(static_cast<std::size_t>(*size_bytes));
  if (!name) return fail(name.error());
  const auto bad = std::ranges::find_if_not(*name, is_name_char);
  if (bad != name->end()) {
    return fail(error_at(Code::name_bad_char, "tensor.name",
                         place + static_cast<std::uint64_t>(bad - name->begin()))
                    .with_value(std::to_integer<std::uint64_t>(*bad)));
  }
  flag_name(*name, tensor.place, place, warnings);
  SipHash hash(hash_key);
  hash.update(*name);
  tensor.hash = hash.finish();
  if (!copy.empty()) std::memcpy(copy.data(), name->data(), name->size());
  fields.window().skip(*size_bytes);
  return {};
}

// Reads one dimension and multiplies `product`, the product of the dimensions other than 0, by it.
// A dimension of 0 makes the tensor empty, and excuses no other: strides are such products too.
Status read_dimension(const Fields& fields, const WarningSink& warnings, std::uint64_t& product,
                      std::uint64_t& dimension) {
  static constexpr const char* kDimension = "tensor.dimension";
  const std::uint64_t place = fields.position();
  const Result<std::uint64_t> found = fields.length(kDimension);
  if (!found) return fail(found.error());
  dimension = *found;
  if (dimension > kElementsMax) {
    return fail(error_at(Code::dim_too_large, kDimension, place)
                    .with_value(dimension)
                    .with_limit(kElementsMax));
  }
  if (dimension == 0) {
    warnings.add(Code::dim_zero, kDimension, place, 0);
    return {};
  }
  const Result<std::uint64_t> next = checked_mul(product, dimension);
  if (!next || *next > kElementsMax) {
    return fail(error_at(Code::elements_overflow, kDimension, place)
                    .with_value(dimension)
                    .with_limit(kElementsMax / product));
  }
  product = *next;
  return {};
}

Status read_dimensions(const Fields& fields, const DescriptorRules& rules,
                       const WarningSink& warnings, Descriptor& tensor) {
  const std::uint64_t count_place = fields.position();
  const Result<std::uint32_t> count = fields.u32("tensor.n_dims");
  if (!count) return fail(count.error());
  if (*count > rules.dimensions_max) {
    return fail(error_at(Code::bad_ndims, "tensor.n_dims", count_place)
                    .with_value(*count)
                    .with_limit(rules.dimensions_max));
  }
  tensor.dimension_count = *count;
  tensor.dimension_place = fields.position();
  std::uint64_t product = 1;
  bool is_empty = false;
  for (std::uint32_t index = 0; index < *count; ++index) {
    const Status read = read_dimension(fields, warnings, product, tensor.dimension[index]);
    if (!read) return read;
    is_empty = is_empty || tensor.dimension[index] == 0;
  }
  tensor.element_count = is_empty ? 0 : product;
  return {};
}

Result<const TensorTypeInfo*> read_type(const Fields& fields) {
  const std::uint64_t place = fields.position();
  const Result<std::uint32_t> id = fields.u32("tensor.type");
  if (!id) return fail(id.error());
  const TensorTypeInfo* type = find_tensor_type(*id);
  if (type == nullptr) {
    return fail(error_at(Code::unknown_tensor_type, "tensor.type", place)
                    .with_value(*id)
                    .with_limit(kTensorTypeMax));
  }
  if (type->removed()) {
    return fail(error_at(Code::removed_tensor_type, "tensor.type", place).with_value(*id));
  }
  return type;
}

Result<std::uint64_t> data_bytes(const Descriptor& tensor) {
  // Without dimensions the tensor is one element, and so is its row.
  const std::uint64_t row = tensor.dimension_count == 0 ? 1 : tensor.dimension[0];
  const std::uint64_t block = tensor.type->block_elements;
  if (row % block != 0) {
    return fail(error_at(Code::row_not_block_multiple, "tensor.dimension", tensor.dimension_place)
                    .with_value(row)
                    .with_limit(block));
  }
  const std::uint64_t blocks = tensor.element_count / block;
  const Result<std::uint64_t> bytes = checked_mul(blocks, tensor.type->block_size_bytes);
  if (!bytes) {
    return fail(error_at(Code::bytes_overflow, "tensor.dimension", tensor.dimension_place)
                    .with_value(tensor.element_count)
                    .with_limit(UINT64_MAX / tensor.type->block_size_bytes * block));
  }
  return *bytes;
}

}  // namespace

Result<Descriptor> read_descriptor(const Fields& fields, const DescriptorRules& rules,
                                   const HashKey& hash_key, const WarningSink& warnings,
                                   std::span<char> copy) {
  Descriptor tensor;
  const Status name = read_name(fields, rules, hash_key, warnings, copy, tensor);
  if (!name) return fail(name.error());
  const Status dimensions = read_dimensions(fields, rules, warnings, tensor);
  if (!dimensions) return fail(dimensions.error());
  const Result<const TensorTypeInfo*> type = read_type(fields);
  if (!type) return fail(type.error());
  tensor.type = *type;
  const Result<std::uint64_t> bytes = data_bytes(tensor);
  if (!bytes) return fail(bytes.error());
  tensor.size_bytes = *bytes;

  tensor.offset_place = fields.position();
  const Result<std::uint64_t> offset = fields.u64("tensor.offset");
  if (!offset) return fail(offset.error());
  tensor.offset = *offset;
  if (tensor.offset % rules.alignment != 0) {
    return fail(error_at(Code::misaligned_offset, "tensor.offset", tensor.offset_place)
                    .with_value(tensor.offset)
                    .with_limit(rules.alignment));
  }
  return tensor;
}

}  // namespace redzone::gguf
