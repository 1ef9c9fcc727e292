#include "redzone/base/log.hpp"

#include <array>
#include <cstring>

namespace redzone {

void LogSink::write(LogLevel level, std::string_view text) const noexcept {
  if (write_ == nullptr) return;
  if (text.size() <= kLogMessageBytesMax) {
    write_(context_, level, text);
    return;
  }
  static constexpr std::string_view kCut = "...";
  std::array<char, kLogMessageBytesMax> shortened;
  const std::size_t kept = shortened.size() - kCut.size();
  std::memcpy(shortened.data(), text.data(), kept);
  std::memcpy(shortened.data() + kept, kCut.data(), kCut.size());
  write_(context_, level, {shortened.data(), shortened.size()});
}

}  // namespace redzone
