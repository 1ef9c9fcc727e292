#pragma once
// A file descriptor that is closed once, by whoever holds it last.
//
// Bounds:  one integer.
// Threads: a value; not synchronised.
// Failure: none; an error of close is not reported, because nothing can be done about it and the
//          descriptor is gone either way.
// Cost:    one close.
//
//   Descriptor held(raw);
//   Descriptor moved = std::move(held);  // held is empty: held.get() == -1

#include <utility>

namespace redzone::os {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int raw) : raw_(raw) {}
  Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      raw_ = std::exchange(other.raw_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  // Closes it now; empty afterwards.
  void close() noexcept;

  [[nodiscard]] int get() const { return raw_; }
  [[nodiscard]] bool is_open() const { return raw_ >= 0; }

 private:
  int raw_ = -1;  // -1 exactly when empty
};

}  // namespace redzone::os
