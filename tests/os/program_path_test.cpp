#include "os/program_path.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "tests/os/temporary_directory.hpp"

namespace redzone::os {
namespace {

// Two folders: "bad" has a file that may not be executed, "good" a program of the same name.
class ProgramPath : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"bad", "good"}) {
      std::filesystem::create_directory(directory_.path_of(folder));
      directory_.write(std::string(folder) + "/tool", "#!/bin/sh\n");
    }
    std::filesystem::permissions(good_ + "/tool", std::filesystem::perms::owner_all);
  }
  // The path that was found, or the errno.
  std::string look_for(const std::string& name, const std::string& search_path) {
    const Status found = find_program(AT_FDCWD, name.c_str(), search_path.c_str(), path_);
    return found ? path_.data() : std::to_string(found.error().value);
  }

  const TemporaryDirectory directory_;
  const std::string bad_ = directory_.path_of("bad");
  const std::string good_ = directory_.path_of("good");
  PathBuffer path_{};
};

TEST_F(ProgramPath, TakesTheFirstFileThatCanBeExecuted) {
  EXPECT_EQ(look_for("tool", good_), good_ + "/tool");
  EXPECT_EQ(look_for("tool", bad_ + ":" + good_), good_ + "/tool");
  EXPECT_EQ(look_for("tool", "/nonexistent:" + good_ + ":" + bad_), good_ + "/tool");
  EXPECT_EQ(look_for("tool", "/" + std::string(kPathBytesMax, 'x') + ":" + good_), good_ + "/tool");
}

TEST_F(ProgramPath, TellsAFileThatMayNotBeExecutedFromNone) {
  EXPECT_EQ(look_for("tool", bad_ + ":/nonexistent"), std::to_string(EACCES));
  EXPECT_EQ(look_for("tool", "/nonexistent"), std::to_string(ENOENT));
  EXPECT_EQ(look_for("good", directory_.path()), std::to_string(EACCES));  // a directory
  EXPECT_EQ(look_for("", good_), std::to_string(ENOENT));
}

TEST_F(ProgramPath, AnEmptyFolderIsTheDirectoryItStartsFrom) {
  const int folder = open(good_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  ASSERT_GE(folder, 0);
  for (const char* search_path : {"", ":/nonexistent", "/nonexistent:"}) {
    EXPECT_TRUE(find_program(folder, "tool", search_path, path_)) << search_path;
    EXPECT_STREQ(path_.data(), "tool");
  }
  close(folder);
}

TEST_F(ProgramPath, WithoutASearchPathLooksWhereTheSystemKeepsItsPrograms) {
  EXPECT_TRUE(find_program(AT_FDCWD, "sh", nullptr, path_));
  EXPECT_STREQ(path_.data(), "/bin/sh");
}

TEST_F(ProgramPath, APathBelowAndAtTheLimitIsLookedForAndOneAboveIsTooLong) {
  // Parts of at most 255 bytes, which a file system looks for; it is the whole that is too long.
  std::string path;
  while (path.size() < kPathBytesMax - 2) path += path.size() % 100 == 0 ? '/' : 'x';
  EXPECT_EQ(look_for(path, ""), std::to_string(ENOENT));
  path += 'x';  // with its null byte kPathBytesMax
  EXPECT_EQ(look_for(path, ""), std::to_string(ENOENT));
  path += 'x';
  EXPECT_EQ(look_for(path, ""), std::to_string(ENAMETOOLONG));
}

}  // namespace
}  // namespace redzone::os
