// `redzone gguf info`, as a user meets it: real files, the built program, its whole output.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/gguf_builder.hpp"
#include "tests/support/run_redzone.hpp"

namespace redzone::cli {
namespace {

using Json = nlohmann::json;
using tests::GgufBuilder;
using tests::GgufBytes;

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Every kind of value, a hostile name, and a few oddities that are flagged.
GgufBuilder sample() {
  GgufBuilder file;
  file.string("general.architecture", "llama")
      .u32("general.alignment", 64)
      .align_to(64)
      .kv("sample.u8", 0, [](GgufBytes& to) { to.u8(255); })
      .kv("sample.i8", 1, [](GgufBytes& to) { to.u8(0x80); })
      .kv("sample.u16", 2, [](GgufBytes& to) { to.u16(65535); })
      .kv("sample.i16", 3, [](GgufBytes& to) { to.u16(0x8000); })
      .kv("sample.i32", 5, [](GgufBytes& to) { to.u32(0xffffffff); })
      .kv("sample.f32", 6, [](GgufBytes& to) { to.u32(0x3dcccccd); })
      .kv("sample.f32.nan", 6, [](GgufBytes& to) { to.u32(0x7fc00000); })
      .boolean("sample.bool", 1)
      .u64("sample.u64", std::numeric_limits<std::uint64_t>::max())
      .kv("sample.i64", 11, [](GgufBytes& to) { to.u64(std::uint64_t{1} << 63); })
      .kv("sample.f64", 12, [](GgufBytes& to) { to.u64(0x7ff0000000000000); })
      .string("sample.escape", "red \x1b[31mtext\nand \"quotes\"")
      .string("sample.long", std::string(100'000, 'x'))
      .array("sample.empty", 4, 0, [](GgufBytes&) {})
      .array("sample.tokens", 8, 10,
             [](GgufBytes& to) {
               for (int token = 0; token < 10; ++token)
                 to.string("<" + std::to_string(token) + ">");
             })
      .array("sample.nested", 9, 2, [](GgufBytes& to) {
        for (const std::uint32_t element : {7U, 8U}) to.u32(4).length(1).u32(element);
      });
  file.tensor({.name = "token_embd.weight", .dimensions = {32, 2}, .type = 2, .size_bytes = 36})
      .tensor({.name = "esc\x1b[2Jape", .dimensions = {8, 2, 3}, .type = 0, .size_bytes = 192})
      .trailing(5);
  return file;
}

TEST(GgufInfo, PrintsATableForPeople) {
  const Folder folder;
  folder.write("sample.gguf", text_of(sample().build()));
  const Said said = run_redzone(folder, {"gguf", "info", "sample.gguf"});
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.err, "");
  expect_golden("gguf_info.txt", said.out);
}

TEST(GgufInfo, PrintsOneJsonDocumentForPrograms) {
  const Folder folder;
  folder.write("sample.gguf", text_of(sample().build()));
  const Said said = run_redzone(folder, {"gguf", "info", "--json", "sample.gguf"});
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.err, "");
  const Json info = Json::parse(said.out);
  EXPECT_EQ(info["version"], 3);
  EXPECT_EQ(info["metadata"].size(), 18u);
  EXPECT_EQ(info["metadata"][10]["value"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(info["metadata"][11]["value"], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(info["metadata"][14]["truncated"], true);
  EXPECT_EQ(info["metadata"][14]["length_bytes"], 100'000);
  EXPECT_EQ(info["error"], nullptr);
  // The one value of 64 KiB would hide the others in the approved text.
  Json shortened = info;
  shortened["metadata"][14]["value"] = "...";
  expect_golden("gguf_info.json", shortened.dump(1) + "\n");
}

TEST(GgufInfo, ReadsStandardInputWhenItIsAFile) {
  const Folder folder;
  folder.write("sample.gguf", text_of(sample().build()));
  const std::string command = std::string("exec \"$0\" gguf info --json - < sample.gguf");
  const std::array words{"/bin/sh", "-c", command.c_str(), REDZONE_PROGRAM};
  MemoryBudget budget{{.max_single = 4_MiB, .max_total = 16_MiB}};
  const Result<os::ProcessOutcome> outcome =
      os::run_process({.arguments = words, .working_directory = folder.path().c_str()}, budget);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 0) << outcome->standard_error.text();
  EXPECT_EQ(Json::parse(outcome->standard_output.text())["tensor_count"], 2);
}

struct Rejected {
  Said text;
  Said json;
  Json error;
};

Rejected reject(const std::vector<std::byte>& image) {
  const Folder folder;
  folder.write("bad.gguf", text_of(image));
  Rejected rejected{.text = run_redzone(folder, {"gguf", "info", "bad.gguf"}),
                    .json = run_redzone(folder, {"gguf", "info", "--json", "bad.gguf"}),
                    .error = {}};
  EXPECT_EQ(rejected.text.status, 1);
  EXPECT_EQ(rejected.text.out, "");
  EXPECT_EQ(rejected.json.status, 1);
  EXPECT_EQ(rejected.json.err, rejected.text.err);
  rejected.error = Json::parse(rejected.json.out)["error"];
  return rejected;
}

TEST(GgufInfo, RejectsAHostileLengthWithCodeOffsetValueAndLimit) {
  GgufBuilder file;
  file.kv("general.name", 8, [](GgufBytes& to) { to.length(~std::uint64_t{0}).text("x"); });
  const std::uint64_t offset = file.at("kv0.value");
  const Rejected rejected = reject(file.no_data().build());
  EXPECT_EQ(rejected.error["code"], "STRING_EXCEEDS_FILE");
  EXPECT_EQ(rejected.error["offset"], offset);
  EXPECT_EQ(rejected.error["value"], ~std::uint64_t{0});
  EXPECT_EQ(rejected.error["limit"], 1);
  EXPECT_EQ(
      rejected.text.err,
      "redzone: \"bad.gguf\" rejected: STRING_EXCEEDS_FILE: field 'kv.value.length' at offset " +
          std::to_string(offset) + ": value 18446744073709551615, limit 1\n");
}

TEST(GgufInfo, NamesBothPlacesOfADuplicateEscaped) {
  GgufBuilder file;
  file.tensor({.name = "a\x1b[31m"}).tensor({.name = "a\x1b[31m"});
  const Rejected rejected = reject(file.build());
  EXPECT_EQ(rejected.error["code"], "DUPLICATE_TENSOR");
  EXPECT_NE(rejected.text.err.find("; both are called \"a\\x1b[31m\""), std::string::npos)
      << rejected.text.err;
}

TEST(GgufInfo, SaysHowMuchOfACutDownloadIsMissing) {
  GgufBuilder file;
  file.tensor({.name = "first"}).tensor({.name = "second"}).no_final_padding();
  std::vector<std::byte> image = file.build();
  image.pop_back();
  const Rejected rejected = reject(image);
  EXPECT_EQ(rejected.error["code"], "TENSOR_OUT_OF_FILE");
  EXPECT_NE(rejected.text.err.find("; 1 byte is missing; 1 of 2 tensors are whole"),
            std::string::npos)
      << rejected.text.err;
}

TEST(GgufInfo, SaysWhatAFileThatIsNoGgufReallyIs) {
  const std::string_view page = "<!DOCTYPE html><html><body>404</body></html>";
  const auto* bytes = reinterpret_cast<const std::byte*>(page.data());
  const Rejected rejected = reject({bytes, bytes + page.size()});
  EXPECT_EQ(rejected.error["code"], "BAD_MAGIC");
  EXPECT_EQ(rejected.error["limit"], nullptr);
  EXPECT_NE(rejected.text.err.find("HTML"), std::string::npos) << rejected.text.err;
}

TEST(GgufInfo, ALimitFromTheCommandLineIsEnforced) {
  const Folder folder;
  folder.write("sample.gguf", text_of(sample().build()));
  const Said at = run_redzone(folder, {"gguf", "info", "sample.gguf", "--limits", "keys=18"});
  EXPECT_EQ(at.status, 0) << at.err;
  const Said above = run_redzone(folder, {"gguf", "info", "sample.gguf", "--limits", "keys=17"});
  EXPECT_EQ(above.status, 1);
  EXPECT_NE(above.err.find("LIMIT"), std::string::npos);
  EXPECT_NE(above.err.find("value 18, limit 17"), std::string::npos) << above.err;
}

TEST(GgufInfo, AFileThatCannotBeReadIsNamedWithStatus3) {
  const Folder folder;
  const Said missing = run_redzone(folder, {"gguf", "info", "none.gguf"});
  EXPECT_EQ(missing.status, 3);
  EXPECT_EQ(missing.out, "");
  EXPECT_NE(missing.err.find("\"none.gguf\" cannot be read"), std::string::npos) << missing.err;
  EXPECT_NE(missing.err.find("No such file or directory"), std::string::npos) << missing.err;

  const Said directory = run_redzone(folder, {"gguf", "info", "--json", "."});
  EXPECT_EQ(directory.status, 3);
  EXPECT_EQ(Json::parse(directory.out)["error"]["code"], "NOT_A_REGULAR_FILE");
  EXPECT_EQ(Json::parse(directory.out)["version"], nullptr);
}

TEST(GgufInfo, AnElementOfAnArrayIsShownWholeBelowAndAtTheLimitAndMarkedAsCutAbove) {
  constexpr std::size_t kElementBytes = 8192;
  const Folder folder;
  for (const std::size_t size : {kElementBytes - 1, kElementBytes, kElementBytes + 1}) {
    GgufBuilder file;
    file.array("a", 8, 2, [size](GgufBytes& to) { to.string("").string(std::string(size, 'e')); });
    folder.write("array.gguf", text_of(file.build()));
    const Said said = run_redzone(folder, {"gguf", "info", "--json", "array.gguf"});
    ASSERT_EQ(said.status, 0) << said.err;
    const Json entry = Json::parse(said.out)["metadata"][0];
    EXPECT_EQ(entry["first"][1].get<std::string>().size(), std::min(size, kElementBytes));
    EXPECT_EQ(entry.contains("truncated"), size > kElementBytes);
  }
}

// `redzone arguments...` with the redirections of a shell behind them.
Said redirected(const Folder& folder, const std::string& arguments_and_redirections) {
  const std::string command = "exec \"$0\" " + arguments_and_redirections;
  const std::array words{"/bin/sh", "-c", command.c_str(), REDZONE_PROGRAM};
  MemoryBudget budget{{.max_single = 4_MiB, .max_total = 16_MiB}};
  const Result<os::ProcessOutcome> outcome =
      os::run_process({.arguments = words, .working_directory = folder.path().c_str()}, budget);
  if (!outcome) return {};
  return {.status = outcome->exit_code,
          .out = std::string(outcome->standard_output.text()),
          .err = std::string(outcome->standard_error.text())};
}

TEST(GgufInfo, AnInputWithoutPositionsIsNamedForWhatItIs) {
  const Folder folder;
  const Said pipe = run_redzone(folder, {"gguf", "info", "-"}, "GGUF");
  EXPECT_EQ(pipe.status, 3);
  EXPECT_EQ(pipe.err,
            "redzone: \"-\" cannot be read: it is a pipe, and only a regular file has a size and "
            "positions (NOT_A_REGULAR_FILE)\n");
  EXPECT_NE(run_redzone(folder, {"gguf", "info", "."}).err.find("it is a directory"),
            std::string::npos);
  const Said closed = redirected(folder, "gguf info - <&-");
  EXPECT_EQ(closed.status, 3);
  EXPECT_NE(closed.err.find("Bad file descriptor"), std::string::npos) << closed.err;
}

TEST(GgufInfo, AResultThatCannotBeWrittenIsNotClean) {
  const Folder folder;
  folder.write("sample.gguf", text_of(sample().build()));
  // As text it fits one buffer and fails at the end; as JSON it fails on the way.
  for (const char* form : {"", "--json "}) {
    const Said said =
        redirected(folder, std::string("gguf info ") + form + "sample.gguf > /dev/full");
    EXPECT_EQ(said.status, 3) << form;
    EXPECT_NE(said.err.find("could not be written: No space left on device\n"), std::string::npos)
        << said.err;
  }
}

TEST(GgufInfo, TheExitStatusHoldsWhereStandardErrorTakesNothing) {
  const Folder folder;
  folder.write("page.gguf", "<!DOCTYPE html><html></html>");
  folder.write("sample.gguf", text_of(sample().build()));
  for (const char* nowhere : {" 2> /dev/full", " 2>&-"}) {
    EXPECT_EQ(redirected(folder, std::string("gguf info page.gguf") + nowhere).status, 1);
    EXPECT_EQ(redirected(folder, std::string("gguf inof page.gguf") + nowhere).status, 2);
    EXPECT_EQ(redirected(folder, std::string("gguf info none.gguf") + nowhere).status, 3);
    EXPECT_EQ(redirected(folder, std::string("gguf info sample.gguf > /dev/full") + nowhere).status,
              3);
  }
}

#ifdef REDZONE_VALIDATE_JSON

// Exit status of the validator for `document`: 0 when it follows the schema.
int validated(std::string_view document) {
  const std::string schema = REDZONE_SCHEMA_DIR "/gguf-info-1.schema.json";
  const std::array words{REDZONE_VALIDATE_JSON, schema.c_str()};
  MemoryBudget budget{{.max_single = 4_MiB, .max_total = 16_MiB}};
  const Result<os::ProcessOutcome> outcome = os::run_process(
      {.arguments = words, .standard_input = std::as_bytes(std::span(document))}, budget);
  if (!outcome) return -1;
  EXPECT_EQ(outcome->standard_error.text(), "");
  return outcome->exit_code;
}

TEST(GgufInfo, EveryDocumentFollowsItsSchema) {
  const Folder folder;
  folder.write("sample.gguf", text_of(sample().build()));
  folder.write("page.gguf", "<!DOCTYPE html><html></html>");
  for (const char* name : {"sample.gguf", "page.gguf", "none.gguf"}) {
    EXPECT_EQ(validated(run_redzone(folder, {"gguf", "info", "--json", name}).out), 0) << name;
  }
}

#endif

// The real files, with what `redzone gguf info` must find in them.
TEST(GgufInfo, IsRightForTheRealFilesWithinItsMemory) {
  struct Expected {
    const char* name;
    std::uint64_t metadata_count;
    const char* architecture;
    std::uint64_t tokens;
  };
  constexpr Expected kFiles[] = {
      {"ggml-vocab-bert-bge.gguf", 20, "bert", 30522},
      {"ggml-vocab-deepseek-coder.gguf", 25, "llama", 32256},
      {"ggml-vocab-falcon.gguf", 18, "falcon", 65024},
      {"ggml-vocab-gpt-2.gguf", 16, "gpt2", 50257},
      {"ggml-vocab-llama-spm.gguf", 22, "llama", 32000},
  };
  const char* real = std::getenv("REDZONE_GGUF_DIR");
  if (real == nullptr || *real == '\0') {
    GTEST_SKIP() << "REDZONE_GGUF_DIR names no folder of real .gguf files";
  }
  const Folder folder;
  for (const Expected& expected : kFiles) {
    SCOPED_TRACE(expected.name);
    const std::string path = std::filesystem::absolute(std::filesystem::path(real) / expected.name);
    const Said said = run_redzone(folder, {"gguf", "info", "--json", path});
    ASSERT_EQ(said.status, 0) << said.err;
    const Json info = Json::parse(said.out);
    EXPECT_EQ(info["version"], 3);
    EXPECT_EQ(info["endianness"], "little");
    EXPECT_EQ(info["tensor_count"], 0);
    EXPECT_EQ(info["metadata_count"], expected.metadata_count);
    EXPECT_EQ(info["metadata"].size(), expected.metadata_count);
    EXPECT_LE(info["largest_allocation_bytes"], 1_MiB);
    EXPECT_LT(info["peak_bytes"], 8_MiB);
    for (const Json& entry : info["metadata"]) {
      if (entry["key"] == "general.architecture") {
        EXPECT_EQ(entry["value"], expected.architecture);
      }
      if (entry["key"] == "tokenizer.ggml.tokens") {
        EXPECT_EQ(entry["length"], expected.tokens);
      }
    }
  }
}

}  // namespace
}  // namespace redzone::cli
