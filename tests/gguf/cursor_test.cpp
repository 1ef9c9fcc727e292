// What cursors show of metadata and tensors, in every version and byte order.

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;
using tests::GgufBytes;
using tests::GgufFormat;

class GgufCursor : public testing::TestWithParam<GgufFormat> {};

INSTANTIATE_TEST_SUITE_P(EveryFormat, GgufCursor,
                         testing::Values(GgufFormat{1, false}, GgufFormat{2, false},
                                         GgufFormat{3, false}, GgufFormat{1, true},
                                         GgufFormat{2, true}, GgufFormat{3, true}),
                         [](const testing::TestParamInfo<GgufFormat>& format) {
                           return "Version" + std::to_string(format.param.version) +
                                  (format.param.big_endian ? "BigEndian" : "LittleEndian");
                         });

// The next entry, which is there.
MetadataEntry next(MetadataCursor& cursor) {
  const Result<const MetadataEntry*> entry = cursor.next();
  if (!entry || *entry == nullptr) {
    ADD_FAILURE() << "no further entry";
    return {};
  }
  return **entry;
}

TEST_P(GgufCursor, ShowsScalarsOfEveryType) {
  GgufBuilder file(GetParam());
  file.u8("a.u8", 200).kv("a.i8", 1, [](GgufBytes& to) { to.u8(0x80); });
  file.kv("a.u16", 2, [](GgufBytes& to) { to.u16(0xfffe); });
  file.kv("a.i16", 3, [](GgufBytes& to) { to.u16(0xfffe); });
  file.u32("a.u32", 0xfffffffe).kv("a.i32", 5, [](GgufBytes& to) { to.u32(0xfffffffe); });
  file.kv("a.f32", 6, [](GgufBytes& to) { to.u32(std::bit_cast<std::uint32_t>(0.1F)); });
  file.boolean("a.true", 1).boolean("a.false", 0);
  file.u64("a.u64", UINT64_MAX).kv("a.i64", 11, [](GgufBytes& to) { to.u64(UINT64_MAX - 1); });
  file.kv("a.f64", 12, [](GgufBytes& to) { to.u64(std::bit_cast<std::uint64_t>(-0.1)); });
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  Result<MetadataCursor> cursor = opened.reader().metadata();
  ASSERT_TRUE(cursor);

  MetadataEntry entry = next(*cursor);
  EXPECT_EQ(entry.key, "a.u8");
  EXPECT_EQ(entry.offset, file.at("kv0"));
  EXPECT_EQ(entry.value.type, ValueType::u8);
  EXPECT_EQ(entry.value.as_unsigned(), 200U);
  EXPECT_EQ(entry.value.as_signed(), 200);
  EXPECT_EQ(entry.value.as_bool(), std::nullopt);
  entry = next(*cursor);
  EXPECT_EQ(entry.value.as_signed(), -128);
  EXPECT_EQ(entry.value.as_unsigned(), std::nullopt);
  EXPECT_EQ(next(*cursor).value.as_unsigned(), 0xfffeU);
  EXPECT_EQ(next(*cursor).value.as_signed(), -2);
  EXPECT_EQ(next(*cursor).value.as_unsigned(), 0xfffffffeU);
  EXPECT_EQ(next(*cursor).value.as_signed(), -2);
  entry = next(*cursor);
  EXPECT_EQ(entry.value.as_double(), double{0.1F});
  EXPECT_EQ(entry.value.as_unsigned(), std::nullopt);
  EXPECT_EQ(next(*cursor).value.as_bool(), true);
  EXPECT_EQ(next(*cursor).value.as_bool(), false);
  entry = next(*cursor);
  EXPECT_EQ(entry.value.as_unsigned(), UINT64_MAX);
  EXPECT_EQ(entry.value.as_signed(), std::nullopt);
  EXPECT_EQ(next(*cursor).value.as_signed(), -2);
  EXPECT_EQ(next(*cursor).value.as_double(), -0.1);
  const Result<const MetadataEntry*> end = cursor->next();
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, nullptr);
}

TEST_P(GgufCursor, ShowsStringsByteForByte) {
  const std::string odd("white \0 space\xff ", 15);
  GgufBuilder file(GetParam());
  file.string("a", odd).string("b", "");
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  Result<MetadataCursor> cursor = opened.reader().metadata();
  ASSERT_TRUE(cursor);
  EXPECT_EQ(next(*cursor).value.as_string(), odd);
  EXPECT_EQ(next(*cursor).value.as_string(), "");
}

TEST_P(GgufCursor, ShowsAnArraysTypeLengthAndFirstElements) {
  GgufBuilder file(GetParam());
  file.array("strings", 8, 10, [](GgufBytes& to) {
    for (int index = 0; index < 10; ++index) to.string("token " + std::to_string(index));
  });
  file.array("numbers", 5, 3, [](GgufBytes& to) { to.u32(1).u32(0xffffffff).u32(3); });
  file.array("none", 0, 0, [](GgufBytes&) {});
  file.array("arrays", 9, 2, [](GgufBytes& to) {
    to.u32(9).length(1).u32(0).length(2).u8(1).u8(2);
    to.u32(8).length(1).string("x");
  });
  file.boolean("last", 1);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  Result<MetadataCursor> cursor = opened.reader().metadata();
  ASSERT_TRUE(cursor);

  MetadataEntry entry = next(*cursor);
  EXPECT_EQ(entry.value.type, ValueType::array);
  EXPECT_EQ(entry.value.element_type, ValueType::string);
  EXPECT_EQ(entry.value.length, 10U);
  ASSERT_EQ(entry.value.first().size(), kFirstElementsMax);
  for (std::size_t index = 0; index < 8; ++index) {
    EXPECT_EQ(entry.value.first()[index].as_string(), "token " + std::to_string(index));
  }
  entry = next(*cursor);
  EXPECT_EQ(entry.value.element_type, ValueType::i32);
  ASSERT_EQ(entry.value.first().size(), 3U);
  EXPECT_EQ(entry.value.first()[1].as_signed(), -1);
  EXPECT_EQ(entry.value.first()[2].as_signed(), 3);
  entry = next(*cursor);
  EXPECT_EQ(entry.value.length, 0U);
  EXPECT_TRUE(entry.value.first().empty());
  entry = next(*cursor);
  ASSERT_EQ(entry.value.first().size(), 2U);
  EXPECT_EQ(entry.value.first()[0].element_type, ValueType::array);
  EXPECT_EQ(entry.value.first()[0].length, 1U);
  EXPECT_EQ(entry.value.first()[1].element_type, ValueType::string);
  EXPECT_TRUE(entry.value.first()[1].first().empty());
  EXPECT_EQ(next(*cursor).key, "last");
}

TEST_P(GgufCursor, ShowsTensors) {
  GgufBuilder file(GetParam());
  file.tensor({.name = "token_embd.weight", .dimensions = {64, 3}, .type = 8, .size_bytes = 204});
  file.tensor({.name = std::string(255, 'n'), .dimensions = {2, 1, 3, 1}, .size_bytes = 24});
  file.tensor({.name = "scalar", .dimensions = {}, .type = 28, .size_bytes = 8});
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(opened.reader().data_offset(), file.at("data"));
  Result<TensorCursor> cursor = opened.reader().tensors();
  ASSERT_TRUE(cursor);

  Result<const TensorEntry*> tensor = cursor->next();
  ASSERT_TRUE(tensor && *tensor != nullptr);
  EXPECT_EQ((*tensor)->name, "token_embd.weight");
  EXPECT_EQ((*tensor)->type->name, "Q8_0");
  EXPECT_EQ(std::vector((*tensor)->dimensions().begin(), (*tensor)->dimensions().end()),
            (std::vector<std::uint64_t>{64, 3}));
  EXPECT_EQ((*tensor)->offset, 0U);
  EXPECT_EQ((*tensor)->size_bytes, 204U);
  EXPECT_EQ((*tensor)->descriptor_offset, file.at("tensor0"));
  tensor = cursor->next();
  ASSERT_TRUE(tensor && *tensor != nullptr);
  EXPECT_EQ((*tensor)->name, std::string(255, 'n'));
  EXPECT_EQ((*tensor)->dimensions().size(), 4U);
  EXPECT_EQ((*tensor)->offset, 224U);
  EXPECT_EQ((*tensor)->size_bytes, 24U);
  tensor = cursor->next();
  ASSERT_TRUE(tensor && *tensor != nullptr);
  EXPECT_TRUE((*tensor)->dimensions().empty());
  EXPECT_EQ((*tensor)->size_bytes, 8U);
  tensor = cursor->next();
  ASSERT_TRUE(tensor);
  EXPECT_EQ(*tensor, nullptr);
}

TEST(GgufCursorText, IsKeptBelowAndAtItsLimitAndCutAbove) {
  for (const std::size_t size : {99U, 100U, 101U}) {
    const std::string text(size, 't');
    GgufBuilder file;
    file.string("s", text).array("a", 8, 2, [&text](GgufBytes& to) {
      to.string(text.substr(0, text.size() / 8)).string(text);
    });
    const Opened opened(file);
    Result<MetadataCursor> cursor = opened.reader().metadata({.text_bytes = 100});
    ASSERT_TRUE(cursor);
    MetadataEntry entry = next(*cursor);
    EXPECT_EQ(entry.value.length, size);
    EXPECT_EQ(entry.value.text, text.substr(0, 100));
    EXPECT_EQ(entry.value.as_string().has_value(), size <= 100);
    entry = next(*cursor);
    ASSERT_EQ(entry.value.first().size(), 2U);
    EXPECT_EQ(entry.value.first()[0].as_string(), text.substr(0, size / 8));
    EXPECT_EQ(entry.value.first()[1].text, text.substr(0, 12));
    EXPECT_EQ(entry.value.first()[1].length, size);
  }
}

TEST(GgufCursorText, HasALowerAndAnUpperLimit) {
  GgufBuilder file;
  const Opened opened(file);
  for (const std::uint64_t good : {std::uint64_t{64}, 1 * kMiB}) {
    EXPECT_TRUE(opened.reader().metadata({.text_bytes = good}));
  }
  EXPECT_TRUE(gives(opened.reader().metadata({.text_bytes = 63}).error(),
                    expected(Code::bad_limit, "text_bytes", std::nullopt, 63, 64)));
  EXPECT_TRUE(gives(opened.reader().metadata({.text_bytes = 1 * kMiB + 1}).error(),
                    expected(Code::bad_limit, "text_bytes", std::nullopt, 1 * kMiB + 1, 1 * kMiB)));
}

// The example of reader.hpp.
Result<std::uint64_t> data_bytes(os::ByteSource& source) {
  MemoryBudget budget{Limits{}.memory()};
  Result<Reader> reader = Reader::open(source, budget);
  if (!reader) return fail(reader.error());
  Result<TensorCursor> tensors = reader->tensors();
  if (!tensors) return fail(tensors.error());
  std::uint64_t sum = 0;
  while (true) {
    Result<const TensorEntry*> tensor = tensors->next();
    if (!tensor) return fail(tensor.error());
    if (*tensor == nullptr) break;
    sum += (*tensor)->size_bytes;
  }
  return sum;
}

TEST(GgufReader, TheExampleOfItsHeaderWorks) {
  GgufBuilder file;
  file.tensor({.name = "a"}).tensor({.name = "b"});
  Opened opened(file);
  EXPECT_EQ(data_bytes(opened.source()), 64U);
  const std::vector<std::byte> none;
  os::MemorySource empty(none);
  EXPECT_FALSE(data_bytes(empty));
}

TEST(GgufCursorText, MayBeLongerThanTheCursorsWindow) {
  std::string text;
  for (int index = 0; text.size() < 60'000; ++index) text += std::to_string(index) + " ";
  GgufBuilder file;
  file.string("s", text).array("a", 8, 8, [&text](GgufBytes& to) {
    for (int index = 0; index < 8; ++index) to.string(text);
  });
  file.string("t", text);
  const Opened opened(file);
  Result<MetadataCursor> cursor = opened.reader().metadata();
  ASSERT_TRUE(cursor);
  EXPECT_EQ(next(*cursor).value.as_string(), text);
  const MetadataEntry entry = next(*cursor);
  ASSERT_EQ(entry.value.first().size(), 8U);
  for (const Value& element : entry.value.first()) {
    EXPECT_EQ(element.text, text.substr(0, 8192));
    EXPECT_EQ(element.length, text.size());
  }
  EXPECT_EQ(next(*cursor).value.as_string(), text);
}

TEST(GgufCursors, AreIndependentOfEachOther) {
  GgufBuilder file;
  file.u8("a", 1).u8("b", 2);
  const Opened opened(file);
  Result<MetadataCursor> first = opened.reader().metadata();
  Result<MetadataCursor> second = opened.reader().metadata();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(next(*first).key, "a");
  EXPECT_EQ(next(*first).key, "b");
  EXPECT_EQ(next(*second).key, "a");
}

// A file whose bytes are changed between opening and walking.
class Changing {
 public:
  explicit Changing(GgufBuilder& file)
      : image_(file.build()),
        source_(image_),
        reader_(Reader::open_with_key(source_, budget_, {}, nullptr, kTestKey)) {}

  void change(std::uint64_t offset) { image_[offset] ^= std::byte{0x01}; }
  [[nodiscard]] const Reader& reader() const { return *reader_; }

 private:
  std::vector<std::byte> image_;
  os::MemorySource source_;
  MemoryBudget budget_{Limits{}.memory()};
  Result<Reader> reader_;
};

TEST(GgufCursors, SeeThatMetadataHasChangedSinceItWasAccepted) {
  GgufBuilder file;
  file.string("general.name", "text");
  for (const char* part : {"kv0", "kv0.key", "kv0.type"}) {
    Changing changing(file);
    Result<MetadataCursor> cursor = changing.reader().metadata();
    ASSERT_TRUE(cursor);
    changing.change(file.at(part));
    const Result<const MetadataEntry*> entry = cursor->next();
    ASSERT_FALSE(entry) << part;
    EXPECT_EQ(entry.error().code, error_code(Code::file_changed)) << part;
    changing.change(file.at(part));
    EXPECT_TRUE(cursor->next()) << "a cursor stays where it was";
  }
}

TEST(GgufCursors, SeeThatATensorHasChangedSinceItWasAccepted) {
  GgufBuilder file;
  file.tensor({});
  for (const char* part : {"tensor0", "tensor0.name", "tensor0.n_dims", "tensor0.dimension0",
                           "tensor0.type", "tensor0.offset"}) {
    Changing changing(file);
    Result<TensorCursor> cursor = changing.reader().tensors();
    ASSERT_TRUE(cursor);
    changing.change(file.at(part));
    const Result<const TensorEntry*> entry = cursor->next();
    ASSERT_FALSE(entry) << part;
    EXPECT_EQ(entry.error().code, error_code(Code::file_changed)) << part;
    changing.change(file.at(part));
    EXPECT_TRUE(cursor->next()) << "a cursor stays where it was";
  }
}

}  // namespace
}  // namespace redzone::gguf
