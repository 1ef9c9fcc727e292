// Calls one of the libraries that stand for third-party code, and says when it has come to the end:
// a program that stopped on the way is not silent, it did not run.

#include <cstdio>

extern "C" void thirdparty_work();

int main() {
  thirdparty_work();
  std::puts("came to the end");
  return 0;
}
