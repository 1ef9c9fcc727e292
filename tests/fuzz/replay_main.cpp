// Runs a fuzz target on the files of folders, once each: what a build without a fuzzer can do.
//
//   fuzz_NAME FOLDER...
//
// Ends with 3 when there is no file, so that nobody takes an empty folder for a test.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes);

namespace {

std::vector<std::filesystem::path> files_of(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

int replay(std::span<char*> folders) {
  std::size_t count = 0;
  for (const char* folder : folders) {
    for (const std::filesystem::path& path : files_of(folder)) {
      std::ifstream file(path, std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      // Before it runs: a target that finds something aborts.
      std::fprintf(stderr, "%s\n", path.filename().c_str());
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++count;
    }
  }
  std::printf("replayed %zu inputs\n", count);
  if (count > 0) return 0;
  std::fputs("there is no input\nNext step: name a folder with inputs\n", stderr);
  return 3;
}

}  // namespace

int main(int count, char** words) {
  try {
    return replay(std::span(words, static_cast<std::size_t>(count)).subspan(1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\nNext step: name a folder with inputs\n", error.what());
    return 3;
  }
}
