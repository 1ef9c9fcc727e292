#pragma once
// An error of the reader as one line for people: what ErrorText says, and what the file itself can
// add to it (the names behind two offsets, what a non-GGUF file really is, how much is missing).

#include <string>

#include "cli/exit_status.hpp"
#include "redzone/base/error.hpp"
#include "redzone/gguf/report.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::cli {

// `source` is null when the file could not be opened. Names are escaped.
[[nodiscard]] std::string gguf_message(const Error& error, const gguf::OpenReport& report,
                                       os::ByteSource* source);

// A file that breaks the format's rules or a limit is a finding; a file that cannot be read, or
// that changed while it was read, is none.
[[nodiscard]] ExitStatus gguf_exit_status(const Error& error);

}  // namespace redzone::cli
