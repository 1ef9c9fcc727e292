#include "redzone/gguf/limits.hpp"

#include "redzone/gguf/errors.hpp"

namespace redzone::gguf {

namespace {

std::unexpected<Error> refuse(const char* name, std::uint64_t value, std::uint64_t bound) {
  return fail(make_error(Code::bad_limit).with_field(name).with_value(value).with_limit(bound));
}

}  // namespace

Status check_limits(const Limits& limits) {
  for (const LimitField& field : kLimitFields) {
    const std::uint64_t value = limits.*field.member;
    if (value < field.least) return refuse(field.name, value, field.least);
    if (value > field.most) return refuse(field.name, value, field.most);
  }
  if (limits.window > limits.max_allocation) {
    return refuse("window", limits.window, limits.max_allocation);
  }
  if (limits.key > limits.max_allocation) return refuse("key", limits.key, limits.max_allocation);
  return {};
}

}  // namespace redzone::gguf
