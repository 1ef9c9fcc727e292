#include "redzone/gguf/reader.hpp"

#include <algorithm>
#include <utility>

#include "gguf/paid.hpp"
#include "gguf/reader_state.hpp"
#include "gguf/strings.hpp"
#include "redzone/base/check.hpp"
#include "redzone/os/random.hpp"

namespace redzone::gguf {

void Reader::Destroy::operator()(ReaderState* state) const noexcept { destroy_paid(state); }

Reader::Reader(Owned state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::open(os::ByteSource& source, MemoryBudget& budget, const Limits& limits,
                            OpenReport* report) {
  if (report != nullptr) *report = OpenReport{};
  const Result<std::array<std::uint64_t, 2>> random = os::random_key();
  if (!random) return fail(random.error());
  return open_with_key(source, budget, limits, report, HashKey{(*random)[0], (*random)[1]});
}

Result<Reader> Reader::open_with_key(os::ByteSource& source, MemoryBudget& budget,
                                     const Limits& limits, OpenReport* report, const HashKey& key) {
  if (report != nullptr) *report = OpenReport{};
  const Status valid = check_limits(limits);
  if (!valid) return fail(valid.error());
  Result<Owned> state =
      make_paid<ReaderState, Destroy>(budget, "gguf.reader", source, budget, limits, key);
  if (!state) return fail(state.error());
  const Status opened = open_file(**state);
  if (report != nullptr) *report = (*state)->facts;
  if (!opened) return fail(opened.error());
  return Reader(std::move(*state));
}

std::uint32_t Reader::version() const { return state_->encoding.version; }
Endianness Reader::endianness() const { return state_->encoding.endianness; }
std::uint64_t Reader::alignment() const { return *state_->facts.alignment; }
std::uint64_t Reader::file_size_bytes() const { return *state_->facts.file_size_bytes; }
std::uint64_t Reader::header_end() const { return *state_->facts.header_end; }
std::uint64_t Reader::data_offset() const { return *state_->facts.data_offset; }
std::uint64_t Reader::metadata_count() const { return state_->keys.count(); }
std::uint64_t Reader::tensor_count() const { return state_->tensors.count(); }
const Warnings& Reader::warnings() const { return state_->facts.warnings; }

Result<MetadataCursor> Reader::metadata(const CursorOptions& options) const {
  return MetadataCursor::create(*state_, options);
}

Result<TensorCursor> Reader::tensors() const { return TensorCursor::create(*state_); }

void Reader::check_invariants() const {
  REDZONE_CHECK(state_ != nullptr);
  const OpenReport& facts = state_->facts;
  REDZONE_CHECK(facts.file_size_bytes && facts.version && facts.endianness && facts.alignment);
  REDZONE_CHECK(facts.header_end && facts.data_offset);
  REDZONE_CHECK(facts.metadata_read == metadata_count() && facts.tensors_read == tensor_count());
  REDZONE_CHECK(header_end() <= file_size_bytes() && header_end() <= data_offset());
  REDZONE_CHECK(data_offset() - header_end() < alignment() && data_offset() % alignment() == 0);
  REDZONE_CHECK(warnings().kept().size() <= warnings().total());
  for (std::uint64_t index = 1; index < metadata_count(); ++index) {
    REDZONE_CHECK(state_->keys[index - 1].offset < state_->keys[index].offset);
  }
  for (std::uint64_t index = 0; index < tensor_count(); ++index) {
    const TensorRecord& tensor = state_->tensors[index];
    REDZONE_CHECK(tensor.offset <= file_size_bytes() - data_offset());
    REDZONE_CHECK(tensor.size_bytes <= file_size_bytes() - data_offset() - tensor.offset);
  }
}

Result<std::string_view> read_name(os::ByteSource& source, const OpenReport& report,
                                   std::uint64_t offset, std::span<char> out) {
  REDZONE_CHECK(report.version && report.endianness);
  const Encoding encoding{.endianness = *report.endianness, .version = *report.version};
  const Result<std::uint64_t> size_bytes = length_at(source, encoding, offset);
  if (!size_bytes) return fail(size_bytes.error());
  const std::span<char> used =
      out.first(static_cast<std::size_t>(std::min<std::uint64_t>(*size_bytes, out.size())));
  const Result<std::size_t> got =
      os::read_fully(source, offset + encoding.length_bytes(), std::as_writable_bytes(used));
  if (!got) return fail(got.error());
  return std::string_view(out.data(), *got);
}

}  // namespace redzone::gguf
