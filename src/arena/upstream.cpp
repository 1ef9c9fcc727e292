#include "redzone/arena/upstream.hpp"

#include <cstdlib>

namespace redzone {

namespace {

class MallocUpstream final : public ArenaUpstream {
 public:
  constexpr MallocUpstream() = default;

  Block take(std::size_t size_bytes, bool want_zero) noexcept override {
    void* memory = want_zero ? std::calloc(1, size_bytes) : std::malloc(size_bytes);
    return {.memory = memory, .is_zero = want_zero};
  }
  void give_back(void* memory, std::size_t) noexcept override { std::free(memory); }
};

}  // namespace

// Never destroyed: an arena of a thread may end after the statics.
ArenaUpstream& malloc_upstream() {
  union Forever {
    constexpr Forever() : upstream() {}
    ~Forever() {}
    MallocUpstream upstream;
  };
  static constinit Forever forever;
  return forever.upstream;
}

}  // namespace redzone
