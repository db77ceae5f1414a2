#include <arrow/buffer.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "cask/base/test_seeds.h"
#include "cask/child/child_pool.h"
#include "cask/child/shared_buffer.h"

namespace cask {
namespace {

using Arguments = std::vector<std::shared_ptr<arrow::Buffer>>;

std::shared_ptr<arrow::Buffer> Bytes(std::string bytes) { return arrow::Buffer::FromString(std::move(bytes)); }

// Of a function of child_test_functions.py. Its pickle: a module's name and that of something in it.
PythonCall CallOf(const std::string& name, Arguments arguments = {}, double timeout_seconds = 0) {
  return {name, Bytes("cchild_test_functions\n" + name + "\n."), Tokenizer("test").Add(name).Finish(), std::move(arguments), timeout_seconds};
}

bool Never() { return false; }

class Children : public testing::Test {
 protected:
  Children() {
    ::setenv("CASK_LOG", "off", 1);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // what children leave behind becomes this process's, so it can be waited for
    std::string folder = (std::filesystem::temp_directory_path() / "cask_child_test_XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    fds_before_ = NumFds();
  }
  ~Children() override {
    pool_.reset();
    EXPECT_EQ(NumFds(), fds_before_);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a process is left";
    EXPECT_EQ(errno, ECHILD);
    std::filesystem::remove_all(folder_);
  }

  static int64_t NumFds() { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); }

  static ChildPoolOptions Options() {
    ChildPoolOptions options;
    options.python = CASK_TEST_PYTHON;
    options.environment = {{"PYTHONPATH", CASK_TEST_PYTHONPATH}, {"CASK_TEST_VALUE", "7"}};
    return options;
  }
  ChildPool& pool() {
    if (pool_ == nullptr) Use(Options());
    return *pool_;
  }
  void Use(ChildPoolOptions options) { pool_ = ChildPool::Make(std::move(options)).ValueOrDie(); }

  Result<std::shared_ptr<arrow::Buffer>> Try(const PythonCall& call) { return pool().Call(call, Never); }
  std::shared_ptr<arrow::Buffer> Do(const PythonCall& call) {
    auto result = Try(call);
    EXPECT_TRUE(result.ok()) << Describe(result.status());
    return result.ok() ? *result : Bytes("");
  }
  std::string Text(const std::string& name, Arguments arguments = {}) { return Do(CallOf(name, std::move(arguments)))->ToString(); }
  Status Error(const std::string& name, Arguments arguments = {}) { return Try(CallOf(name, std::move(arguments))).status(); }
  // What a client would make of an error's payload.
  std::string Read(const Status& error) { return Text("read_error", {Bytes(PayloadOf(error))}); }

  // A call that is cancelled once it runs, which it says by making a file.
  Status CancelRunning(const std::string& name) {
    const std::string path = NewPath();
    return pool().Call(CallOf(name, {Bytes(path)}), [&] { return std::filesystem::exists(path); }).status();
  }
  std::string NewPath() { return folder_ + "/" + std::to_string(num_paths_++); }
  void WaitUntilAllAreGone() {
    while (pool().num_children() > 0) std::this_thread::yield();
  }

  // Waits for the processes that functions started.
  void EndWithOrphans() {
    pool_.reset();
    while (::waitpid(-1, nullptr, 0) > 0) continue;
  }

  std::string folder_;
  int num_paths_ = 0;
  int64_t fds_before_ = 0;
  std::unique_ptr<ChildPool> pool_;
};

TEST_F(Children, GiveResultsOfAnySize) {
  EXPECT_EQ(Text("echo"), "");
  EXPECT_EQ(Text("echo", {Bytes("a"), Bytes(""), Bytes("bc")}), "abc");
  for (const size_t size : {size_t{1}, size_t{65'000}, size_t{65'536}, size_t{65'537}, size_t{70'000}, size_t{3'000'000}}) {
    std::string bytes(size, 'x');
    bytes.back() = 'y';
    EXPECT_EQ(Text("echo", {Bytes(bytes), Bytes("z")}), bytes + "z") << size;
  }
  EXPECT_EQ(Text("length", Arguments(10'000, Bytes("four"))), "40000");
}

TEST_F(Children, GiveBackWhatTheyGetInAnyCombination) {
  Random random(FirstTestSeed());
  Arguments results = {Bytes("")};
  for (int i = 0; i < 200; ++i) {
    Arguments arguments;
    std::string expected;
    while (random.Percent(70)) {
      const int64_t size = static_cast<int64_t>(random.Below(random.Percent(20) ? 200'000 : 300));
      std::shared_ptr<arrow::Buffer> argument = Bytes(std::string(static_cast<size_t>(size), static_cast<char>('a' + random.Below(26))));
      if (random.Percent(40)) {
        argument = results[random.Below(results.size())];
        const int64_t begin = static_cast<int64_t>(random.Below(static_cast<uint64_t>(argument->size()) + 1));
        argument = arrow::SliceBuffer(argument, begin, static_cast<int64_t>(random.Below(static_cast<uint64_t>(argument->size() - begin) + 1)));
      }
      expected += argument->ToString();
      arguments.push_back(std::move(argument));
    }
    results.push_back(Do(CallOf("echo", std::move(arguments))));
    ASSERT_TRUE(results.back()->ToString() == expected) << "call " << i;
    if (results.size() > 10) results.erase(results.begin());
  }
}

TEST_F(Children, PassLargeResultsOnWithoutACopy) {
  const auto result = Do(CallOf("zeros", {Bytes("100000000")}));
  ASSERT_EQ(result->size(), 100'000'000);
  const SharedBuffer* shared = SharedBuffer::Of(*result);
  ASSERT_NE(shared, nullptr);
  struct stat status {};
  ASSERT_EQ(::fstat(shared->fd(), &status), 0);
  EXPECT_EQ(Text("mapped_inodes", {result}), std::to_string(status.st_ino));
  EXPECT_EQ(Text("mapped_inodes", {arrow::SliceBuffer(result, 5'000'001, 70'000)}), std::to_string(status.st_ino));
  EXPECT_EQ(Text("mapped_inodes"), "") << "what a call has mapped is let go of";
}

TEST_F(Children, TakeMoreSharedArgumentsThanAMessageTakesDescriptors) {
  const auto result = Do(CallOf("zeros", {Bytes("100000")}));
  EXPECT_EQ(Text("length", Arguments(300, result)), "30000000");
}

TEST_F(Children, ChangeTheirOwnCopyOfAnArgumentOnly) {
  const auto result = Do(CallOf("zeros", {Bytes("100000")}));
  EXPECT_EQ(Text("set_first_byte", {result}), std::string("\0\xff", 2));
  EXPECT_EQ(Text("set_first_byte", {result}), std::string("\0\xff", 2));
  EXPECT_EQ(result->data()[0], 0);
  const auto small = Bytes("abc");
  EXPECT_EQ(Text("set_first_byte", {small}), "a\xff");
  EXPECT_EQ(small->ToString(), "abc");
}

TEST_F(Children, AreUsedAgain) {
  const std::string pid = Text("pid");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Text("pid"), pid);
  EXPECT_EQ(pool().num_children(), 1);
}

TEST_F(Children, KnowTheFunctionsThatWereUsedLast) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 200; ++i) {
      PythonCall call = CallOf("echo", {Bytes("a")});
      call.function_token = Tokenizer("test").Add(int64_t{i % (round == 1 ? 150 : 100)}).Finish();
      ASSERT_EQ(Do(call)->ToString(), "a");
    }
  }
}

TEST_F(Children, RunTheCallsOfManyThreads) {
  ChildPoolOptions options = Options();
  options.max_children = 3;
  Use(std::move(options));
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([this, thread, &right] {
      for (int i = 0; i < 100; ++i) {
        const std::string text = std::to_string(thread * 1000 + i);
        right += pool().Call(CallOf("echo", {Bytes(text)}), Never).ValueOrDie()->ToString() == text;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 800);
  EXPECT_LE(pool().num_children(), 3);
}

TEST_F(Children, HaveSurroundingsOfTheirOwn) {
  EXPECT_EQ(Text("surroundings"), "True 1000 1 7 /dev/null 0");
  EXPECT_EQ(Text("open_files"), "0 1 2 3");
}

TEST_F(Children, TellWhatAFunctionRaised) {
  const Status error = Error("raise_value_error");
  EXPECT_EQ(KindOf(error), ErrorKind::kPython);
  EXPECT_EQ(error.message(), "ValueError: no");
  const std::string read = Read(error);
  EXPECT_TRUE(read.starts_with("ValueError: no\nTraceback (most recent call last):\n  File \"")) << read;
  EXPECT_NE(read.find("in raise_value_error"), read.npos) << read;
  EXPECT_EQ(read.find("_child.py"), read.npos) << read;
}

TEST_F(Children, TellOfExceptionsThatCannotBePickled) {
  const Status error = Error("raise_unpicklable");
  EXPECT_EQ(error.message(), "_Unpicklable: not again");
  EXPECT_TRUE(Read(error).starts_with("RuntimeError: _Unpicklable: not again\nTraceback")) << Read(error);
  const Status without = Error("raise_without_text");
  EXPECT_EQ(without.message(), "Local: <Local whose text cannot be made: RuntimeError>");
  EXPECT_EQ(Error("give_no_list").message(), "TypeError: 'int' object is not iterable");
  EXPECT_EQ(Error("no_such_function").message().substr(0, 16), "AttributeError: ");
  EXPECT_EQ(Error("no_such_function").message().substr(0, 16), "AttributeError: ");
}

TEST_F(Children, ThatCrashAreNamedWithWhatTheyPrinted) {
  const Status error = Error("crash");
  EXPECT_EQ(KindOf(error), ErrorKind::kProcessLost);
  EXPECT_EQ(error.message(), "crash ended its process: signal 11 (Segmentation fault)");
  ASSERT_EQ(NotesOf(error).size(), 1u);
  const std::string& note = NotesOf(error)[0];
  EXPECT_TRUE(note.starts_with("the last lines that it printed:\n    about to crash\n    Fatal Python error: Segmentation fault")) << note;
  EXPECT_NE(note.find("in crash"), note.npos);
  EXPECT_EQ(Text("echo", {Bytes("next")}), "next");
}

TEST_F(Children, ThatEndAreNamedWithTheirStatus) {
  EXPECT_EQ(Describe(Error("exit_at_once")), "exit_at_once ended its process: exit status 3\n  the last lines that it printed:\n    that is all\n    and this");
  EXPECT_EQ(Error("exit_orderly").message(), "exit_orderly ended its process: exit status 0");
  EXPECT_EQ(Error("exit_with_threads").message(), "exit_with_threads ended its process: it had closed its connection to the worker");
  const Status killed = Error("kill_itself");
  EXPECT_EQ(killed.message(), "kill_itself ended its process: killed by signal 9; the system may have been out of memory");
  EXPECT_EQ(NotesOf(killed).size(), 0u) << "what others printed is not its";
}

TEST_F(Children, PrintAsMuchAsTheyLike) {
  const Status error = Error("print_much");
  EXPECT_EQ(error.message(), "print_much ended its process: exit status 4");
  ASSERT_EQ(NotesOf(error).size(), 1u);
  const std::string& note = NotesOf(error)[0];
  EXPECT_TRUE(note.ends_with("    line 99998\n    line 99999\n    ?? no text")) << note;
  EXPECT_EQ(std::count(note.begin(), note.end(), '\n'), 20);
}

TEST_F(Children, RaiseMemoryErrorsAtTheirLimit) {
  ChildPoolOptions options = Options();
  options.memory_limit_bytes = 400 << 20;
  Use(std::move(options));
  const std::string pid = Text("pid");
  for (int i = 0; i < 3; ++i) {
    const Status error = Error("leak");
    EXPECT_EQ(KindOf(error), ErrorKind::kPython);
    EXPECT_EQ(error.message(), "MemoryError");
    EXPECT_TRUE(Read(error).starts_with("MemoryError: \n")) << Read(error);
  }
  EXPECT_EQ(Text("pid"), pid);
}

TEST_F(Children, AreInterruptedWhenTheCallIsCancelled) {
  const std::string pid = Text("pid");
  for (const char* name : {"sleep_for_ever", "compute_for_ever", "end_late"}) {
    const Status error = CancelRunning(name);
    EXPECT_EQ(KindOf(error), ErrorKind::kCancelled);
    EXPECT_EQ(error.message(), std::string(name) + " was cancelled");
    EXPECT_EQ(Text("pid"), pid) << "it heeded that and goes on";
  }
  EXPECT_EQ(KindOf(CancelRunning("heed_nothing")), ErrorKind::kCancelled);
  EXPECT_NE(Text("pid"), pid);
}

TEST_F(Children, AreInterruptedWhenTheTimeIsOver) {
  const std::string pid = Text("pid");
  const Status error = Try(CallOf("sleep_for_ever", {Bytes(NewPath())}, 0.25)).status();
  EXPECT_EQ(KindOf(error), ErrorKind::kTimeout);
  EXPECT_EQ(error.message(), "sleep_for_ever took longer than 0.25 s");
  EXPECT_EQ(Text("pid"), pid);
  EXPECT_EQ(KindOf(Try(CallOf("heed_nothing", {Bytes(NewPath())}, 0.1)).status()), ErrorKind::kTimeout);
  EXPECT_NE(Text("pid"), pid);
}

TEST_F(Children, DoNotMindInterruptsBetweenCalls) {
  const std::string pid = Text("pid"), go = NewPath(), gone = NewPath();
  EXPECT_EQ(Text("interrupt_itself_later", {Bytes(go), Bytes(gone)}), "");
  std::ofstream(go).put('\n');
  while (!std::filesystem::exists(gone)) std::this_thread::yield();
  EXPECT_EQ(Text("pid"), pid);
  EndWithOrphans();
}

TEST_F(Children, AreWaitedForWhereAllAreBusy) {
  const std::string path = NewPath();
  std::atomic<bool> ends{false};
  const PythonCall call = CallOf("sleep_for_ever", {Bytes(path)});
  std::thread busy([&, &pool = pool()] { EXPECT_EQ(KindOf(pool.Call(call, [&] { return ends.load(); }).status()), ErrorKind::kCancelled); });
  while (!std::filesystem::exists(path)) std::this_thread::yield();
  EXPECT_EQ(pool().Call(CallOf("echo"), [] { return true; }).status().message(), "echo was cancelled");
  int asked = 0;
  EXPECT_EQ(KindOf(pool().Call(CallOf("echo"), [&] { return ++asked == 3; }).status()), ErrorKind::kCancelled);
  ends.store(true);
  EXPECT_EQ(Text("echo", {Bytes("a")}), "a");
  busy.join();
  EXPECT_EQ(pool().num_children(), 1);
}

TEST_F(Children, ThatAreKilledWhileIdleAreReplaced) {
  const std::string pid = Text("pid");
  ASSERT_EQ(::kill(std::stoi(pid), SIGKILL), 0);
  WaitUntilAllAreGone();
  EXPECT_NE(Text("pid"), pid);
}

TEST_F(Children, AnswerOnceThoughTheFunctionForks) {
  EXPECT_EQ(Text("fork_and_return"), "one answer");
  EXPECT_EQ(Text("fork_and_raise"), "one answer");
  EXPECT_EQ(Text("echo", {Bytes("next")}), "next");
  EndWithOrphans();
}

TEST_F(Children, TakeWhatTheyForkedAlong) {
  const std::string path = NewPath();
  EXPECT_EQ(Error("fork_and_end", {Bytes(path)}).message(), "fork_and_end ended its process: exit status 3");
  pid_t forked = 0;
  std::ifstream(path) >> forked;
  int status = 0;
  ASSERT_EQ(::waitpid(forked, &status, 0), forked);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(Children, EndWithAProcessThatIsKilled) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the thread sanitizer knows no threads of a forked process";
#endif
  int pipe_ends[2];
  ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
  Descriptor reader(pipe_ends[0]);
  const std::string path = NewPath();
  const pid_t parent = ::fork();
  if (parent == 0) {
    Use(Options());
    (void)pool().Call(CallOf("heed_nothing", {Bytes(path)}), [&] {
      if (std::filesystem::exists(path)) ::kill(::getpid(), SIGKILL);
      return false;
    });
    ::_exit(1);
  }
  ::close(pipe_ends[1]);
  char byte;
  EXPECT_EQ(::read(reader.get(), &byte, 1), 0);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  pid_t child = 0;
  std::ifstream(path) >> child;
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST_F(Children, ThatCannotStartAreAnError) {
  ChildPoolOptions options = Options();
  options.python = "/no/such/python";
  Use(options);
  EXPECT_EQ(Error("echo").message(), "cannot start: /no/such/python: No such file or directory");
  options.python = CASK_TEST_PYTHON;
  options.environment = {{"PYTHONPATH", folder_}};
  std::filesystem::create_directory(folder_ + "/cask");
  std::ofstream(folder_ + "/cask/__init__.py") << "raise ImportError('it is broken')\n";
  Use(options);
  const Status error = Error("echo");
  EXPECT_EQ(KindOf(error), ErrorKind::kOS);
  EXPECT_EQ(error.message(), std::string("cannot start ") + CASK_TEST_PYTHON + ": exit status 1");
  ASSERT_EQ(NotesOf(error).size(), 1u);
  EXPECT_TRUE(NotesOf(error)[0].ends_with("ImportError: it is broken")) << NotesOf(error)[0];
  EXPECT_EQ(pool().num_children(), 0);
}

TEST_F(Children, AreCancelledWhileTheyStart) {
  ChildPoolOptions options = Options();
  options.python = folder_ + "/python";
  std::ofstream(options.python) << "#!/bin/sh\nexec sleep 100000\n";
  std::filesystem::permissions(options.python, std::filesystem::perms::owner_all);
  Use(options);
  int asked = 0;
  EXPECT_EQ(KindOf(pool().Call(CallOf("echo"), [&] { return ++asked > 2; }).status()), ErrorKind::kCancelled);
  EXPECT_EQ(pool().num_children(), 0);
}

// A child that answers as fake_child.py says.
class FakeChildren : public Children, public testing::WithParamInterface<const char*> {
 protected:
  void UseFake(const std::string& how) {
    ChildPoolOptions options = Options();
    options.python = folder_ + "/python";
    std::ofstream(options.python) << "#!/bin/sh\nexec " CASK_TEST_PYTHON " " CASK_TEST_FOLDER "/fake_child.py '" << how << "'\n";
    std::filesystem::permissions(options.python, std::filesystem::perms::owner_all);
    Use(std::move(options));
  }
};

TEST_P(FakeChildren, AreRefusedAndKilled) {
  UseFake(GetParam());
  const Status error = Error("echo");
  EXPECT_EQ(KindOf(error), ErrorKind::kProcessLost);
  EXPECT_TRUE(error.message().starts_with("echo: its process sent what is no answer, and was killed: ")) << error.message();
  EXPECT_EQ(NotesOf(error).size(), 0u) << Describe(error);
  EXPECT_EQ(pool().num_children(), 0);
}

INSTANTIATE_TEST_SUITE_P(Corrupted, FakeChildren,
                         testing::Values("text", "other magic", "no such kind", "kind 0", "ready again", "reserved", "other call", "too long", "more than said",
                                         "less than said", "endless", "endless in a file", "text beyond the body", "text that is none", "flag without a file",
                                         "file without a flag", "two files", "many files", "empty in a file", "inline and in a file", "unsealed", "writable",
                                         "shrinkable", "short", "long", "holes", "no memory file", "long error", "unknown function"));

TEST_F(FakeChildren, ThatAreNoPythonAreAnError) {
  UseFake("never ready");
  const Status error = Error("echo");
  EXPECT_EQ(KindOf(error), ErrorKind::kOS);
  EXPECT_EQ(error.message(), "cannot start " + folder_ + "/python: it is not a Python that has Cask: it has 7 bytes");
}

}  // namespace
}  // namespace cask
