#include <gtest/gtest.h>

TEST(First, IsThere) {}
TEST(Second, IsThere) {}
