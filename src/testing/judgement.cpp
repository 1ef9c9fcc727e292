#include "redzone/testing/judgement.hpp"

#include <utility>

namespace redzone::testing {

Judgement Judgement::bad(std::string message) {
  if (message.size() > kJudgementBytesMax) {
    const std::size_t cut_bytes = message.size() - kJudgementBytesMax;
    message.resize(kJudgementBytesMax);
    message += "\n[cut: " + std::to_string(cut_bytes) + " bytes more]";
  }
  Judgement judgement;
  judgement.is_good_ = false;
  judgement.message_ = std::move(message);
  return judgement;
}

}  // namespace redzone::testing
