#include "os/supervisor.hpp"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "os/pipe.hpp"
#include "os/system_error.hpp"

namespace redzone::os {

namespace {

std::uint64_t clock_ms() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count());
}

// Collects what is there from a pipe that is still open, and closes it at its end.
Status collect_from(Descriptor& pipe, CapturedOutput& output) {
  if (!pipe.is_open()) return {};
  const Result<bool> has_ended = collect(pipe.get(), output, kProcessLimits.pipe_bytes_max);
  if (!has_ended) return fail(has_ended.error());
  if (*has_ended) pipe.close();
  return {};
}

}  // namespace

Supervisor::Supervisor(const ProcessRequest& request, Child& child, SupervisedPipes& pipes,
                       ProcessOutcome& outcome)
    : request_(request),
      child_(child),
      pipes_(pipes),
      outcome_(outcome),
      until_ms_(clock_ms() + request.deadline_ms) {}

Status Supervisor::run() {
  // Bounded by time: every phase has an end, and no phase is entered twice.
  for (;;) {
    std::uint64_t now_ms = clock_ms();
    if (phase_ != Phase::draining) {
      const Result<bool> has_ended = child_.has_ended();
      if (!has_ended) return fail(has_ended.error());
      if (*has_ended) begin_draining(now_ms);
    }
    if (phase_ != Phase::draining && now_ms >= until_ms_) {
      const Status advanced = advance(now_ms);
      if (!advanced) return advanced;
    }
    if (has_drained(now_ms)) return finish();
    const Status waited = wait_for_events(now_ms);
    if (!waited) return waited;
    const Status fed = feed_input();
    if (!fed) return fed;
    const Status collected = collect_output();
    if (!collected) return collected;
  }
}

Status Supervisor::advance(std::uint64_t now_ms) {
  is_timed_out_ = true;
  sleep_ms_ = 1;
  switch (phase_) {
    case Phase::running:
      child_.signal_group(SIGTERM);
      phase_ = Phase::terminating;
      until_ms_ = now_ms + request_.grace_ms;
      return {};
    case Phase::terminating:
      child_.signal_group(SIGKILL);
      phase_ = Phase::killed;
      until_ms_ = now_ms + kProcessLimits.reap_ms;
      return {};
    case Phase::killed:
    case Phase::draining:
      break;
  }
  return fail(system_error(Code::wait_failed, "process.kill", ETIMEDOUT)
                  .with_limit(kProcessLimits.reap_ms));
}

void Supervisor::begin_draining(std::uint64_t now_ms) {
  phase_ = Phase::draining;
  until_ms_ = std::min(until_ms_, now_ms + kProcessLimits.drain_ms);
}

bool Supervisor::has_drained(std::uint64_t now_ms) const {
  if (phase_ != Phase::draining) return false;
  return now_ms >= until_ms_ || (!pipes_.output.is_open() && !pipes_.error.is_open());
}

Status Supervisor::wait_for_events(std::uint64_t now_ms) {
  // poll passes over a descriptor of -1, which a closed pipe has.
  std::array<pollfd, 3> entries{{
      {.fd = pipes_.input.get(), .events = POLLOUT, .revents = 0},
      {.fd = pipes_.output.get(), .events = POLLIN, .revents = 0},
      {.fd = pipes_.error.get(), .events = POLLIN, .revents = 0},
  }};
  const std::uint64_t left_ms = until_ms_ - std::min(now_ms, until_ms_);
  const int ready =
      ::poll(entries.data(), entries.size(), static_cast<int>(std::min(left_ms, sleep_ms_)));
  if (ready < 0 && errno != EINTR) return fail(system_error(Code::wait_failed, "poll", errno));
  // Something happening means that more may follow at once.
  sleep_ms_ = ready > 0 ? 1 : std::min(2 * sleep_ms_, kProcessLimits.poll_ms_max);
  return {};
}

Status Supervisor::feed_input() {
  if (!pipes_.input.is_open()) return {};
  const std::span<const std::byte> rest =
      request_.standard_input.subspan(static_cast<std::size_t>(outcome_.input_written_bytes));
  if (!rest.empty()) {
    const Result<WriteStep> step =
        write_some(pipes_.input.get(), rest, outcome_.input_written_bytes);
    if (!step) return fail(step.error());
    outcome_.input_written_bytes += step->written_bytes;
    if (!step->is_closed && step->written_bytes < rest.size()) return {};
  }
  pipes_.input.close();  // the child sees the end of its input
  return {};
}

Status Supervisor::collect_output() {
  const Status collected = collect_from(pipes_.output, outcome_.standard_output);
  if (!collected) return collected;
  return collect_from(pipes_.error, outcome_.standard_error);
}

Status Supervisor::finish() {
  // Once more before judging: this thread may have slept through the time in which the last bytes
  // and the end came.
  const Status collected = collect_output();
  if (!collected) return collected;
  outcome_.was_output_held_open = pipes_.output.is_open() || pipes_.error.is_open();
  child_.signal_group(SIGKILL);  // whatever it left behind
  const Status reaped = child_.reap(outcome_);
  if (!reaped) return reaped;
  if (is_timed_out_) outcome_.end = ProcessEnd::timed_out;
  return {};
}

}  // namespace redzone::os
