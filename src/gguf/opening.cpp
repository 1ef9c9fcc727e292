// The one walk over a file that decides whether it is accepted.

#include <algorithm>
#include <optional>

#include "gguf/header.hpp"
#include "gguf/layout.hpp"
#include "gguf/metadata.hpp"
#include "gguf/name_index.hpp"
#include "gguf/reader_state.hpp"
#include "gguf/reread.hpp"
#include "gguf/rules.hpp"
#include "gguf/strings.hpp"
#include "gguf/tensor_table.hpp"
#include "gguf/warning_sink.hpp"
#include "redzone/base/checked.hpp"

namespace redzone::gguf {

namespace {

class Opening {
 public:
  explicit Opening(ReaderState& state)
      : state_(state), warnings_(state.facts.warnings, state.limits.warnings) {}

  [[nodiscard]] Status run();

 private:
  [[nodiscard]] Status check_memory() const;
  [[nodiscard]] Status read_metadata(const Fields& fields);
  [[nodiscard]] Status read_entry(const Fields& fields, NameIndex& names, std::uint32_t index);
  [[nodiscard]] Status read_alignment(const Fields& fields, ValueType type,
                                      std::uint64_t type_place);
  [[nodiscard]] Status read_tensors(const Fields& fields);
  [[nodiscard]] Status read_tensor(const Fields& fields, NameIndex& names, std::uint32_t index);
  [[nodiscard]] Status place_tensors(const Fields& fields);
  [[nodiscard]] Error out_of_file(const Fields& fields, const Extent& extent,
                                  const Containment& found);
  [[nodiscard]] Status check_size_again() const;

  [[nodiscard]] DescriptorRules descriptor_rules() const {
    return {.name_bytes_max = state_.limits.name,
            .dimensions_max = state_.limits.dims,
            .alignment = alignment_};
  }

  ReaderState& state_;
  WarningSink warnings_;
  std::uint64_t alignment_ = kAlignmentDefault;
};

Status Opening::run() {
  const Result<std::uint64_t> size_bytes = state_.source->size_bytes();
  if (!size_bytes) return fail(size_bytes.error());
  state_.facts.file_size_bytes = *size_bytes;
  Result<Window> window = Window::create(*state_.source, *state_.budget, state_.limits.window,
                                         *size_bytes, "gguf.window");
  if (!window) return fail(window.error());
  const Result<Encoding> encoding = read_header(*window, state_.limits, state_.facts);
  if (!encoding) return fail(encoding.error());
  state_.encoding = *encoding;

  const Status memory = check_memory();
  if (!memory) return memory;
  const Fields fields(*window, *encoding);
  const Status metadata = read_metadata(fields);
  if (!metadata) return metadata;
  const Status tensors = read_tensors(fields);
  if (!tensors) return tensors;
  const Status placed = place_tensors(fields);
  if (!placed) return placed;
  return check_size_again();
}

// Before any memory is taken that grows with the file: all that will be.
Status Opening::check_memory() const {
  const std::uint64_t peak =
      peak_bytes_max(state_.limits, *state_.facts.metadata_count, *state_.facts.tensor_count);
  if (peak > state_.limits.max_total) {
    return fail(make_error(Code::limit)
                    .with_field("memory.total")
                    .with_value(peak)
                    .with_limit(state_.limits.max_total));
  }
  const std::uint64_t largest = largest_allocation_bytes_max(
      state_.limits, *state_.facts.metadata_count, *state_.facts.tensor_count);
  if (largest > state_.limits.max_allocation) {
    return fail(make_error(Code::limit)
                    .with_field("memory.allocation")
                    .with_value(largest)
                    .with_limit(state_.limits.max_allocation));
  }
  return {};
}

Status Opening::read_metadata(const Fields& fields) {
  const std::uint64_t count = *state_.facts.metadata_count;
  Result<PagedTable<KeyRecord>> keys =
      PagedTable<KeyRecord>::create(*state_.budget, count, "gguf.keys");
  if (!keys) return fail(keys.error());
  state_.keys = std::move(*keys);
  Result<NameIndex> names = NameIndex::create(*state_.budget, count, "gguf.key_index");
  if (!names) return fail(names.error());
  for (std::uint64_t index = 0; index < count; ++index) {
    const Status read = read_entry(fields, *names, static_cast<std::uint32_t>(index));
    if (!read) return read;
    ++state_.facts.metadata_read;
  }
  state_.facts.alignment = alignment_;
  return {};
}

Status Opening::read_entry(const Fields& fields, NameIndex& names, std::uint32_t index) {
  const Result<Key> key = read_key(fields, state_.limits.key, state_.hash_key);
  if (!key) return fail(key.error());
  KeyRecord& record = state_.keys[index];
  record.hash = key->hash;
  record.offset = key->place;
  record.key_size_bytes = static_cast<std::uint32_t>(key->size_bytes);
  state_.longest_key_bytes = std::max(state_.longest_key_bytes, key->size_bytes);

  const Result<std::optional<std::uint32_t>> earlier = names.insert(
      key->hash, index, [this](std::uint32_t other) { return state_.keys[other].hash; },
      [&](std::uint32_t other) {
        return is_same_string(*state_.source, state_.encoding, key->place,
                              state_.keys[other].offset);
      });
  if (!earlier) return fail(earlier.error());
  if (earlier->has_value()) {
    return fail(error_at(Code::duplicate_key, "kv.key", key->place)
                    .with_value(state_.keys[**earlier].offset));
  }

  const std::uint64_t type_place = fields.position();
  const Result<ValueType> type = read_value_type(fields, "kv.type");
  if (!type) return fail(type.error());
  record.value_type = static_cast<std::uint32_t>(*type);
  if (key->is_alignment) return read_alignment(fields, *type, type_place);
  return walk_value(fields, *type, state_.limits.depth);
}

Status Opening::read_alignment(const Fields& fields, ValueType type, std::uint64_t type_place) {
  static constexpr const char* kAlignment = "general.alignment";
  if (type != ValueType::u32) {
    return fail(error_at(Code::alignment_bad_type, kAlignment, type_place)
                    .with_value(static_cast<std::uint32_t>(type)));
  }
  const std::uint64_t place = fields.position();
  const Result<std::uint32_t> found = fields.u32(kAlignment);
  if (!found) return fail(found.error());
  if (*found > state_.limits.alignment) {
    return fail(error_at(Code::alignment_too_large, kAlignment, place)
                    .with_value(*found)
                    .with_limit(state_.limits.alignment));
  }
  if (!is_alignment(*found)) {
    return fail(error_at(Code::bad_alignment, kAlignment, place).with_value(*found));
  }
  const std::optional<Code> flag = alignment_flag(*found);
  if (flag) warnings_.add(*flag, kAlignment, place, *found);
  alignment_ = *found;
  return {};
}

Status Opening::read_tensors(const Fields& fields) {
  const std::uint64_t count = *state_.facts.tensor_count;
  Result<PagedTable<TensorRecord>> tensors =
      PagedTable<TensorRecord>::create(*state_.budget, count, "gguf.tensors");
  if (!tensors) return fail(tensors.error());
  state_.tensors = std::move(*tensors);
  Result<NameIndex> names = NameIndex::create(*state_.budget, count, "gguf.tensor_index");
  if (!names) return fail(names.error());
  for (std::uint64_t index = 0; index < count; ++index) {
    const Status read = read_tensor(fields, *names, static_cast<std::uint32_t>(index));
    if (!read) return read;
    ++state_.facts.tensors_read;
  }
  return {};
}

Status Opening::read_tensor(const Fields& fields, NameIndex& names, std::uint32_t index) {
  const Result<Descriptor> tensor =
      read_descriptor(fields, descriptor_rules(), state_.hash_key, warnings_);
  if (!tensor) return fail(tensor.error());
  const Result<std::optional<std::uint32_t>> earlier = names.insert(
      tensor->hash, index, [this](std::uint32_t other) { return state_.tensors[other].hash; },
      [&](std::uint32_t other) {
        return is_same_string(*state_.source, state_.encoding, tensor->place,
                              state_.tensors[other].place);
      });
  if (!earlier) return fail(earlier.error());
  if (earlier->has_value()) {
    return fail(error_at(Code::duplicate_tensor, "tensor.name", tensor->place)
                    .with_value(state_.tensors[**earlier].place));
  }
  state_.tensors[index] = TensorRecord{.hash = tensor->hash,
                                       .place = tensor->place,
                                       .offset = tensor->offset,
                                       .size_bytes = tensor->size_bytes};
  state_.longest_name_bytes = std::max(state_.longest_name_bytes, tensor->name_size_bytes);
  return {};
}

Status Opening::place_tensors(const Fields& fields) {
  const std::uint64_t header_end = fields.position();
  state_.facts.header_end = header_end;
  const Result<std::uint64_t> data_offset = checked_align_up(header_end, alignment_);
  if (!data_offset) return fail(data_offset.error().with_field("data_offset"));
  state_.facts.data_offset = *data_offset;
  const Extent extent{.data_offset = *data_offset,
                      .alignment = alignment_,
                      .file_size_bytes = *state_.facts.file_size_bytes};
  const Containment found = find_out_of_file(state_.tensors, extent);
  if (found.whole < state_.tensors.count()) return fail(out_of_file(fields, extent, found));
  return check_placement(state_.tensors, extent, *state_.budget, warnings_);
}

// The first tensor that is not wholly there. Its descriptor is read once more: the table keeps no
// place of the offset in it.
Error Opening::out_of_file(const Fields& fields, const Extent& extent, const Containment& found) {
  state_.facts.tensors_whole = found.whole;
  if (found.is_end_exact) state_.facts.missing_bytes = found.end - extent.file_size_bytes;
  const TensorRecord& record = state_.tensors[found.first_out];
  fields.window().seek(record.place);
  const Result<Descriptor> tensor =
      read_descriptor(fields, descriptor_rules(), state_.hash_key, WarningSink{});
  if (!tensor) return changed_since(tensor.error());
  const Error error = error_at(Code::tensor_out_of_file, "tensor.offset", tensor->offset_place)
                          .with_limit(extent.file_size_bytes);
  const Result<std::uint64_t> end = end_of(record, extent);
  return end ? error.with_value(*end) : error;
}

Status Opening::check_size_again() const {
  const Result<std::uint64_t> size_bytes = state_.source->size_bytes();
  if (!size_bytes) return fail(size_bytes.error());
  if (*size_bytes == *state_.facts.file_size_bytes) return {};
  return fail(make_error(Code::file_changed)
                  .with_field("file.size")
                  .with_value(*size_bytes)
                  .with_limit(*state_.facts.file_size_bytes));
}

}  // namespace

Status open_file(ReaderState& state) { return Opening(state).run(); }

}  // namespace redzone::gguf
