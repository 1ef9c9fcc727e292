// What has a default value has to get it: the bytes that are there are not one.
// expect: is_trivially_default_constructible

#include "redzone/arena/arena.hpp"

struct Point {
  int x = 1;
};

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  const auto points = arena.make_array_for_overwrite<Point>(10);
#else
  const auto points = arena.make_array<Point>(10);
#endif
  if (!points) return redzone::fail(points.error());
  return {};
}
