#include "redzone/os/process.hpp"

#include <utility>

#include "os/child.hpp"
#include "os/pipe.hpp"
#include "os/spawn.hpp"
#include "os/supervisor.hpp"
#include "redzone/base/check.hpp"
#include "redzone/os/errors.hpp"

namespace redzone::os {

namespace {

Status check_limit(const char* field, std::uint64_t value, std::uint64_t limit) {
  if (value <= limit) return {};
  return fail(
      make_error(Code::limit_exceeded).with_field(field).with_value(value).with_limit(limit));
}

Status check_limits(const ProcessRequest& request) {
  const Status checks[] = {
      check_limit("process.arguments", request.arguments.size(), kProcessLimits.arguments_max),
      check_limit("process.output_bytes", request.output_bytes_max,
                  kProcessLimits.output_bytes_max),
      check_limit("process.deadline_ms", request.deadline_ms, kProcessLimits.deadline_ms_max),
      check_limit("process.grace_ms", request.grace_ms, kProcessLimits.grace_ms_max),
  };
  for (const Status& check : checks) {
    if (!check) return check;
  }
  return {};
}

// Starts the child and closes the ends that are its own: as long as we held them, no pipe ended.
Result<int> start(const ProcessRequest& request, MemoryBudget& budget, SupervisedPipes& pipes) {
  Pipe input;
  if (!request.standard_input.empty()) {
    Result<Pipe> made = make_pipe(PipeUser::writes, "process.standard_input");
    if (!made) return fail(made.error());
    input = std::move(*made);
  }
  Result<Pipe> output = make_pipe(PipeUser::reads, "process.standard_output");
  if (!output) return fail(output.error());
  Result<Pipe> error = make_pipe(PipeUser::reads, "process.standard_error");
  if (!error) return fail(error.error());

  const ChildStreams streams{.input = input.read_end.get(),
                             .output = output->write_end.get(),
                             .error = error->write_end.get()};
  const Result<int> number = spawn(request, streams, budget);
  if (!number) return fail(number.error());
  pipes.input = std::move(input.write_end);
  pipes.output = std::move(output->read_end);
  pipes.error = std::move(error->read_end);
  return number;
}

}  // namespace

std::string_view CapturedOutput::text() const {
  const std::span<const std::byte> kept =
      buffer.bytes().first(static_cast<std::size_t>(kept_bytes));
  return {reinterpret_cast<const char*>(kept.data()), kept.size()};
}

Result<ProcessOutcome> run_process(const ProcessRequest& request, MemoryBudget& budget) {
  REDZONE_CHECK(!request.arguments.empty());
  const Status within = check_limits(request);
  if (!within) return fail(within.error());

  ProcessOutcome outcome;
  for (CapturedOutput* output : {&outcome.standard_output, &outcome.standard_error}) {
    Result<BudgetedBuffer> buffer =
        BudgetedBuffer::allocate(budget, request.output_bytes_max, "process.output");
    if (!buffer) return fail(buffer.error());
    output->buffer = std::move(*buffer);
  }

  SupervisedPipes pipes;
  const Result<int> number = start(request, budget, pipes);
  if (!number) return fail(number.error());
  Child child(*number);
  const Status ended = Supervisor(request, child, pipes, outcome).run();
  if (!ended) return fail(ended.error());
  return outcome;
}

}  // namespace redzone::os
