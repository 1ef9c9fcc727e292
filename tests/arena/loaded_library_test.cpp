#include <dlfcn.h>
#include <gtest/gtest.h>

#include <thread>

namespace {

TEST(ThreadArenaInALoadedLibrary, IsThereForThreadsOfBeforeAndAfter) {
  void* library = dlopen(REDZONE_LOADED_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  auto* use = reinterpret_cast<int (*)()>(dlsym(library, "use_thread_arena"));
  ASSERT_NE(use, nullptr) << dlerror();
  EXPECT_EQ(use(), 0);
  std::thread([use] { EXPECT_EQ(use(), 0); }).join();
}

}  // namespace
