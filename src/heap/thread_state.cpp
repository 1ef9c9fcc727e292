#include "heap/thread_state.hpp"

namespace redzone::heap {

__thread ThreadState thread_state __attribute__((tls_model("initial-exec")));

}  // namespace redzone::heap
