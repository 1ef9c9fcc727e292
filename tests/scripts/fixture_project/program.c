#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef DOES_NOT_BUILD
#error "this preset does not build"
#endif

// Prints the line of a report in two parts, so that no other output looks like one.
static void report(void) { printf("==1==ERROR: Address%s: heap-use-after-free\n", "Sanitizer"); }

// Stays for longer than any test, with a child in a process group of its own, and neither ends when
// it is asked to.
static void hang(void) {
  signal(SIGTERM, SIG_IGN);
  if (fork() == 0) {
    setpgid(0, 0);
  }
  for (;;) {
    pause();
  }
}

int main(int argc, char** argv) {
  const char* how = argc > 1 ? argv[1] : "";
  if (strcmp(how, "reports") == 0) {
    report();
  } else if (strcmp(how, "hangs") == 0) {
    hang();
  }
  return strcmp(how, "fails") == 0;
}
