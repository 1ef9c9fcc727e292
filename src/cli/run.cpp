#include "cli/run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>
#include <variant>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/diagnose.hpp"
#include "cli/exit_status.hpp"
#include "cli/gguf_info.hpp"

namespace redzone::cli {

namespace {

struct Perform {
  std::FILE* out;
  std::FILE* err;

  ExitStatus operator()(const Answer& answer) const {
    if (answer.status == ExitStatus::clean) {
      fmt::print(out, "{}", answer.text);
    } else {
      diagnose(err, answer.text);
    }
    return answer.status;
  }
  ExitStatus operator()(const GgufInfoRequest& request) const {
    return gguf_info(request, out, err);
  }
  ExitStatus operator()(const CompletionRequest& request) const {
    fmt::print(out, "{}", completion_script(request.commands, request.shell));
    return ExitStatus::clean;
  }
};

int not_written(int number, std::FILE* err) {
  diagnose(err,
           fmt::format("redzone: the result could not be written: {}\n", std::strerror(number)));
  return static_cast<int>(ExitStatus::could_not_run);
}

constexpr std::string_view kOutOfMemory = "redzone: out of memory\n";

// A mistake of ours stays an abort, with the core that explains it.
[[noreturn]] void end_without_memory() noexcept {
  try {
    if (std::current_exception() != nullptr) throw;
  } catch (const std::bad_alloc&) {
    diagnose(stderr, kOutOfMemory);
    std::_Exit(static_cast<int>(ExitStatus::could_not_run));
  } catch (...) {
    diagnose(stderr, "redzone: an exception where none may be; please report it\n");
  }
  std::abort();
}

}  // namespace

int run(std::span<const char* const> arguments, std::FILE* out, std::FILE* err) {
  try {
    const ExitStatus status = std::visit(Perform{out, err}, parse_command_line(arguments));
    errno = EIO;  // said when an earlier write failed and the last one did not
    if (std::fflush(out) != 0 || std::ferror(out) != 0) return not_written(errno, err);
    return static_cast<int>(status);
  } catch (const std::system_error& error) {  // of fmt::print: a long result fails on the way
    return not_written(error.code().value(), err);
  }
}

int run_program(std::span<const char* const> arguments) noexcept {
  std::set_terminate(&end_without_memory);
  try {
    return run(arguments, stdout, stderr);
  } catch (const std::bad_alloc&) {
    diagnose(stderr, kOutOfMemory);
  } catch (...) {
    diagnose(stderr, "redzone: an unexpected failure; please report it\n");
  }
  return static_cast<int>(ExitStatus::could_not_run);
}

}  // namespace redzone::cli
