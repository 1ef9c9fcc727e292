#include "word_list.hpp"

#include <cstdlib>
#include <cstring>

namespace {

#ifdef PLANTED
constexpr std::size_t kWordsMax = 8192;  // takes 64 KiB for a handful of words
#else
constexpr std::size_t kWordsMax = 16;
#endif

char* copy_word(const char* text, std::size_t length) {
  char* word = static_cast<char*>(std::malloc(length + 1));
  if (word == nullptr) return nullptr;
  std::memcpy(word, text, length);
  word[length] = '\0';
  return word;
}

}  // namespace

WordList* load_words(const char* text) {
  auto* list = static_cast<WordList*>(std::malloc(sizeof(WordList)));
  if (list == nullptr) return nullptr;
  list->count = 0;
  list->words = static_cast<char**>(std::malloc(kWordsMax * sizeof(char*)));
  if (list->words == nullptr) {
    std::free(list);
    return nullptr;
  }
  while (*text != '\0' && list->count < kWordsMax) {
    const std::size_t length = std::strcspn(text, " ");
    char* word = copy_word(text, length);
    if (word == nullptr) {
#ifndef PLANTED  // without it, the words so far are leaked
      free_words(list);
#endif
      return nullptr;
    }
    list->words[list->count++] = word;
    text += length + std::strspn(text + length, " ");
  }
  return list;
}

void free_words(WordList* list) {
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->count; ++i) std::free(list->words[i]);
  std::free(list->words);
  std::free(list);
}
