#include "tests/support/arena_program.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "redzone/arena/stats.hpp"
#include "tests/support/arena_model.hpp"

namespace redzone::tests {

namespace {

constexpr std::size_t kArenasMax = 4;
constexpr std::size_t kRenewalsMax = 16;
// Of the 64 operations: blocks, resizes, and from here on everything else.
constexpr std::uint8_t kFirstResize = 34;
constexpr std::uint8_t kFirstChange = 42;
constexpr std::uint64_t kBudgetBytes[] = {100,       300,    700,        5000,
                                          16 * kKiB, 60'000, 256 * kKiB, 512 * kKiB};
constexpr std::size_t kAlignments[] = {8,
                                       1,
                                       2,
                                       4,
                                       16,
                                       32,
                                       64,
                                       8,
                                       128,
                                       256,
                                       512,
                                       4096,
                                       16,
                                       kMiB,
                                       0,
                                       3,
                                       6,
                                       std::size_t{1} << 40,
                                       std::size_t{1} << 63,
                                       24,
                                       SIZE_MAX};
constexpr std::size_t kHugeBytes[] = {SIZE_MAX,        SIZE_MAX - 7,         SIZE_MAX - 64,
                                      SIZE_MAX / 2,    SIZE_MAX / 2 + 1,     SIZE_MAX / 2 - 64,
                                      SIZE_MAX - 4095, std::size_t{1} << 32, SIZE_MAX - 62};

class Program {
 public:
  Program(std::span<const std::uint8_t> bytes, bool traces) : bytes_(bytes) {
    mismatch_.trace(traces);
  }

  std::string run() {
    others_ = arena_totals();
    zeros_ = static_cast<UpstreamZeros>(byte() % 3);
    for (std::unique_ptr<MemoryBudget>& budget : budgets_) {
      const std::uint8_t choice = byte();
      const std::uint64_t total = kBudgetBytes[choice % 8];
      budget = std::make_unique<MemoryBudget>(MemoryBudget::Limits{
          .max_single = (choice & 8) != 0 ? total / 2 + choice : total, .max_total = total});
    }
    const std::size_t count = 1 + byte() % kArenasMax;
    for (std::size_t i = 0; i < count; ++i) {
      arenas_.push_back(std::make_unique<ArenaModel>(mismatch_, next_shape()));
    }
    for (std::uint64_t number = 1; !bytes_.empty() && !mismatch_.found(); ++number) step(number);
    // Scopes end in the reverse order, and arenas before what they use.
    mismatch_.at(0, "end");
    if (!mismatch_.found()) check_all();
    arenas_.clear();
    upstreams_.clear();
    return mismatch_.text();
  }

 private:
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }

  ArenaShape next_shape() {
    const std::uint8_t kind = byte();
    const std::uint8_t sizes = byte();
    const std::uint8_t policy = byte();
    ArenaShape shape;
    shape.is_fixed = kind % 4 == 0;
    if (shape.is_fixed || kind % 4 == 1) {
      shape.buffer_bytes =
          kind >= 128 ? std::size_t{byte()} * 16 + byte() % 16 : std::size_t{kind} * 24;
      shape.buffer_offset = sizes % 64;
    }
    ArenaOptions& options = shape.options;
    options.chunk_bytes = std::min<std::uint64_t>(256 + sizes % 16U * 120U, 1 * kMiB);
    options.chunk_bytes_max = options.chunk_bytes << (sizes / 16 % 6);
    options.retained_bytes_max = std::uint64_t{policy} * 97;
    options.overflow =
        static_cast<ArenaOverflow>(shape.is_fixed ? policy % 2 : (policy % 8 < 4 ? 3 : policy % 4));
    options.zero = policy % 32 < 26 ? ArenaZero::on_reset : ArenaZero::never;
    options.counts_blocks = policy % 16 == 5;
    options.red_zone_bytes = std::uint64_t{kind} / 16 % 4 * 8;
    options.name = "model";
    if (!shape.is_fixed) {
      shape.budget = budgets_[kind / 32 % budgets_.size()].get();
      shape.upstream = std::make_shared<RecordingUpstream>(mismatch_, options.zero, zeros_);
      options.upstream = shape.upstream.get();
      upstreams_.push_back({shape.upstream, shape.budget});
    }
    return shape;
  }

  std::size_t next_size(const ArenaModel& arena) {
    const std::uint8_t kind = byte();
    const std::size_t value = byte();
    const std::size_t room = arena.room();
    switch (kind % 16) {
      case 0:
        return 0;
      case 1:
        return room + value % 9 - std::min<std::size_t>(room, 4);
      case 2:
        return room;
      case 3:
        return room + 1;
      case 4:
        return room / 2 + value % 8;
      case 5:
        return kHugeBytes[value % std::size(kHugeBytes)];
      case 6:
        return arena.shape().options.chunk_bytes / 4 - 2 + value % 5;
      case 7:
        return arena.shape().options.chunk_bytes - 80 + value;
      case 8:
        return value * 64;
      case 9:
        return value * 515;
      default:
        return value;
    }
  }

  std::size_t next_alignment() {
    const std::uint8_t choice = byte();
    return choice < 200 ? std::size_t{1} << (choice % 7)
                        : kAlignments[choice % std::size(kAlignments)];
  }

  void step(std::uint64_t number);
  void change(ArenaModel& arena, std::uint8_t choice, std::uint64_t number);
  void check_all();

  std::span<const std::uint8_t> bytes_;
  Mismatch mismatch_;
  ArenaTotals others_;  // before the program
  UpstreamZeros zeros_ = UpstreamZeros::never;
  std::array<std::unique_ptr<MemoryBudget>, 2> budgets_;
  struct Payment {
    std::shared_ptr<RecordingUpstream> upstream;
    MemoryBudget* budget;
  };
  std::vector<Payment> upstreams_;
  std::vector<std::unique_ptr<ArenaModel>> arenas_;
};

void Program::step(std::uint64_t number) {
  const std::uint8_t choice = byte();
  ArenaModel& arena = *arenas_[choice / 64 % arenas_.size()];
  const std::uint8_t operation = choice % 64;
  if (operation < kFirstResize) {
    constexpr ArenaCall kCalls[] = {
        ArenaCall::try_allocate, ArenaCall::allocate, ArenaCall::zeroed, ArenaCall::resource,
        ArenaCall::try_allocate, ArenaCall::zeroed,   ArenaCall::make,   ArenaCall::array};
    const bool is_object = operation >= 32;
    mismatch_.at(number, is_object ? "object" : "request");
    const std::size_t size_bytes = next_size(arena);
    arena.request(is_object ? ArenaCall::object : kCalls[operation % 8], size_bytes,
                  next_alignment());
  } else if (operation < kFirstChange) {
    mismatch_.at(number, "resize");
    const std::size_t back = operation < 40 ? 0 : byte();
    const std::size_t by = byte();
    const std::size_t last = arena.last_block_bytes();
    const std::size_t sizes[] = {0,
                                 last / 2,
                                 last + by,
                                 last + arena.room(),
                                 last + arena.room() + 1,
                                 by,
                                 last - std::min(last, by),
                                 SIZE_MAX - by};
    arena.resize(back, sizes[operation % 8]);
  } else {
    change(arena, operation, number);
  }
  mismatch_.done("arena, operation, blocks, room",
                 {choice / 64 % arenas_.size(), operation, arena.block_count(), arena.room()});
  arena.check_invariants();
  if (number % 8 == 0) check_all();
}

void Program::change(ArenaModel& arena, std::uint8_t choice, std::uint64_t number) {
  constexpr std::string_view kNames[] = {
      "mark",  "mark",         "rewind",       "rewind", "rewind",         "scope",
      "scope", "end of scope", "end of scope", "reset",  "reset",          "release",
      "trim",  "seal",         "unseal",       "unseal", "upstream fails", "owns",
      "stats", "move",         "new arena",    "close"};
  static_assert(std::size(kNames) == 64 - kFirstChange);
  mismatch_.at(number, kNames[choice - kFirstChange]);
  arena.check_blocks();
  switch (choice) {
    case 42:
    case 43:
      arena.take_mark();
      break;
    case 44:
    case 45:
    case 46:
      arena.rewind(byte());
      break;
    case 47:
    case 48:
      arena.open_scope();
      break;
    case 49:
    case 50:
      arena.close_scope();
      break;
    case 51:
    case 52:
      arena.reset();
      break;
    case 53:
      arena.release();
      break;
    case 54:
      arena.trim(std::uint64_t{byte()} * 64);
      break;
    case 55:
      arena.seal(true);
      break;
    case 56:
    case 57:
      arena.seal(false);
      break;
    case 58:
      arena.fail_upstream(1U + byte() % 3U);
      break;
    case 59:
      arena.check_owns(std::uint64_t{byte()} * 257);
      break;
    case 60:
      arena.check_stats();
      break;
    case 61: {
      const std::uint8_t other = byte();
      arena.take_over(*arenas_[other % arenas_.size()], other >= 128);
      break;
    }
    case 62:
      if (upstreams_.size() < kRenewalsMax) arena.renew(next_shape());
      break;
    default:
      if (byte() % 4 == 0) arena.close();
  }
}

void Program::check_all() {
  std::uint64_t held = others_.held_bytes;
  for (const std::unique_ptr<ArenaModel>& arena : arenas_) {
    arena->check_blocks();
    arena->check_invariants();
    held += arena->held_bytes();
  }
  const ArenaTotals totals = arena_totals();
  mismatch_.expect_equal(totals.held_bytes, held, "held_bytes of all arenas");
  mismatch_.expect_equal(totals.arena_count, others_.arena_count + arenas_.size(), "arena_count");
  for (const std::unique_ptr<MemoryBudget>& budget : budgets_) {
    std::uint64_t live = 0;
    for (const Payment& payment : upstreams_) {
      if (payment.budget == budget.get()) live += payment.upstream->live_bytes();
    }
    mismatch_.expect_equal(budget->live_bytes(), live, "what the budget counts");
    budget->check_invariants();
  }
}

}  // namespace

std::string run_arena_program(std::span<const std::uint8_t> bytes, bool traces) {
  return Program(bytes.first(std::min(bytes.size(), kArenaProgramBytesMax)), traces).run();
}

}  // namespace redzone::tests
