#include <utility>

#include "gguf/paid.hpp"
#include "gguf/reader_state.hpp"
#include "gguf/reread.hpp"
#include "gguf/tensor_table.hpp"
#include "redzone/gguf/cursor.hpp"

namespace redzone::gguf {

struct TensorCursor::State {
  explicit State(const ReaderState& opened) : reader(&opened) {}

  [[nodiscard]] Status read(std::uint64_t index);

  BudgetedBuffer memory;  // this object's own
  const ReaderState* reader;
  Window window;
  BudgetedBuffer name;     // the longest name's bytes
  std::uint64_t next = 0;  // <= reader->tensors.count()
  TensorEntry entry;
};

void TensorCursor::Destroy::operator()(State* state) const noexcept { destroy_paid(state); }

TensorCursor::TensorCursor(Owned state) : state_(std::move(state)) {}
TensorCursor::TensorCursor(TensorCursor&&) noexcept = default;
TensorCursor& TensorCursor::operator=(TensorCursor&&) noexcept = default;
TensorCursor::~TensorCursor() = default;

Result<TensorCursor> TensorCursor::create(const ReaderState& reader) {
  static_assert(sizeof(State) <= kCursorStateBytes);
  static constexpr const char* kPlace = "gguf.tensor_cursor";
  MemoryBudget& budget = *reader.budget;
  Result<Owned> state = make_paid<State, Destroy>(budget, kPlace, reader);
  if (!state) return fail(state.error());
  Result<Window> window = Window::create(*reader.source, budget, kCursorWindowBytes,
                                         *reader.facts.file_size_bytes, kPlace);
  if (!window) return fail(window.error());
  Result<BudgetedBuffer> name = BudgetedBuffer::allocate(budget, reader.longest_name_bytes, kPlace);
  if (!name) return fail(name.error());
  (*state)->window = std::move(*window);
  (*state)->name = std::move(*name);
  return TensorCursor(std::move(*state));
}

Result<const TensorEntry*> TensorCursor::next() {
  if (state_->next == state_->reader->tensors.count()) return nullptr;
  const Status read = state_->read(state_->next);
  if (!read) {
    state_->window.forget();  // the next try sees what the file says then
    return fail(changed_since(read.error()));
  }
  ++state_->next;
  return &state_->entry;
}

Status TensorCursor::State::read(std::uint64_t index) {
  const TensorRecord& record = reader->tensors[index];
  window.seek(record.place);
  const Fields fields(window, reader->encoding);
  // No longer than the longest name there was, for which `name` has room.
  const DescriptorRules rules{.name_bytes_max = reader->longest_name_bytes,
                              .dimensions_max = reader->limits.dims,
                              .alignment = *reader->facts.alignment};
  const std::span<char> copy(reinterpret_cast<char*>(name.bytes().data()), name.size());
  const Result<Descriptor> tensor =
      read_descriptor(fields, rules, reader->hash_key, WarningSink{}, copy);
  if (!tensor) return fail(tensor.error());
  if (tensor->hash != record.hash || tensor->offset != record.offset ||
      tensor->size_bytes != record.size_bytes) {
    return fail(error_at(Code::file_changed, "tensor", record.place));
  }
  entry.name = {copy.data(), static_cast<std::size_t>(tensor->name_size_bytes)};
  entry.type = tensor->type;
  entry.dimension = tensor->dimension;
  entry.dimension_count = tensor->dimension_count;
  entry.offset = tensor->offset;
  entry.size_bytes = tensor->size_bytes;
  entry.descriptor_offset = tensor->place;
  return {};
}

}  // namespace redzone::gguf
