// Compiled by whoever links redzone::testing, with their GoogleTest: installs the listener, so that
// each test's figures are in the JUnit output without a line of code. Define
// REDZONE_TESTING_NO_LISTENER for the target to leave it out.

#ifndef REDZONE_TESTING_NO_LISTENER

#include "redzone/testing/listener.hpp"

namespace {

[[maybe_unused]] const bool kIsInstalled = redzone::testing::install_listener();

}  // namespace

#endif
