#include "testing/findings.hpp"

#include <algorithm>
#include <cstring>

#include "testing/stack_lines.hpp"
#include "testing/text.hpp"

namespace redzone::testing {
namespace {

std::string left_text(const LeftBehind& left) {
  std::string text = bytes_text(left.bytes);
  if (left.block_count > 0) text += " in " + count_text(left.block_count, "block");
  return text + " still live after ";
}

std::string end_text(const ChildResult& child) {
  switch (child.end) {
    case ChildEnd::signalled:
      return "the child was killed by signal " + std::to_string(child.number) + " (" +
             strsignal(child.number) + ")";
    case ChildEnd::exited:
      return "the child exited with status " + std::to_string(child.number) +
             " before the block had ended";
    case ChildEnd::timed_out:
      return "the child did not end in time";
    case ChildEnd::not_started:
      return std::string("no child could be started: ") + std::strerror(child.number);
    case ChildEnd::endless:
    case ChildEnd::finished:
      break;
  }
  return "the child ended";
}

// What went wrong, before the stacks.
std::string headline(Verdict verdict, const Injection& injection, const RunRecord& record,
                     const ChildResult* child) {
  std::string text = std::string(name_of(verdict)) + ": ";
  const std::string event = injection.number == 0
                                ? "a run in which nothing failed"
                                : injection_text(injection, record.injected.size_bytes);
  switch (verdict) {
    case Verdict::leaked:
      return text + left_text(record.left) + event + ":" +
             contributor_lines(record.left.groups.data(), record.left.group_count);
    case Verdict::failed_expectation:
      return text + count_text(record.failure_count, "assertion") + " of the block failed in " +
             (injection.number == 0 ? event : "the run in which " + event) +
             (child == nullptr ? "" : "; the child has printed which");
    case Verdict::swallowed:
      return text + "the block claims success although " + event;
    case Verdict::crashed:
      return text + (child != nullptr ? end_text(*child) : "") + " after " + event;
    case Verdict::endless:
      return text + "the block made " + count_text(record.operation_count, injection.noun) +
             " and went on, after " + event;
    case Verdict::nondeterministic:
      return text + "the block took another way than in the runs that counted: it made " +
             count_text(record.operation_count, injection.noun) + " when " + event;
    case Verdict::safe:
    case Verdict::nothing_injected:
    case Verdict::too_many_runs:
      break;
  }
  return text + event;
}

std::string indented(const std::string& lines) {
  std::string text = "\n  ";
  for (const char c : lines) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text;
}

// The same mistake has the same key. The place of a crash or a leak says more than the place of the
// failure before it.
std::uint64_t key_of(Verdict verdict, const Injection& injection, const RunRecord& record) {
  const heap::Stack& stack = verdict == Verdict::leaked && record.left.group_count > 0
                                 ? record.left.groups[0].stack
                             : !record.crash_stack.empty() ? record.crash_stack
                                                           : record.injected.stack;
  if (!stack.empty()) return hash_above(stack, record.torture_depth);
  return static_cast<std::uint64_t>(injection.key[0]);  // reads: by what happened to them
}

}  // namespace

void Findings::add(Verdict verdict, const Injection& injection, const RunRecord& record,
                   const ChildResult* child) {
  ++count_;
  const std::uint64_t key = key_of(verdict, injection, record);
  Told* const end = told_.data() + told_count_;
  const bool is_known = std::any_of(told_.data(), end, [&](const Told& told) {
    return told.verdict == verdict && told.key == key;
  });
  if (is_known || told_count_ == kToldMax) {
    if (count_ <= kNamedMax + told_count_) {
      others_ += ", " + std::to_string(injection.number) + ' ' + injection.key +
                 (injection.for_ever ? "for-ever" : "once");
    }
    return;
  }
  std::string text = headline(verdict, injection, record, child);
  const std::string failed = stack_lines(record.injected.stack);
  if (!failed.empty()) text += "\nthe " + std::string(injection.noun) + " that failed:" + failed;
  const std::string crash = stack_lines(record.crash_stack);
  if (!crash.empty()) text += "\nthe crash:" + crash;
  if (child != nullptr && !child->error_output.empty()) {
    text += "\nwhat the child wrote to standard error:" + indented(child->error_output);
  }
  if (injection.number != 0) text += "\nthis one again: " + again_text(injection, site_);
  told_[told_count_++] = {verdict, key, std::move(text)};
}

void Findings::add(Verdict verdict, const std::string& text) {
  ++count_;
  if (told_count_ == kToldMax) return;
  told_[told_count_++] = {verdict, 0, std::string(name_of(verdict)) + ": " + text};
}

Judgement Findings::judgement(std::uint64_t run_count) const {
  if (empty()) return Judgement().with_runs(run_count);
  std::string text;
  for (std::size_t i = 0; i < told_count_; ++i) {
    if (i > 0) text += "\n\n";
    text += told_[i].text;
  }
  if (count_ > told_count_) {
    const std::uint64_t more = count_ - told_count_;
    text += "\n\nand " + std::to_string(more) + " more of these" + others_;
    if (more > kNamedMax) text += ", ...";
  }
  return Judgement::bad(std::move(text)).with_runs(run_count);
}

}  // namespace redzone::testing
