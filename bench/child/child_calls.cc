// Calls a Python function that does nothing in one child and prints microseconds a call; then with a large result that goes from call to call.
//
//   child_calls PYTHON [calls]          PYTHON: one that can import cask

#include <arrow/buffer.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "cask/base/check.h"
#include "cask/base/clock.h"
#include "cask/child/child_pool.h"

namespace cask {
namespace {

// The pickle of operator.itemgetter(slice(None)): a handler that gives what it gets.
constexpr char kEcho[] = "coperator\nitemgetter\n(c__builtin__\nslice\n(NNNtRtR.";

PythonCall Echo(std::shared_ptr<arrow::Buffer> argument) {
  return {"echo", arrow::Buffer::FromString(kEcho), Tokenizer("echo").Finish(), {std::move(argument)}};
}

template <typename Work>
double Microseconds(int64_t count, Work work) {
  const int64_t start = SystemClock().MonotonicNanoseconds();
  for (int64_t i = 0; i < count; ++i) work();
  return static_cast<double>(SystemClock().MonotonicNanoseconds() - start) * 1e-3 / static_cast<double>(count);
}

// Of all threads together.
double MicrosecondsOfThreads(ChildPool& pool, int num_threads, int64_t calls) {
  return Microseconds(1, [&] {
           std::vector<std::thread> threads;
           for (int i = 0; i < num_threads; ++i) {
             threads.emplace_back([&] {
               const PythonCall call = Echo(arrow::Buffer::FromString(std::string(100, 'a')));
               for (int64_t done = 0; done < calls; ++done) CASK_CHECK_OK(pool.Call(call, [] { return false; }).status());
             });
           }
           for (std::thread& thread : threads) thread.join();
         }) /
         static_cast<double>(calls * num_threads);
}

void Measure(const char* python, int64_t calls) {
  ChildPoolOptions options;
  options.python = python;
  options.max_children = 8;
  const auto pool = ChildPool::Make(options).ValueOrDie();
  const auto never = [] { return false; };
  std::printf("start and first call  %10.1f us\n", Microseconds(1, [&] { CASK_CHECK_OK(pool->Call(Echo(arrow::Buffer::FromString("a")), never).status()); }));
  for (const size_t size : {size_t{100}, size_t{10'000}, size_t{60'000}}) {
    const PythonCall call = Echo(arrow::Buffer::FromString(std::string(size, 'a')));
    const double microseconds = Microseconds(calls, [&] { CASK_CHECK_OK(pool->Call(call, never).status()); });
    std::printf("%9zu bytes       %10.1f us a call %12.0f calls/s\n", size, microseconds, 1e6 / microseconds);
  }
  for (const int num_threads : {2, 4, 8}) {
    MicrosecondsOfThreads(*pool, num_threads, 10);
    const double microseconds = MicrosecondsOfThreads(*pool, num_threads, calls);
    std::printf("%9d threads     %10.1f us a call %12.0f calls/s\n", num_threads, microseconds, 1e6 / microseconds);
  }
  const PythonCall large = Echo(arrow::Buffer::FromString(std::string(100 << 20, 'a')));
  std::shared_ptr<arrow::Buffer> result;
  std::printf("100 MiB copied there and back  %10.1f us\n", Microseconds(10, [&] { result = pool->Call(large, never).ValueOrDie(); }));
  PythonCall length{"len", arrow::Buffer::FromString("coperator\nitemgetter\n(c__builtin__\nslice\n(NI0\nNtRtR."), Tokenizer("len").Finish(), {result}};
  std::printf("100 MiB given on, not read     %10.1f us\n", Microseconds(1000, [&] { CASK_CHECK_OK(pool->Call(length, never).status()); }));
}

}  // namespace
}  // namespace cask

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: child_calls PYTHON [calls]\n");
    return 1;
  }
  cask::Measure(argv[1], argc > 2 ? std::atoll(argv[2]) : 20'000);
  return 0;
}
