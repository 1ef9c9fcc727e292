#include "os/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "os/program_path.hpp"
#include "os/system_error.hpp"
#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/base/check.hpp"
#include "redzone/base/checked.hpp"
#include "redzone/os/descriptor.hpp"

namespace redzone::os {

namespace {

static_assert(sizeof(pid_t) == sizeof(int));

// The array of pointers, with a null at the end, that exec takes. The strings stay the caller's.
class PointerList {
 public:
  [[nodiscard]] static Result<PointerList> allocate(MemoryBudget& budget, std::uint64_t count_max,
                                                    const char* place) {
    const Result<std::uint64_t> size = checked_mul(count_max + 1, sizeof(char*));
    if (!size) return fail(size.error());
    Result<BudgetedBuffer> buffer = BudgetedBuffer::allocate(budget, *size, place);
    if (!buffer) return fail(buffer.error());
    return PointerList(std::move(*buffer));
  }

  // exec's signature is older than const; it does not write.
  void add(const char* text) { pointers()[count_++] = const_cast<char*>(text); }
  [[nodiscard]] char* const* finish() {
    pointers()[count_] = nullptr;
    return pointers();
  }

 private:
  explicit PointerList(BudgetedBuffer buffer) : buffer_(std::move(buffer)) {}
  char** pointers() { return reinterpret_cast<char**>(buffer_.bytes().data()); }

  BudgetedBuffer buffer_;
  std::size_t count_ = 0;  // room for one more, the null
};

// posix_spawn's two descriptions, given back whatever happens. `number` keeps the first error.
class SpawnDescription {
 public:
  SpawnDescription() {
    keep(posix_spawnattr_init(&attributes_));
    keep(posix_spawn_file_actions_init(&actions_));
  }
  SpawnDescription(const SpawnDescription&) = delete;
  SpawnDescription& operator=(const SpawnDescription&) = delete;
  ~SpawnDescription() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  void set_streams(const ChildStreams& streams) {
    if (streams.input < 0) {
      keep(posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    } else {
      keep(posix_spawn_file_actions_adddup2(&actions_, streams.input, STDIN_FILENO));
    }
    keep(posix_spawn_file_actions_adddup2(&actions_, streams.output, STDOUT_FILENO));
    keep(posix_spawn_file_actions_adddup2(&actions_, streams.error, STDERR_FILENO));
  }

  void set_working_directory(int directory) {
    keep(posix_spawn_file_actions_addfchdir_np(&actions_, directory));
  }

  // Blocked signals and ignored ones pass through exec, and programs do not expect either.
  void set_group_and_signals() {
    sigset_t none;
    sigemptyset(&none);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : {SIGPIPE, SIGCHLD, SIGTERM}) sigaddset(&defaults, number);
    keep(posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    keep(posix_spawnattr_setpgroup(&attributes_, 0));
    keep(posix_spawnattr_setsigmask(&attributes_, &none));
    keep(posix_spawnattr_setsigdefault(&attributes_, &defaults));
  }

  [[nodiscard]] Result<int> start(const char* path, char* const* arguments,
                                  char* const* environment) {
    pid_t child = -1;
    if (number_ == 0) {
      number_ = posix_spawn(&child, path, &actions_, &attributes_, arguments, environment);
    }
    if (number_ != 0) return fail(system_error(Code::spawn_failed, "process.program", number_));
    return child;
  }

 private:
  void keep(int number) {
    if (number_ == 0) number_ = number;
  }

  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
  int number_ = 0;
};

std::string_view name_of(const char* variable) {
  const std::string_view text(variable);
  return text.substr(0, text.find('='));
}

bool is_named_in(std::string_view name, std::span<const char* const> variables) {
  for (const char* variable : variables) {
    if (name_of(variable) == name) return true;
  }
  return false;
}

Result<PointerList> make_arguments(const ProcessRequest& request, MemoryBudget& budget) {
  Result<PointerList> list =
      PointerList::allocate(budget, request.arguments.size(), "process.arguments");
  if (!list) return fail(list.error());
  for (const char* argument : request.arguments) {
    REDZONE_CHECK(argument != nullptr);
    list->add(argument);
  }
  return list;
}

// What this process has and the request does not name, then the request's.
Result<PointerList> make_environment(const ProcessRequest& request, MemoryBudget& budget) {
  const std::span<const char* const> added = request.environment;
  for (const char* variable : added) {
    REDZONE_CHECK(variable != nullptr);
    REDZONE_CHECK(std::string_view(variable).find('=') != std::string_view::npos);
  }
  std::uint64_t inherited = 0;
  while (environ != nullptr && environ[inherited] != nullptr) ++inherited;
  const std::uint64_t limit = kProcessLimits.environment_max;
  if (inherited > limit || added.size() > limit - inherited) {
    return fail(make_error(Code::limit_exceeded)
                    .with_field("process.environment")
                    .with_value(inherited + added.size())
                    .with_limit(limit));
  }
  Result<PointerList> list =
      PointerList::allocate(budget, inherited + added.size(), "process.environment");
  if (!list) return fail(list.error());
  for (std::uint64_t index = 0; index < inherited; ++index) {
    if (!is_named_in(name_of(environ[index]), added)) list->add(environ[index]);
  }
  for (std::size_t index = 0; index < added.size(); ++index) {
    if (!is_named_in(name_of(added[index]), added.subspan(index + 1))) list->add(added[index]);
  }
  return list;
}

}  // namespace

Result<int> spawn(const ProcessRequest& request, const ChildStreams& streams,
                  MemoryBudget& budget) {
  Result<PointerList> arguments = make_arguments(request, budget);
  if (!arguments) return fail(arguments.error());
  Result<PointerList> environment = make_environment(request, budget);
  if (!environment) return fail(environment.error());

  // Opened here rather than by name in the child: an errno of posix_spawn does not say whether the
  // directory or the program was missing.
  Descriptor directory;
  if (request.working_directory != nullptr) {
    directory = Descriptor(::open(request.working_directory, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open()) {
      return fail(system_error(Code::spawn_failed, "process.working_directory", errno));
    }
  }
  PathBuffer path;
  const Status found = find_program(directory.is_open() ? directory.get() : AT_FDCWD,
                                    request.arguments.front(), std::getenv("PATH"), path);
  if (!found) return fail(found.error());

  SpawnDescription description;
  // The directory first: a process without standard streams may hold it as one of their numbers.
  if (directory.is_open()) description.set_working_directory(directory.get());
  description.set_streams(streams);
  description.set_group_and_signals();
  return description.start(path.data(), arguments->finish(), environment->finish());
}

}  // namespace redzone::os
