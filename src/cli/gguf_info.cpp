#include "cli/gguf_info.hpp"

#include <fmt/format.h>

#include "cli/diagnose.hpp"
#include "cli/escape.hpp"
#include "cli/gguf_message.hpp"
#include "redzone/base/result.hpp"
#include "redzone/os/file_source.hpp"

namespace redzone::cli {

namespace {

constexpr std::size_t kPathBytesShown = 4096;

// Says what went wrong, once, with the file's name.
void complain(const std::string& path, const GgufFailure& failure, std::FILE* err) {
  const char* kind = failure.status == ExitStatus::findings ? "rejected" : "cannot be read";
  diagnose(err, fmt::format("redzone: {} {}: {}\n", quoted(path, kPathBytesShown), kind,
                            failure.message));
}

GgufFailure failure_of(const Error& error, const gguf::OpenReport& report, os::ByteSource* source) {
  return {error, gguf_message(error, report, source), gguf_exit_status(error)};
}

ExitStatus print(const GgufInfoRequest& request, const GgufFacts& facts, GgufFailure* failure,
                 os::ByteSource* source, std::FILE* out, std::FILE* err) {
  const Status printed =
      request.json ? print_gguf_info_json(facts, failure, out) : print_gguf_info_text(facts, out);
  if (failure != nullptr) {
    complain(request.path, *failure, err);
    return failure->status;
  }
  if (!printed) {
    const GgufFailure late = failure_of(printed.error(), facts.report, source);
    complain(request.path, late, err);
    return late.status;
  }
  return ExitStatus::clean;
}

}  // namespace

ExitStatus gguf_info(const GgufInfoRequest& request, std::FILE* out, std::FILE* err) {
  MemoryBudget budget{request.limits.memory()};
  GgufFacts facts{.path = request.path, .reader = nullptr, .report = {}, .budget = &budget};

  Result<os::FileSource> file = request.path == "-" ? os::FileSource::standard_input()
                                                    : os::FileSource::open(request.path.c_str());
  if (!file) {
    GgufFailure failure = failure_of(file.error(), facts.report, nullptr);
    return print(request, facts, &failure, nullptr, out, err);
  }
  const Result<gguf::Reader> reader =
      gguf::Reader::open(*file, budget, request.limits, &facts.report);
  if (!reader) {
    GgufFailure failure = failure_of(reader.error(), facts.report, &*file);
    return print(request, facts, &failure, &*file, out, err);
  }
  facts.reader = &*reader;
  return print(request, facts, nullptr, &*file, out, err);
}

}  // namespace redzone::cli
