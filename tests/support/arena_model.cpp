#include "tests/support/arena_model.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <new>
#include <string>
#include <utility>

#include "redzone/arena/errors.hpp"
#include "redzone/arena/resource.hpp"
#include "redzone/base/errors.hpp"
#include "tests/support/arena_bytes.hpp"

namespace redzone::tests {

namespace {

constexpr std::uintptr_t up_to(std::uintptr_t value, std::uintptr_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

constexpr bool is_power_of_two(std::size_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

// What make_with_destructor() puts in front of an object.
constexpr std::size_t kObjectOffset = 3 * sizeof(void*);

// In front of a block that has memory of its own: who paid for it, at least.
constexpr std::size_t kOwnBlockHeaderBytesMin = 32;

bool is_code(const Error& error, ArenaCode code) { return error.code == error_code(code); }
bool is_code(const Error& error, BaseCode code) { return error.code == error_code(code); }

}  // namespace

struct ArenaModel::Object {
  Object(ArenaModel* its_model, std::uint64_t its_id) : model(its_model), id(its_id) {
    write_pattern(id, reinterpret_cast<std::uintptr_t>(filling.data()), 0, filling.size());
  }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() {
    model->mismatch_.expect(
        has_pattern(id, reinterpret_cast<std::uintptr_t>(filling.data()), filling.size()),
        "an object was overwritten before its destructor ran");
    model->destroyed(id);
  }

  ArenaModel* model;
  std::uint64_t id;
  std::array<unsigned char, 40> filling{};
};

ArenaModel::ArenaModel(Mismatch& mismatch, const ArenaShape& shape)
    : mismatch_(mismatch), shape_(shape) {
  begin_arena();
}

ArenaModel::~ArenaModel() { end_arena(); }

void ArenaModel::begin_arena() {
  if (shape_.buffer_bytes > 0) {
    constexpr std::size_t kSlack = 128;
    buffer_memory_ = std::shared_ptr<std::byte[]>(new std::byte[shape_.buffer_bytes + kSlack]);
    const auto start = reinterpret_cast<std::uintptr_t>(buffer_memory_.get());
    std::byte* const first =
        buffer_memory_.get() + (up_to(start, 64) - start) + shape_.buffer_offset % 64;
    buffer_ = {first, shape_.buffer_bytes};
    std::memset(first, kJunk, shape_.buffer_bytes);
    const auto begin = reinterpret_cast<std::uintptr_t>(first);
    Memory memory{.begin = up_to(begin, kArenaAlignmentMin),
                  .end = (begin + shape_.buffer_bytes) & ~(kArenaAlignmentMin - 1),
                  .is_buffer = true};
    memory.position = memory.begin;
    if (memory.begin < memory.end) {
      memories_[begin] = memory;
      current_ = begin;
    }
  }
  if (shape_.is_fixed) {
    const ArenaOptions& options = shape_.options;
    fixed_ = std::make_unique<FixedArena>(
        buffer_, FixedArenaOptions{.overflow = options.overflow,
                                   .zero = options.zero,
                                   .counts_blocks = options.counts_blocks,
                                   .red_zone_bytes = options.red_zone_bytes,
                                   .name = options.name});
    arena_ = fixed_.get();
  } else {
    growing_ = buffer_.empty() ? std::make_unique<Arena>(*shape_.budget, shape_.options)
                               : std::make_unique<Arena>(buffer_, *shape_.budget, shape_.options);
    arena_ = growing_.get();
  }
  position_known_ = !arenas_are_watched();
}

void ArenaModel::end_arena() {
  while (!scopes_.empty()) close_scope();
  fixed_.reset();
  growing_.reset();
  arena_ = nullptr;
  took_back(0);
  check_buffer();
  memories_.clear();
  current_ = 0;
  marks_.clear();
  sealed_ = closed_ = false;
  figures_ = {};
  buffer_ = {};
  buffer_memory_.reset();
}

// The arena has let go of the buffer: anybody may read it.
void ArenaModel::check_buffer() {
  if (shape_.options.zero == ArenaZero::on_reset && can_look_at_dropped_bytes()) {
    for (const std::byte byte : buffer_) {
      const auto value = static_cast<unsigned char>(byte);
      if (!mismatch_.expect(value == 0 || value == kJunk, "a user's byte is left in the buffer")) {
        break;
      }
    }
  }
}

// Objects that came with another arena's blocks tell this model now.
void ArenaModel::adopt_objects() {
  for (const Block& block : blocks_) {
    if (block.is_object)
      reinterpret_cast<Object*>(bytes_at(block.address + kObjectOffset))->model = this;
  }
}

void ArenaModel::renew(const ArenaShape& shape) {
  end_arena();
  shape_ = shape;
  begin_arena();
}

const ArenaModel::Memory* ArenaModel::current() const {
  const auto found = memories_.find(current_);
  return found == memories_.end() ? nullptr : &found->second;
}

std::size_t ArenaModel::room() const {
  const Memory* const memory = current();
  return memory == nullptr || memory->position > memory->end ? 0 : memory->end - memory->position;
}

// What upstream has given or got back since the last look.
void ArenaModel::learn_memories() {
  if (shape_.is_fixed) return;
  const auto& live = shape_.upstream->memories();
  std::erase_if(memories_, [&](const auto& entry) {
    return !entry.second.is_buffer && !live.contains(entry.first);
  });
  for (const std::uintptr_t taken : shape_.upstream->taken()) {
    const auto found = live.find(taken);
    if (found == live.end()) continue;
    const std::uintptr_t first = taken + kArenaChunkHeaderBytes;
    memories_[taken] = {.begin = first, .end = taken + found->second.size_bytes, .position = first};
  }
  if (!memories_.contains(current_)) current_ = 0;
}

ArenaModel::Before ArenaModel::before() const {
  Before figures;
  if (shape_.is_fixed) return figures;
  figures.refused_by_upstream = shape_.upstream->refused_count();
  figures.refused_by_budget = shape_.budget->refusal_count();
  const MemoryBudget::Limits limits = shape_.budget->limits();
  figures.room_of_budget =
      std::min(limits.max_single, limits.max_total - shape_.budget->live_bytes());
  figures.upstream_calls = shape_.upstream->call_count();
  return figures;
}

// Whether the request is wrong as such, or comes at the wrong time.
bool ArenaModel::is_refused(std::size_t size_bytes, std::size_t alignment) const {
  return closed_ || sealed_ || !is_power_of_two(alignment) || size_bytes > kArenaBlockBytesMax;
}

bool ArenaModel::is_one_chunk() const {
  return shape_.options.overflow == ArenaOverflow::error ||
         shape_.options.overflow == ArenaOverflow::panic;
}

bool ArenaModel::fits_surely(const Memory& memory, std::size_t size_bytes,
                             std::size_t alignment) const {
  std::size_t wanted = std::max<std::size_t>(size_bytes, 1);
  if (arenas_are_watched()) wanted += up_to(shape_.options.red_zone_bytes, kArenaAlignmentMin) + 16;
  if (memory.is_own || alignment > (std::uintptr_t{1} << 62)) return false;
  const std::uintptr_t block = up_to(memory.position, alignment);
  return block >= memory.position && block <= memory.end && wanted <= memory.end - block;
}

ArenaModel::Outlook ArenaModel::outlook(std::size_t size_bytes, std::size_t alignment) const {
  if (is_refused(size_bytes, alignment)) return Outlook::nowhere;
  const Memory* const memory = current();
  if (memory != nullptr && fits_surely(*memory, size_bytes, alignment)) {
    return position_known_ ? Outlook::here : Outlook::unsure;
  }
  if (shape_.is_fixed || (is_one_chunk() && memory != nullptr)) {
    return position_known_ ? Outlook::nowhere : Outlook::unsure;
  }
  return position_known_ ? Outlook::elsewhere : Outlook::unsure;
}

Result<void*> ArenaModel::make_object() {
  const Result<Object*> made = arena_->make_with_destructor<Object>(this, next_id_);
  if (!made) return fail(made.error());
  return reinterpret_cast<std::byte*>(*made) - kObjectOffset;
}

namespace {

struct Small {
  std::uint32_t number;
  unsigned char letters[9];
};
struct alignas(64) Wide {
  unsigned char letters[80];
};

template <class T>
Result<void*> pointer_of(const Result<T>& result) {
  if (!result) return fail(result.error());
  if constexpr (std::is_pointer_v<T>) {
    return *result;
  } else {
    return static_cast<void*>(result->data());
  }
}

}  // namespace

Result<void*> ArenaModel::call(ArenaCall how, std::size_t size_bytes, std::size_t alignment) {
  switch (how) {
    case ArenaCall::try_allocate:
      return arena_->try_allocate(size_bytes, alignment);
    case ArenaCall::zeroed:
      return arena_->allocate_zeroed(size_bytes, alignment);
    case ArenaCall::allocate: {
      void* const block = arena_->allocate(size_bytes, alignment);
      if (block == nullptr) return fail(arena_->last_error());
      return block;
    }
    case ArenaCall::resource:
      try {
        return ArenaResource(*arena_).allocate(size_bytes, alignment);
      } catch (const std::bad_alloc&) {
        return fail(arena_->last_error());
      }
    case ArenaCall::make:
      return alignment == alignof(Wide) ? pointer_of(arena_->make<Wide>())
                                        : pointer_of(arena_->make<Small>());
    case ArenaCall::array:
      return pointer_of(arena_->make_array<std::uint32_t>(size_bytes / sizeof(std::uint32_t)));
    case ArenaCall::object:
      return make_object();
  }
  std::abort();
}

void ArenaModel::request(ArenaCall how, std::size_t size_bytes, std::size_t alignment) {
  if (how == ArenaCall::make) {
    size_bytes = alignment == alignof(Wide) ? sizeof(Wide) : sizeof(Small);
    if (alignment != alignof(Wide)) alignment = alignof(Small);
  } else if (how == ArenaCall::array) {
    alignment = alignof(std::uint32_t);
    size_bytes -= size_bytes % sizeof(std::uint32_t);
  } else if (how == ArenaCall::object) {
    size_bytes = kObjectOffset + sizeof(Object);
    alignment = alignof(Object);
  }
  const Outlook expected = outlook(size_bytes, alignment);
  const bool may_panic = how == ArenaCall::allocate || how == ArenaCall::resource;
  if (may_panic && shape_.options.overflow == ArenaOverflow::panic && expected != Outlook::here) {
    how = ArenaCall::try_allocate;
  }
  const Before figures = before();
  const bool is_in_want = expected == Outlook::elsewhere ||
                          (expected == Outlook::nowhere && !is_refused(size_bytes, alignment));
  if (is_in_want && current() != nullptr) {
    ++figures_.overflow_count;
  } else if (expected == Outlook::elsewhere && !memories_.empty()) {
    figures_.overflow_is_known = false;
  }
  const Result<void*> result = call(how, size_bytes, alignment);
  learn_memories();
  mismatch_.done(
      "call, size, alignment, expected, block, current",
      {static_cast<std::uint64_t>(how), size_bytes, alignment, static_cast<std::uint64_t>(expected),
       reinterpret_cast<std::uintptr_t>(result.value_or(nullptr)), current_});
  if (result) {
    judge_block(how, reinterpret_cast<std::uintptr_t>(*result), size_bytes, alignment, expected);
    mismatch_.expect(expected != Outlook::here || before().upstream_calls == figures.upstream_calls,
                     "upstream is called although there is room");
  } else {
    ++figures_.failure_count;
    judge_failure(result.error(), size_bytes, alignment, expected, figures);
  }
}

void ArenaModel::judge_block(ArenaCall how, std::uintptr_t address, std::size_t size_bytes,
                             std::size_t alignment, Outlook expected) {
  size_bytes = std::max<std::size_t>(size_bytes, 1);
  if (!mismatch_.expect(address != 0, "a block is null") ||
      !mismatch_.expect(expected != Outlook::nowhere,
                        "a request that cannot be served has got a "
                        "block") ||
      !mismatch_.expect(address % std::max(alignment, kArenaAlignmentMin) == 0,
                        "a block is not aligned")) {
    return;
  }
  if (expected == Outlook::here) {
    mismatch_.expect_equal(address, up_to(current()->position, alignment),
                           "the address of the next block");
  }
  auto inside = memories_.upper_bound(address);
  inside = inside == memories_.begin() ? memories_.end() : std::prev(inside);
  if (!mismatch_.expect(inside != memories_.end() && address < inside->second.end &&
                            size_bytes <= inside->second.end - address,
                        "a block is not inside the memory of its arena")) {
    return;
  }
  for (const Block& block : blocks_) {
    if (!mismatch_.expect(
            address + size_bytes <= block.address || block.address + block.size_bytes <= address,
            "a block overlaps one that lives")) {
      return;
    }
  }
  const bool zeroed = how == ArenaCall::zeroed || how == ArenaCall::make || how == ArenaCall::array;
  if (zeroed) {
    mismatch_.expect(has_no_user_byte(address, size_bytes, false),
                     "a block that is promised to be zero is not");
  } else if (shape_.options.zero == ArenaZero::on_reset && how != ArenaCall::object &&
             can_look_at_dropped_bytes()) {
    mismatch_.expect(has_no_user_byte(address, size_bytes, true),
                     "a block holds what an earlier user wrote");
  }
  const bool is_object = how == ArenaCall::object;
  if (!is_object) write_pattern(next_id_, address, 0, size_bytes);
  place_block(address, size_bytes);
  blocks_.push_back({next_id_++, address, size_bytes, is_object});
}

// Where the block stands tells where the next one will.
void ArenaModel::place_block(std::uintptr_t address, std::size_t size_bytes) {
  auto found = memories_.upper_bound(address);
  --found;
  Memory& memory = found->second;
  const auto own_count = static_cast<std::uint64_t>(std::count_if(
      memories_.begin(), memories_.end(), [](const auto& entry) { return entry.second.is_own; }));
  const bool is_new = found->first != current_;
  ++figures_.block_count;
  figures_.padding_bytes += up_to(size_bytes, kArenaAlignmentMin) - size_bytes;
  if (is_new && !memory.is_buffer && !memory.is_passed &&
      arena_->stats().own_block_count > own_count) {
    memory.is_own = true;
    memory.begin = address;
    memory.position = address + up_to(size_bytes, kArenaAlignmentMin);
    mismatch_.expect(address >= found->first + kOwnBlockHeaderBytesMin,
                     "a block stands on its header");
    note_used();
    return;
  }
  mismatch_.expect(address >= memory.begin, "a block stands on the header of its chunk");
  mismatch_.expect(!memory.is_own, "a second block is in memory of one block");
  if (is_new) {
    mismatch_.expect(!memory.is_passed, "a block is in a chunk that was full");
    const auto left = memories_.find(current_);
    if (left != memories_.end()) left->second.is_passed = true;
    // Where nothing told which chunk was current, it may have been any.
    for (auto& [begin, other] : memories_) other.may_be_passed |= left == memories_.end();
    current_ = found->first;
  }
  figures_.padding_bytes += address - memory.position;
  memory.position = up_to(address + size_bytes, kArenaAlignmentMin);
  if (arenas_are_watched()) {
    memory.position += up_to(shape_.options.red_zone_bytes, kArenaAlignmentMin);
  }
  note_used();
}

void ArenaModel::judge_refusal(const Error& error, std::size_t size_bytes, std::size_t alignment) {
  const bool wrong_alignment = !is_power_of_two(alignment);
  const bool wrong_size = size_bytes > kArenaBlockBytesMax;
  const bool named = (closed_ && is_code(error, ArenaCode::closed)) ||
                     (sealed_ && is_code(error, ArenaCode::sealed)) ||
                     (wrong_alignment && is_code(error, ArenaCode::alignment_not_power_of_two) &&
                      error.value == alignment) ||
                     (wrong_size && is_code(error, ArenaCode::size_too_large) &&
                      error.value == size_bytes && error.limit == kArenaBlockBytesMax) ||
                     (wrong_size && is_code(error, ArenaCode::count_too_large) &&
                      error.value == size_bytes / sizeof(std::uint32_t) &&
                      error.limit == kArenaBlockBytesMax / sizeof(std::uint32_t));
  mismatch_.expect(named, "a request is refused as " + std::string(arena_error_name(error.code)) +
                              " for no such reason");
}

// A request may only fail where no room was, and because somebody refused more.
void ArenaModel::judge_failure(const Error& error, std::size_t size_bytes, std::size_t alignment,
                               Outlook expected, const Before& figures) {
  if (is_refused(size_bytes, alignment)) {
    judge_refusal(error, size_bytes, alignment);
    return;
  }
  const std::string name(arena_error_name(error.code));
  if (!mismatch_.expect(expected != Outlook::here, "a block that fits is refused: " + name)) return;
  if (expected == Outlook::nowhere) {
    mismatch_.expect(is_code(error, ArenaCode::exhausted), "a full arena says " + name);
    mismatch_.expect_equal(error.value, std::max<std::size_t>(size_bytes, 1),
                           "the size in EXHAUSTED");
    mismatch_.expect_equal(error.limit, room(), "the room in EXHAUSTED");
    return;
  }
  // A request of more than a quarter of the next chunk is one for a block of its own.
  const std::uint64_t chunk_bytes = shape_.options.chunk_bytes & ~std::uint64_t{63};
  const bool takes_spare = size_bytes < chunk_bytes && alignment < chunk_bytes &&
                           up_to(size_bytes, kArenaAlignmentMin) + alignment <= chunk_bytes / 4 &&
                           shape_.options.overflow == ArenaOverflow::grow &&
                           shape_.budget->limits().max_single >= shape_.options.chunk_bytes;
  if (position_known_ && takes_spare) {
    for (const auto& [begin, memory] : memories_) {
      if (memory.is_passed || memory.may_be_passed || !fits_surely(memory, size_bytes, alignment))
        continue;
      mismatch_.expect(false, "a block that fits a spare chunk is refused: " + name + ", " +
                                  std::to_string(size_bytes) + " bytes of " +
                                  std::to_string(memory.end - memory.begin) + ", alignment " +
                                  std::to_string(alignment) + ", policy " +
                                  std::to_string(static_cast<int>(shape_.options.overflow)));
    }
  }
  if (is_code(error, ArenaCode::exhausted)) {
    mismatch_.expect(is_one_chunk(), "an arena that grows is EXHAUSTED");
  } else if (is_code(error, ArenaCode::upstream_failed)) {
    mismatch_.expect(before().refused_by_upstream > figures.refused_by_upstream,
                     "UPSTREAM_FAILED, and upstream has not failed");
    mismatch_.expect_equal(error.value, shape_.upstream->last_asked_bytes(),
                           "the size in UPSTREAM_FAILED");
  } else if (is_code(error, BaseCode::allocation_exceeds_single) ||
             is_code(error, BaseCode::allocation_exceeds_total)) {
    mismatch_.expect(before().refused_by_budget > figures.refused_by_budget,
                     "a refusal of the budget, and the budget has not refused");
    // The header, the block, what aligns it, and what rounds it up.
    const std::uint64_t beside = kArenaChunkHeaderBytes + shape_.options.red_zone_bytes + 64;
    const bool has_room = size_bytes < figures.room_of_budget && alignment < 1 * kGiB &&
                          figures.room_of_budget - size_bytes >= beside + alignment;
    // Where there is one chunk only, it is not made smaller than it was asked to be.
    if (has_room && !is_one_chunk() &&
        before().refused_by_upstream == figures.refused_by_upstream) {
      mismatch_.expect(false, "the budget has room for a request that fails: " + name + ", " +
                                  std::to_string(size_bytes) + " bytes of " +
                                  std::to_string(figures.room_of_budget) + ", alignment " +
                                  std::to_string(alignment));
    }
    mismatch_.expect(std::string_view(error.field) == shape_.options.name,
                     "the refusal does not name the arena");
  } else {
    const bool is_huge =
        size_bytes > kArenaBlockBytesMax / 2 || alignment > kArenaBlockBytesMax / 2;
    mismatch_.expect(is_huge && is_code(error, ArenaCode::size_too_large),
                     "an unexpected error: " + name);
  }
}

}  // namespace redzone::tests
