#include <algorithm>
#include <array>
#include <utility>

#include "gguf/metadata.hpp"
#include "gguf/paid.hpp"
#include "gguf/reader_state.hpp"
#include "gguf/reread.hpp"
#include "gguf/strings.hpp"
#include "redzone/gguf/cursor.hpp"

namespace redzone::gguf {

namespace {

constexpr std::uint64_t kTextBytesMin = 64;

}  // namespace

struct MetadataCursor::State {
  explicit State(const ReaderState& opened) : reader(&opened) {}

  [[nodiscard]] Status read(std::uint64_t index);
  [[nodiscard]] Status read_value(const Fields& fields, ValueType type);
  [[nodiscard]] Status read_array(const Fields& fields);
  [[nodiscard]] Status read_element(const Fields& fields, Value& element, std::span<char> room);
  [[nodiscard]] Status read_string(const Fields& fields, const char* field, Value& value,
                                   std::span<char> room);

  // The buffer's bytes as the characters that they are.
  [[nodiscard]] static std::span<char> chars(BudgetedBuffer& buffer) {
    return {reinterpret_cast<char*>(buffer.bytes().data()), buffer.size()};
  }

  BudgetedBuffer memory;  // this object's own
  const ReaderState* reader;
  Window window;
  BudgetedBuffer key;      // the longest key's bytes
  BudgetedBuffer text;     // CursorOptions::text_bytes
  std::uint64_t next = 0;  // <= reader->keys.count()
  MetadataEntry entry;
  std::array<Value, kFirstElementsMax> first{};
};

void MetadataCursor::Destroy::operator()(State* state) const noexcept { destroy_paid(state); }

MetadataCursor::MetadataCursor(Owned state) : state_(std::move(state)) {}
MetadataCursor::MetadataCursor(MetadataCursor&&) noexcept = default;
MetadataCursor& MetadataCursor::operator=(MetadataCursor&&) noexcept = default;
MetadataCursor::~MetadataCursor() = default;

Result<MetadataCursor> MetadataCursor::create(const ReaderState& reader,
                                              const CursorOptions& options) {
  static_assert(sizeof(State) <= kCursorStateBytes);
  const Error bad =
      make_error(Code::bad_limit).with_field("text_bytes").with_value(options.text_bytes);
  if (options.text_bytes < kTextBytesMin) return fail(bad.with_limit(kTextBytesMin));
  if (options.text_bytes > reader.limits.max_allocation) {
    return fail(bad.with_limit(reader.limits.max_allocation));
  }
  static constexpr const char* kPlace = "gguf.metadata_cursor";
  MemoryBudget& budget = *reader.budget;
  Result<Owned> state = make_paid<State, Destroy>(budget, kPlace, reader);
  if (!state) return fail(state.error());
  Result<Window> window = Window::create(*reader.source, budget, kCursorWindowBytes,
                                         *reader.facts.file_size_bytes, kPlace);
  if (!window) return fail(window.error());
  Result<BudgetedBuffer> key = BudgetedBuffer::allocate(budget, reader.longest_key_bytes, kPlace);
  if (!key) return fail(key.error());
  Result<BudgetedBuffer> text = BudgetedBuffer::allocate(budget, options.text_bytes, kPlace);
  if (!text) return fail(text.error());
  (*state)->window = std::move(*window);
  (*state)->key = std::move(*key);
  (*state)->text = std::move(*text);
  return MetadataCursor(std::move(*state));
}

Result<const MetadataEntry*> MetadataCursor::next() {
  if (state_->next == state_->reader->keys.count()) return nullptr;
  const Status read = state_->read(state_->next);
  if (!read) {
    state_->window.forget();  // the next try sees what the file says then
    return fail(changed_since(read.error()));
  }
  ++state_->next;
  return &state_->entry;
}

Status MetadataCursor::State::read(std::uint64_t index) {
  const KeyRecord& record = reader->keys[index];
  window.seek(record.offset);
  const Fields fields(window, reader->encoding);
  const Result<Key> found = read_key(fields, record.key_size_bytes, reader->hash_key, chars(key));
  if (!found) return fail(found.error());
  if (found->hash != record.hash) {
    return fail(error_at(Code::file_changed, "kv.key", record.offset));
  }
  const std::uint64_t type_place = fields.position();
  const Result<ValueType> type = read_value_type(fields, "kv.type");
  if (!type) return fail(type.error());
  if (static_cast<std::uint32_t>(*type) != record.value_type) {
    return fail(error_at(Code::file_changed, "kv.type", type_place));
  }
  entry = MetadataEntry{};
  entry.key = {chars(key).data(), static_cast<std::size_t>(found->size_bytes)};
  entry.offset = record.offset;
  return read_value(fields, *type);
}

Status MetadataCursor::State::read_value(const Fields& fields, ValueType type) {
  entry.value.type = type;
  if (type == ValueType::array) return read_array(fields);
  if (type == ValueType::string) {
    return read_string(fields, "kv.value.length", entry.value, chars(text));
  }
  const Result<std::uint64_t> bits = read_scalar(fields, type, "kv.value");
  if (!bits) return fail(bits.error());
  entry.value.bits = *bits;
  return {};
}

Status MetadataCursor::State::read_array(const Fields& fields) {
  const Result<ArrayHeader> header = read_array_header(fields, 1, reader->limits.depth);
  if (!header) return fail(header.error());
  entry.value.length = header->length;
  entry.value.element_type = header->element_type;
  entry.value.first_elements = first.data();
  const std::size_t room_bytes = text.size() / kFirstElementsMax;
  while (entry.value.first_count < std::min(header->length, kFirstElementsMax)) {
    const auto index = static_cast<std::size_t>(entry.value.first_count);
    first[index] = Value{};
    first[index].type = header->element_type;
    const Status read =
        read_element(fields, first[index], chars(text).subspan(index * room_bytes, room_bytes));
    if (!read) return read;
    ++entry.value.first_count;
  }
  return {};
}

Status MetadataCursor::State::read_element(const Fields& fields, Value& element,
                                           std::span<char> room) {
  if (element.type == ValueType::string) {
    return read_string(fields, "kv.array.element.length", element, room);
  }
  if (element.type == ValueType::array) {
    const Result<ArrayHeader> header = read_array_header(fields, 2, reader->limits.depth);
    if (!header) return fail(header.error());
    element.length = header->length;
    element.element_type = header->element_type;
    return walk_array(fields, *header, 2, reader->limits.depth);
  }
  const Result<std::uint64_t> bits = read_scalar(fields, element.type, "kv.array.element");
  if (!bits) return fail(bits.error());
  element.bits = *bits;
  return {};
}

Status MetadataCursor::State::read_string(const Fields& fields, const char* field, Value& value,
                                          std::span<char> room) {
  const Result<std::uint64_t> size_bytes = fields.string_length(field);
  if (!size_bytes) return fail(size_bytes.error());
  value.length = *size_bytes;
  const Result<std::string_view> copied = copy_string(fields, *size_bytes, room);
  if (!copied) return fail(copied.error());
  value.text = *copied;
  return {};
}

}  // namespace redzone::gguf
