#pragma once
// What a block costs while another thread takes blocks as well, each from a source of its own,
// compared with the same thread alone.

#include <atomic>
#include <thread>

#include "bench/arena/row.hpp"

namespace redzone::bench {

// Takes batches in a thread of its own, between begin() and end().
template <class Source>
class Companion {
 public:
  Companion() : thread_([this] { run(); }) {}
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  ~Companion() {
    wanted_.store(gone);
    wanted_.notify_one();
    thread_.join();
  }

  void begin() {
    wanted_.store(working);
    wanted_.notify_one();
    working_.wait(false);
  }
  void end() {
    wanted_.store(idle);
    working_.wait(true);
  }

 private:
  enum Wanted : int { idle, working, gone };

  void run() {
    Source source(buffer(2));
    escape(&source);
    while (wanted_.load() != gone) {
      wanted_.wait(idle);
      working_.store(true);
      working_.notify_one();
      while (wanted_.load() == working) {
        take_fixed<Source, 64>(source);
        source.take_back_all();
      }
      working_.store(false);
      working_.notify_one();
    }
  }

  std::atomic<int> wanted_ = idle;
  std::atomic<bool> working_ = false;
  std::thread thread_;
};

// The control is the same source, alone.
template <class Source>
void in_two_threads(State& state) {
  Source source(buffer(1));
  escape(&source);
  Companion<Source> companion;
  const auto batch = [](Source& each) { take_fixed<Source, 64>(each); };
  compare(
      state, kSliceBatches * kBatchBlocks, [&] { run_batches(source, batch); },
      [&] { run_batches(source, batch); }, [&] { companion.begin(); }, [&] { companion.end(); });
}

}  // namespace redzone::bench
