// expect: ubsan dynamic-type-mismatch line=20
// A method is called on an object that is of another class.

#include "escape.hpp"

struct Caller {
  virtual ~Caller() = default;
  virtual int number() { return 37; }
};

struct Stranger {
  virtual ~Stranger() = default;
  virtual int number() { return 666; }
};

int main() {
  Stranger stranger;
  void* object = canary::escape(&stranger);
  Caller* caller = static_cast<Caller*>(canary::escape(object));
  canary::use(caller->number());
  return 0;
}
