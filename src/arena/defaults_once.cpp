#include "arena/defaults_once.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "redzone/arena/errors.hpp"
#include "redzone/base/checked.hpp"

namespace redzone {
namespace {

constexpr std::size_t kValueCharactersMax = 32;

// Three lines at most, of which each has 160 characters of ours and 32 of the variable.
class Diagnostic {
 public:
  void append(std::string_view words) {
    const std::size_t count = std::min(words.size(), text_.size() - size_);
    std::memcpy(text_.data() + size_, words.data(), count);
    size_ += count;
  }
  // What somebody has put into the environment: no control characters, and not all of it.
  void append_foreign(std::string_view value) {
    for (const char sign : value.substr(0, kValueCharactersMax)) {
      const bool is_printable = sign >= ' ' && sign <= '~';
      append(std::string_view(is_printable ? &sign : "?", 1));
    }
    if (value.size() > kValueCharactersMax) append("...");
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 640> text_;
  std::size_t size_ = 0;  // <= text_.size()
};

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr auto kUnits = std::to_array<Unit>({{"", 1}, {"KiB", kKiB}, {"MiB", kMiB}, {"GiB", kGiB}});

std::optional<std::uint64_t> parse_bytes(std::string_view value) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc{}) return std::nullopt;
  const std::string_view unit_name(end, value.data() + value.size());
  const auto* const unit = std::ranges::find(kUnits, unit_name, &Unit::name);
  if (unit == kUnits.end()) return std::nullopt;
  const Result<std::uint64_t> bytes = checked_mul(number, unit->bytes);
  if (!bytes || *bytes < kArenaBytesMin || *bytes > kArenaBytesMax) return std::nullopt;
  return *bytes;
}

template <class Value>
using Word = std::pair<std::string_view, Value>;

constexpr auto kOverflows = std::to_array<Word<ArenaOverflow>>({{"error", ArenaOverflow::error},
                                                                {"panic", ArenaOverflow::panic},
                                                                {"heap", ArenaOverflow::heap},
                                                                {"grow", ArenaOverflow::grow}});
constexpr auto kZeros =
    std::to_array<Word<ArenaZero>>({{"reset", ArenaZero::on_reset}, {"never", ArenaZero::never}});

template <class Value>
std::optional<Value> parse_word(std::string_view value, std::span<const Word<Value>> words) {
  for (const auto& [word, meaning] : words) {
    if (value == word) return meaning;
  }
  return std::nullopt;
}

// Sets `field` to what the variable says, if it says anything; a value that does not parse leaves
// the default and adds a line.
template <class Field, class Parse>
void read_variable(const ArenaEnvironment& environment, Diagnostic& diagnostic, const char* name,
                   std::string_view expected, Field& field, const Parse& parse) {
  const char* text = environment.value_of(name);
  if (text == nullptr) return;
  // One more than is allowed tells whether there are more.
  const std::string_view value(text, strnlen(text, kValueCharactersMax + 1));
  const std::optional<Field> parsed =
      value.size() <= kValueCharactersMax ? parse(value) : std::nullopt;
  if (parsed) {
    field = *parsed;
    return;
  }
  diagnostic.append("redzone: ");
  diagnostic.append(name);
  diagnostic.append("='");
  diagnostic.append_foreign(value);
  diagnostic.append("' is ignored, for it is not ");
  diagnostic.append(expected);
  diagnostic.append(" holds\n");
}

Error bad_bytes(std::uint64_t value, std::uint64_t limit) {
  return make_error(ArenaCode::bad_option)
      .with_field("bytes_max")
      .with_value(value)
      .with_limit(limit);
}

}  // namespace

ArenaDefaults DefaultsOnce::get(const ArenaEnvironment& environment) {
  if (state_.load(std::memory_order_acquire) == State::initialised || !begin()) return defaults_;
  Diagnostic diagnostic;
  read_variable(environment, diagnostic, "REDZONE_ARENA_BYTES",
                "a number of bytes from 4KiB to 1024GiB, such as 65536 or 64MiB; the default 64MiB",
                defaults_.bytes_max, parse_bytes);
  read_variable(
      environment, diagnostic, "REDZONE_ARENA_OVERFLOW",
      "one of error, panic, heap and grow; the default grow", defaults_.options.overflow,
      [](std::string_view value) { return parse_word<ArenaOverflow>(value, kOverflows); });
  read_variable(environment, diagnostic, "REDZONE_ARENA_ZERO",
                "one of reset and never; the default reset", defaults_.options.zero,
                [](std::string_view value) { return parse_word<ArenaZero>(value, kZeros); });
  const ArenaDefaults defaults = defaults_;
  publish();
  // Nobody waits for whoever reads standard error.
  if (!diagnostic.view().empty()) environment.tell(diagnostic.view());
  return defaults;
}

Status DefaultsOnce::set(const ArenaDefaults& defaults) {
  if (const Status checked = check_arena_options(defaults.options); !checked) return checked;
  if (defaults.bytes_max < kArenaBytesMin) {
    return fail(bad_bytes(defaults.bytes_max, kArenaBytesMin));
  }
  if (defaults.bytes_max > kArenaBytesMax) {
    return fail(bad_bytes(defaults.bytes_max, kArenaBytesMax));
  }
  if (!begin()) return fail(make_error(ArenaCode::defaults_in_use));
  defaults_ = defaults;
  publish();
  return {};
}

bool DefaultsOnce::begin() {
  while (true) {
    State seen = State::uninitialised;
    if (state_.compare_exchange_strong(seen, State::initialising, std::memory_order_acquire)) {
      return true;
    }
    if (seen == State::initialised) return false;
    // Bounded by the other thread's reading of three variables, which calls nothing that waits.
    state_.wait(State::initialising, std::memory_order_acquire);
  }
}

void DefaultsOnce::publish() {
  state_.store(State::initialised, std::memory_order_release);
  state_.notify_all();
}

void DefaultsOnce::forget_reader() {
  if (state_.load(std::memory_order_relaxed) != State::initialising) return;
  defaults_ = ArenaDefaults{};
  state_.store(State::uninitialised, std::memory_order_relaxed);
}

}  // namespace redzone
