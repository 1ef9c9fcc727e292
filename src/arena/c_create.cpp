// The C interface: how an arena is made and ends.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "arena/c_errors.hpp"
#include "arena/c_handle.hpp"
#include "arena/thread_state.hpp"
#include "redzone/arena/environment.hpp"
#include "redzone/arena/upstream.hpp"
#include "redzone/base/errors.hpp"

namespace redzone {
namespace {

// What the structure of this version has. A later one has more, and a program of that version may
// hand it to this library: what it says there has to be nothing.
constexpr std::uint32_t kConfigBytesMin = sizeof(redzone_arena_config);

static_assert(REDZONE_ARENA_OVERFLOW_ERROR == static_cast<int>(ArenaOverflow::error));
static_assert(REDZONE_ARENA_OVERFLOW_PANIC == static_cast<int>(ArenaOverflow::panic));
static_assert(REDZONE_ARENA_OVERFLOW_HEAP == static_cast<int>(ArenaOverflow::heap));
static_assert(REDZONE_ARENA_OVERFLOW_GROW == static_cast<int>(ArenaOverflow::grow));
static_assert(REDZONE_ARENA_ZERO_ON_RESET == static_cast<int>(ArenaZero::on_reset));
static_assert(REDZONE_ARENA_ZERO_NEVER == static_cast<int>(ArenaZero::never));

class CallbackUpstream final : public ArenaUpstream {
 public:
  explicit CallbackUpstream(const redzone_arena_config& config)
      : take_(config.take), give_back_(config.give_back), context_(config.context) {}

  Block take(std::size_t size_bytes, bool /*want_zero*/) noexcept override {
    return {.memory = take_(context_, size_bytes)};
  }
  void give_back(void* memory, std::size_t size_bytes) noexcept override {
    give_back_(context_, memory, size_bytes);
  }

 private:
  void* (*take_)(void* context, std::size_t size_bytes);
  void (*give_back_)(void* context, void* memory, std::size_t size_bytes);
  void* context_;
};

class HandleArena final : public BumpArena {
 public:
  HandleArena(std::span<std::byte> buffer, MemoryBudget* budget, const ArenaOptions& options)
      : BumpArena(buffer, budget, options) {}
  ~HandleArena() = default;
};

// What a handle of create() is. The arena stands first, so that its address is that of the memory,
// and ends before what it uses.
class OwnedArena {
 public:
  OwnedArena(const redzone_arena_config& config, ArenaOptions options)
      : upstream_(config),
        budget_({.max_single = config.bytes_max, .max_total = config.bytes_max}) {
    if (config.take != nullptr) options.upstream = &upstream_;
    const std::span buffer(static_cast<std::byte*>(config.buffer), config.buffer_bytes);
    std::construct_at(&arena_, buffer, config.bytes_max == 0 ? nullptr : &budget_, options);
  }
  OwnedArena(const OwnedArena&) = delete;
  OwnedArena& operator=(const OwnedArena&) = delete;
  ~OwnedArena() { std::destroy_at(&arena_); }

 private:
  union {
    HandleArena arena_;  // NOLINT(readability-identifier-naming): as in a class
  };
  CallbackUpstream upstream_;
  MemoryBudget budget_;
};
static_assert(sizeof(OwnedArena) <= 1024, "arena.h says how large a handle may be");

redzone_arena_config default_config() {
  const ArenaDefaults defaults = arena_defaults();
  const ArenaOptions& options = defaults.options;
  redzone_arena_config config{};
  config.size_bytes = sizeof config;
  config.version = REDZONE_ARENA_ABI_VERSION;
  config.bytes_max = defaults.bytes_max;
  config.chunk_bytes = options.chunk_bytes;
  config.chunk_bytes_max = options.chunk_bytes_max;
  config.retained_bytes_max = options.retained_bytes_max;
  config.red_zone_bytes = options.red_zone_bytes;
  config.overflow = static_cast<std::uint32_t>(options.overflow);
  config.zero = static_cast<std::uint32_t>(options.zero);
  config.counts_blocks = options.counts_blocks ? 1 : 0;
  config.name = options.name;
  return config;
}

// Copies what both versions know from `from`, whose first field is its size.
redzone_arena_code read_config(const redzone_arena_config* from, redzone_arena_config& config) {
  std::uint32_t size_bytes = 0;
  std::memcpy(&size_bytes, from, sizeof size_bytes);
  if (size_bytes < kConfigBytesMin || size_bytes > kStructureBytesMax) {
    return refuse(REDZONE_ARENA_BAD_SIZE, "config.size_bytes", size_bytes, kConfigBytesMin);
  }
  std::memcpy(&config, from, sizeof config);
  if (config.version == 0 || config.version > REDZONE_ARENA_ABI_VERSION) {
    return refuse(REDZONE_ARENA_BAD_VERSION, "config.version", config.version,
                  REDZONE_ARENA_ABI_VERSION);
  }
  const auto* rest = reinterpret_cast<const unsigned char*>(from) + sizeof config;
  const bool is_known = std::all_of(rest, rest + (size_bytes - sizeof config),
                                    [](unsigned char byte) { return byte == 0; });
  if (!is_known) {
    return refuse(REDZONE_ARENA_BAD_SIZE, "config.size_bytes", size_bytes, kConfigBytesMin);
  }
  return REDZONE_ARENA_OK;
}

struct SmallField {
  const char* name;
  std::uint32_t value;
  std::uint32_t most;
};

redzone_arena_code check_config(const redzone_arena_config& config) {
  const SmallField fields[] = {
      {"config.overflow", config.overflow, REDZONE_ARENA_OVERFLOW_GROW},
      {"config.zero", config.zero, REDZONE_ARENA_ZERO_NEVER},
      {"config.counts_blocks", config.counts_blocks, 1},
      {"config.unused", config.unused, 0},
  };
  for (const SmallField& field : fields) {
    if (field.value > field.most) {
      return refuse(REDZONE_ARENA_BAD_OPTION, field.name, field.value, field.most);
    }
  }
  if (config.name == nullptr) return refuse_null("config.name");
  if (config.buffer == nullptr && config.buffer_bytes != 0) return refuse_null("config.buffer");
  if (config.take == nullptr && config.give_back != nullptr) return refuse_null("config.take");
  if (config.take != nullptr && config.give_back == nullptr) return refuse_null("config.give_back");
  return REDZONE_ARENA_OK;
}

ArenaOptions options_of(const redzone_arena_config& config) {
  return {.chunk_bytes = config.chunk_bytes,
          .chunk_bytes_max = config.chunk_bytes_max,
          .retained_bytes_max = config.retained_bytes_max,
          .overflow = static_cast<ArenaOverflow>(config.overflow),
          .zero = static_cast<ArenaZero>(config.zero),
          .counts_blocks = config.counts_blocks != 0,
          .red_zone_bytes = config.red_zone_bytes,
          .name = config.name,
          .upstream = arena_defaults().options.upstream};
}

}  // namespace
}  // namespace redzone

using namespace redzone;  // the functions below have no namespace

extern "C" {

uint32_t redzone_arena_abi_version(void) noexcept { return REDZONE_ARENA_ABI_VERSION; }

redzone_arena_code redzone_arena_config_init(redzone_arena_config* config,
                                             size_t size_bytes) noexcept {
  if (config == nullptr) return refuse_null("config");
  if (size_bytes < kConfigBytesMin || size_bytes > kStructureBytesMax) {
    return refuse(REDZONE_ARENA_BAD_SIZE, "size_bytes", size_bytes, kConfigBytesMin);
  }
  redzone_arena_config defaults = default_config();
  defaults.size_bytes = static_cast<uint32_t>(size_bytes);
  std::memset(config, 0, size_bytes);
  std::memcpy(config, &defaults, sizeof defaults);
  return REDZONE_ARENA_OK;
}

redzone_arena_code redzone_arena_create(const redzone_arena_config* config,
                                        redzone_arena** arena) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  *arena = nullptr;
  redzone_arena_config checked{};
  if (config == nullptr) {
    checked = default_config();
  } else if (const redzone_arena_code code = read_config(config, checked);
             code != REDZONE_ARENA_OK) {
    return code;
  }
  if (const redzone_arena_code code = check_config(checked); code != REDZONE_ARENA_OK) return code;
  const ArenaOptions options = options_of(checked);
  if (const Status valid = check_arena_options(options); !valid) return remember(valid.error());
  void* memory =
      ::operator new(sizeof(OwnedArena), std::align_val_t{alignof(OwnedArena)}, std::nothrow);
  if (memory == nullptr) {
    return remember(
        make_error(BaseCode::out_of_memory).with_field("arena").with_value(sizeof(OwnedArena)));
  }
  ::new (memory) OwnedArena(checked, options);
  *arena = static_cast<redzone_arena*>(memory);
  return REDZONE_ARENA_OK;
}

redzone_arena_code redzone_arena_destroy(redzone_arena* arena) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  if (is_of_this_thread(arena_of(arena))) return refuse(REDZONE_ARENA_OF_A_THREAD, "arena");
  std::destroy_at(reinterpret_cast<OwnedArena*>(arena));
  ::operator delete(arena, std::align_val_t{alignof(OwnedArena)});
  return REDZONE_ARENA_OK;
}

}  // extern "C"
