#pragma once
// The exit status of every subcommand. When several hold in one run, wrong_usage comes first, then
// could_not_run, then findings, then clean.

namespace redzone::cli {

enum class ExitStatus : int {
  clean = 0,          // nothing found, file accepted, within budget
  findings = 1,       // an unsuppressed finding, a rejected file, a broken budget
  wrong_usage = 2,    // the command line was wrong, an operand is missing
  could_not_run = 3,  // an input cannot be read, or it cannot be shown that the work was done
};

}  // namespace redzone::cli
