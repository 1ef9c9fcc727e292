#pragma once
// Writes GGUF files for tests: valid ones of each version and byte order, and, because every part
// can be given raw, files that are wrong in exactly one place. It knows where each part came to
// stand, so that a test can say where an error has to point.
//
//   GgufBuilder file;
//   file.u32("general.alignment", 64).tensor({.name = "w", .dimensions = {32, 2}, .type = 2});
//   const std::vector<std::byte> image = file.build();
//   EXPECT_EQ(error.offset, file.at("tensor0.type"));
//
// The parts of entry n, each by the place where it begins: kvN (its key's length), kvN.key,
// kvN.type, kvN.value (of an array: its element type), tensorN (its name's length), tensorN.name,
// tensorN.n_dims, tensorN.dimension0..., tensorN.type, tensorN.offset; and of the file:
// header.version, header.tensor_count, header.metadata_kv_count, header.end, data, data.end.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redzone::tests {

struct GgufFormat {
  std::uint32_t version = 3;
  bool big_endian = false;
};

// What GoogleTest prints of a parameter; without it, it would print the unset bytes in between too.
inline void PrintTo(const GgufFormat& format, std::ostream* out) {
  *out << "version " << format.version << (format.big_endian ? " big-endian" : " little-endian");
}

// The format's primitives, one after another.
class GgufBytes {
 public:
  explicit GgufBytes(GgufFormat format) : format_(format) {}

  GgufBytes& u8(std::uint8_t number) { return integer(number, 1); }
  GgufBytes& u16(std::uint16_t number) { return integer(number, 2); }
  GgufBytes& u32(std::uint32_t number) { return integer(number, 4); }
  GgufBytes& u64(std::uint64_t number) { return integer(number, 8); }
  // A count, a length or a dimension: 32 bits in version 1. Cut to what fits.
  GgufBytes& length(std::uint64_t number) { return integer(number, length_bytes()); }
  GgufBytes& text(std::string_view characters) {
    for (const char character : characters) bytes_.push_back(static_cast<std::byte>(character));
    return *this;
  }
  GgufBytes& string(std::string_view characters) {
    return length(characters.size()).text(characters);
  }
  GgufBytes& fill(std::size_t count, std::byte byte = std::byte{0}) {
    bytes_.insert(bytes_.end(), count, byte);
    return *this;
  }
  GgufBytes& append(const std::vector<std::byte>& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  [[nodiscard]] std::size_t length_bytes() const { return format_.version == 1 ? 4 : 8; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] const GgufFormat& format() const { return format_; }
  [[nodiscard]] std::vector<std::byte>& bytes() { return bytes_; }

 private:
  GgufBytes& integer(std::uint64_t number, std::size_t width) {
    for (std::size_t index = 0; index < width; ++index) {
      const std::size_t shift = 8 * (format_.big_endian ? width - 1 - index : index);
      bytes_.push_back(static_cast<std::byte>(number >> shift));
    }
    return *this;
  }

  GgufFormat format_;
  std::vector<std::byte> bytes_;
};

struct GgufTensor {
  std::string name = "tensor";
  std::vector<std::uint64_t> dimensions = {8};
  std::uint32_t type = 0;         // F32
  std::uint64_t size_bytes = 32;  // of the data that is written
  // What the file says instead of the truth.
  std::optional<std::uint64_t> name_length = {};
  std::optional<std::uint32_t> n_dims = {};
  std::optional<std::uint64_t> offset = {};
};

class GgufBuilder {
 public:
  using Write = std::function<void(GgufBytes&)>;

  explicit GgufBuilder(GgufFormat format = {}) : format_(format) {}

  // Metadata. `write` writes the value, for an array its element type and length too.
  GgufBuilder& kv(std::string key, std::uint32_t type, Write write,
                  std::optional<std::uint64_t> key_length = std::nullopt) {
    entries_.push_back({std::move(key), key_length, type, std::move(write)});
    return *this;
  }
  GgufBuilder& u8(std::string key, std::uint8_t number) {
    return kv(std::move(key), 0, [number](GgufBytes& to) { to.u8(number); });
  }
  GgufBuilder& u32(std::string key, std::uint32_t number) {
    return kv(std::move(key), 4, [number](GgufBytes& to) { to.u32(number); });
  }
  GgufBuilder& u64(std::string key, std::uint64_t number) {
    return kv(std::move(key), 10, [number](GgufBytes& to) { to.u64(number); });
  }
  GgufBuilder& boolean(std::string key, std::uint8_t number) {
    return kv(std::move(key), 7, [number](GgufBytes& to) { to.u8(number); });
  }
  GgufBuilder& string(std::string key, std::string value) {
    return kv(std::move(key), 8, [value](GgufBytes& to) { to.string(value); });
  }
  // An array with this header and whatever `elements` writes.
  GgufBuilder& array(std::string key, std::uint32_t element_type, std::uint64_t length,
                     Write elements) {
    return kv(std::move(key), 9, [element_type, length, elements](GgufBytes& to) {
      to.u32(element_type).length(length);
      elements(to);
    });
  }

  GgufBuilder& tensor(GgufTensor tensor) {
    tensors_.push_back(std::move(tensor));
    return *this;
  }

  // The file and its data are laid out with this alignment, whatever the metadata says.
  GgufBuilder& align_to(std::uint64_t alignment) {
    alignment_ = alignment;
    return *this;
  }
  GgufBuilder& magic(std::string four_bytes) {
    magic_ = std::move(four_bytes);
    return *this;
  }
  GgufBuilder& say_version(std::uint32_t version) {
    said_version_ = version;
    return *this;
  }
  GgufBuilder& say_tensor_count(std::uint64_t count) {
    said_tensor_count_ = count;
    return *this;
  }
  GgufBuilder& say_metadata_count(std::uint64_t count) {
    said_metadata_count_ = count;
    return *this;
  }
  GgufBuilder& no_data() {
    has_data_ = false;
    return *this;
  }
  GgufBuilder& no_final_padding() {
    has_final_padding_ = false;
    return *this;
  }
  // No padding behind a header that no tensors follow, as llama.cpp writes it.
  GgufBuilder& no_header_padding() {
    has_header_padding_ = false;
    return *this;
  }
  GgufBuilder& trailing(std::size_t count) {
    trailing_ = count;
    return *this;
  }

  [[nodiscard]] std::vector<std::byte> build() {
    places_.clear();
    GgufBytes to(format_);
    to.text(magic_);
    mark("header.version", to);
    to.u32(said_version_.value_or(format_.version));
    mark("header.tensor_count", to);
    to.length(said_tensor_count_.value_or(tensors_.size()));
    mark("header.metadata_kv_count", to);
    to.length(said_metadata_count_.value_or(entries_.size()));
    for (std::size_t index = 0; index < entries_.size(); ++index) write_entry(to, index);
    std::uint64_t next_offset = 0;
    for (std::size_t index = 0; index < tensors_.size(); ++index) {
      write_descriptor(to, index, next_offset);
      next_offset = align(next_offset + tensors_[index].size_bytes);
    }
    mark("header.end", to);
    if (has_data_) write_data(to);
    mark("data.end", to);
    to.fill(trailing_, std::byte{0x7e});
    return to.bytes();
  }

  // Where a part stands in the file. Builds it anew: not for loops over large files.
  [[nodiscard]] std::uint64_t at(const std::string& part) {
    (void)build();
    const auto found = places_.find(part);
    if (found == places_.end()) throw std::out_of_range("no such part: " + part);
    return found->second;
  }

 private:
  struct Entry {
    std::string key;
    std::optional<std::uint64_t> key_length;
    std::uint32_t type;
    Write write;
  };

  void mark(const std::string& part, const GgufBytes& to) { places_[part] = to.size(); }

  [[nodiscard]] std::uint64_t align(std::uint64_t position) const {
    return (position + alignment_ - 1) / alignment_ * alignment_;
  }

  void write_entry(GgufBytes& to, std::size_t index) {
    const Entry& entry = entries_[index];
    const std::string name = "kv" + std::to_string(index);
    mark(name, to);
    to.length(entry.key_length.value_or(entry.key.size()));
    mark(name + ".key", to);
    to.text(entry.key);
    mark(name + ".type", to);
    to.u32(entry.type);
    mark(name + ".value", to);
    entry.write(to);
  }

  void write_descriptor(GgufBytes& to, std::size_t index, std::uint64_t next_offset) {
    const GgufTensor& tensor = tensors_[index];
    const std::string name = "tensor" + std::to_string(index);
    mark(name, to);
    to.length(tensor.name_length.value_or(tensor.name.size()));
    mark(name + ".name", to);
    to.text(tensor.name);
    mark(name + ".n_dims", to);
    to.u32(tensor.n_dims.value_or(static_cast<std::uint32_t>(tensor.dimensions.size())));
    for (std::size_t dimension = 0; dimension < tensor.dimensions.size(); ++dimension) {
      mark(name + ".dimension" + std::to_string(dimension), to);
      to.length(tensor.dimensions[dimension]);
    }
    mark(name + ".type", to);
    to.u32(tensor.type);
    mark(name + ".offset", to);
    to.u64(tensor.offset.value_or(next_offset));
  }

  void write_data(GgufBytes& to) {
    if (tensors_.empty() && !has_header_padding_) return;
    to.fill(static_cast<std::size_t>(align(to.size()) - to.size()));
    mark("data", to);
    for (std::size_t index = 0; index < tensors_.size(); ++index) {
      to.fill(static_cast<std::size_t>(tensors_[index].size_bytes),
              static_cast<std::byte>(0x10 + index % 0x60));
      const bool is_last = index + 1 == tensors_.size();
      if (is_last && !has_final_padding_) return;
      to.fill(static_cast<std::size_t>(align(to.size()) - to.size()));
    }
  }

  GgufFormat format_;
  std::string magic_ = "GGUF";
  std::optional<std::uint32_t> said_version_;
  std::optional<std::uint64_t> said_tensor_count_;
  std::optional<std::uint64_t> said_metadata_count_;
  std::vector<Entry> entries_;
  std::vector<GgufTensor> tensors_;
  std::uint64_t alignment_ = 32;
  bool has_data_ = true;
  bool has_final_padding_ = true;
  bool has_header_padding_ = true;
  std::size_t trailing_ = 0;
  std::map<std::string, std::uint64_t> places_;
};

}  // namespace redzone::tests
