#include "cli/run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <variant>

#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/exit_status.hpp"
#include "cli/gguf_info.hpp"

namespace redzone::cli {

namespace {

struct Perform {
  std::FILE* out;
  std::FILE* err;

  ExitStatus operator()(const Answer& answer) const {
    fmt::print(answer.status == ExitStatus::clean ? out : err, "{}", answer.text);
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

}  // namespace

int run(std::span<const char* const> arguments, std::FILE* out, std::FILE* err) {
  const ExitStatus status = std::visit(Perform{out, err}, parse_command_line(arguments));
  errno = 0;
  if (std::fflush(out) != 0 || std::ferror(out) != 0) {
    fmt::print(err, "redzone: the result could not be written: {}\n", std::strerror(errno));
    return static_cast<int>(ExitStatus::could_not_run);
  }
  return static_cast<int>(status);
}

}  // namespace redzone::cli
