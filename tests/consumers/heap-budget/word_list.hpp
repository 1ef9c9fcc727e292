#pragma once
// The words of a text, each in a block of its own, as a program in C would keep them.

#include <cstddef>

struct WordList {
  char** words;
  std::size_t count;
};

// Null when there is no memory; then nothing is kept.
WordList* load_words(const char* text);
void free_words(WordList* list);
