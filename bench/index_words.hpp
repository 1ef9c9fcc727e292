#pragma once
// An allocation-heavy piece of work for comparing whole processes: an index of made-up words, with
// a node, a string and a list for each, of which a part is dropped again. About 2.9 allocations a
// word, all below 100 bytes, and the same in each run.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace redzone::bench {

// Returns a number that depends on everything, so that nothing is left out.
inline std::uint64_t index_words(std::uint64_t word_count) {
  std::map<std::string, std::vector<std::uint64_t>> places;
  std::uint64_t state = 1;
  std::uint64_t sum = 0;
  for (std::uint64_t place = 0; place < word_count; ++place) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    std::string word = "word-of-the-index-";
    word += std::to_string((state >> 33U) % 65536);
    std::vector<std::uint64_t>& list = places[word];
    list.push_back(place);
    if (list.size() == 8) {
      sum += list.front();
      places.erase(word);
    }
  }
  return sum + places.size();
}

}  // namespace redzone::bench
