#pragma once
// `redzone gguf info FILE`: what a GGUF file holds, as text or as one JSON document.

#include <cstdio>
#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_status.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/gguf/reader.hpp"

namespace redzone::cli {

[[nodiscard]] ExitStatus gguf_info(const GgufInfoRequest& request, std::FILE* out, std::FILE* err);

// What there is to print: everything that is known of a file, accepted or not.
struct GgufFacts {
  std::string path;                      // as the user gave it
  const gguf::Reader* reader = nullptr;  // null when the file was rejected or could not be read
  gguf::OpenReport report;
  const MemoryBudget* budget = nullptr;
};

// An error of reading and what it means to the user.
struct GgufFailure {
  Error error;
  std::string message;  // one line, escaped
  ExitStatus status = ExitStatus::findings;
};

// Print the facts. `failure` is what went wrong before, null when nothing did. Both return what
// goes wrong while entries are read again.
[[nodiscard]] Status print_gguf_info_text(const GgufFacts& facts, std::FILE* out);
[[nodiscard]] Status print_gguf_info_json(const GgufFacts& facts, const GgufFailure* failure,
                                          std::FILE* out);

}  // namespace redzone::cli
