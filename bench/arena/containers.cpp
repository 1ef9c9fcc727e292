// Containers of the standard library: built of 10 240 elements, dropped, and the arena reset. The
// elements, their order and the hash function are the same for every allocator. Each arena keeps
// its memory between two rounds, each peer has 4 MiB to begin with.

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <memory_resource>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/arena/row.hpp"
#include "bench/arena/rows.hpp"
#include "redzone/arena/allocator.hpp"

namespace redzone::bench {
namespace {

constexpr std::size_t kElements = 10 * kBatchBlocks;

struct Elements {
  std::vector<std::string> words;  // 17 to 56 bytes: longer than a std::string holds in itself
  std::vector<int> numbers;        // each once, shuffled
};

Elements make_elements() {
  Elements made;
  std::mt19937 random(20261121);
  std::uniform_int_distribution<std::size_t> length(17, 56);
  std::uniform_int_distribution<int> letter('a', 'z');
  made.words.resize(kElements);
  for (std::string& word : made.words) {
    word.resize(length(random));
    for (char& each : word) each = static_cast<char>(letter(random));
  }
  made.numbers.resize(kElements);
  std::iota(made.numbers.begin(), made.numbers.end(), 0);
  std::shuffle(made.numbers.begin(), made.numbers.end(), random);
  return made;
}

const Elements& elements() {
  static const Elements kMade = make_elements();
  return kMade;
}

// libstdc++ has none for a string with an allocator of its own. It may throw as far as the
// container knows, so that every container keeps the hash in its nodes, as that of std::string
// does.
struct HashOfWord {
  template <class Word>
  std::size_t operator()(const Word& word) const {
    return std::hash<std::string_view>()(std::string_view(word.data(), word.size()));
  }
};

// Where containers take their memory: an allocator for a type, and what becomes of the memory after
// a round.
struct StdContainers {
  template <class T>
  using Allocator = std::allocator<T>;
  static constexpr bool kIsPassedOn = true;  // to the strings in a container

  template <class T>
  Allocator<T> allocator() {
    return {};
  }
  void take_back_all() {}
};

struct MonotonicContainers {
  template <class T>
  using Allocator = std::pmr::polymorphic_allocator<T>;
  static constexpr bool kIsPassedOn = true;

  template <class T>
  Allocator<T> allocator() {
    return &resource;
  }
  void take_back_all() { resource.release(); }

  std::pmr::monotonic_buffer_resource resource{buffer(2).data(), buffer(2).size()};
};

template <ArenaZero Zero>
struct WithArena {
  void take_back_all() {
    if (!arena.reset()) std::abort();
  }

  MemoryBudget budget{{.max_single = kSourceBytes, .max_total = 16 * kSourceBytes}};
  Arena arena{buffer(1), budget, {.zero = Zero}};
};

template <ArenaZero Zero>
struct ArenaContainers : WithArena<Zero> {
  template <class T>
  using Allocator = ArenaAllocator<T>;
  static constexpr bool kIsPassedOn = false;

  template <class T>
  Allocator<T> allocator() {
    return Allocator<T>(this->arena);
  }
};

template <ArenaZero Zero>
struct ResourceContainers : WithArena<Zero> {
  template <class T>
  using Allocator = std::pmr::polymorphic_allocator<T>;
  static constexpr bool kIsPassedOn = true;

  template <class T>
  Allocator<T> allocator() {
    return &resource;
  }

  ArenaResource resource{this->arena};
};

template <class Memory>
using Word =
    std::basic_string<char, std::char_traits<char>, typename Memory::template Allocator<char>>;

struct VectorOfWords {
  static constexpr const char* kName = "vector_string";

  template <class Memory>
  static void build(Memory& memory) {
    using Element = Word<Memory>;
    std::vector<Element, typename Memory::template Allocator<Element>> words(
        memory.template allocator<Element>());
    for (const std::string& word : elements().words) {
      if constexpr (Memory::kIsPassedOn) {
        words.emplace_back(word.data(), word.size());
      } else {
        words.emplace_back(word.data(), word.size(), memory.template allocator<char>());
      }
    }
    escape(&words);
  }
};

struct MapOfWords {
  static constexpr const char* kName = "unordered_map_string";

  template <class Memory>
  static void build(Memory& memory) {
    using Element = std::pair<const Word<Memory>, int>;
    std::unordered_map<Word<Memory>, int, HashOfWord, std::equal_to<>,
                       typename Memory::template Allocator<Element>>
        numbers(memory.template allocator<Element>());
    int number = 0;
    for (const std::string& word : elements().words) {
      if constexpr (Memory::kIsPassedOn) {
        numbers.emplace(std::piecewise_construct, std::forward_as_tuple(word.data(), word.size()),
                        std::forward_as_tuple(++number));
      } else {
        numbers.emplace(
            std::piecewise_construct,
            std::forward_as_tuple(word.data(), word.size(), memory.template allocator<char>()),
            std::forward_as_tuple(++number));
      }
    }
    escape(&numbers);
  }
};

struct MapOfNumbers {
  static constexpr const char* kName = "map_int";

  template <class Memory>
  static void build(Memory& memory) {
    using Element = std::pair<const int, int>;
    std::map<int, int, std::less<>, typename Memory::template Allocator<Element>> numbers(
        memory.template allocator<Element>());
    for (const int number : elements().numbers) numbers.emplace(number, number);
    escape(&numbers);
  }
};

struct ListOfNumbers {
  static constexpr const char* kName = "list_int";

  template <class Memory>
  static void build(Memory& memory) {
    std::list<int, typename Memory::template Allocator<int>> numbers(
        memory.template allocator<int>());
    for (const int number : elements().numbers) numbers.push_back(number);
    escape(&numbers);
  }
};

// An item is an element, of the control a block of 64 bytes.
template <class Container, class Memory>
void containers(State& state) {
  Memory memory;
  RawBump control(buffer(2));
  escape(&memory);
  escape(&control);
  compare(
      state, kElements,
      [&control] {
        for (std::size_t i = 0; i < kElements; i += kBatchBlocks) {
          take_fixed<RawBump, 64>(control);
          control.take_back_all();
        }
      },
      [&memory] {
        Container::build(memory);
        memory.take_back_all();
      });
}

// An item of both is an element: the control is ours, by the fastest way in, with zeroing.
template <class Container, class Memory>
void beside_ours(State& state) {
  Memory memory;
  ArenaContainers<ArenaZero::on_reset> ours;
  escape(&memory);
  escape(&ours);
  const auto round = [](auto& each) {
    Container::build(each);
    each.take_back_all();
  };
  compare(state, kElements, [&] { round(ours); }, [&] { round(memory); });
}

template <class Container>
void add_container() {
  const auto add = [](const char* memory, void (*body)(State&)) {
    add_row(Container::kName + std::string("/") + memory, body);
  };
  add("general", containers<Container, StdContainers>);
  add("std_monotonic", containers<Container, MonotonicContainers>);
  add("allocator_zeroing", containers<Container, ArenaContainers<ArenaZero::on_reset>>);
  add("allocator", containers<Container, ArenaContainers<ArenaZero::never>>);
  add("resource_zeroing", containers<Container, ResourceContainers<ArenaZero::on_reset>>);
  add("resource", containers<Container, ResourceContainers<ArenaZero::never>>);
  add("general_beside_ours", beside_ours<Container, StdContainers>);
  add("std_monotonic_beside_ours", beside_ours<Container, MonotonicContainers>);
}

}  // namespace

void add_container_rows() {
  add_container<VectorOfWords>();
  add_container<MapOfWords>();
  add_container<MapOfNumbers>();
  add_container<ListOfNumbers>();
}

}  // namespace redzone::bench
