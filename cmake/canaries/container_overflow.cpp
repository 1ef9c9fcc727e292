// expect: asan container-overflow size=37 access=read line=13
// A byte behind the last element of a vector is read, inside its capacity. Seen only when the
// library annotates its containers: libstdc++ with -D_GLIBCXX_SANITIZE_VECTOR.

#include <vector>

#include "escape.hpp"

int main() {
  std::vector<char> letters;
  letters.reserve(37);
  letters.push_back('a');
  canary::use(canary::escape(letters.data())[20]);
  return 0;
}
