#pragma once

#include <napi.h>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/answer-to-js.h"
#include "binding/background-thread.h"
#include "binding/request-from-js.h"
#include "describe/answer.h"
#include "io/log-capture.h"

namespace vigie {

// Runs a task on a thread of libuv's pool and gives its answer to `complete(error, answer)` on the thread of
// JavaScript. Owns everything that the pool touches; Napi::AsyncWorker deletes it after OnOK or OnError.
//
// A `Task` is made from the request before, on the thread of JavaScript, and holds no JavaScript value. It has:
//   static constexpr const char* kResourceName;  as async_hooks show it
//   using Answer                                  a variant with Cancelled, known to answerToJs
//   Answer run(Interrupt&) const
template <typename Task>
class TaskWorker final : public Napi::AsyncWorker {
 public:
  TaskWorker(const Napi::Function& complete, Task task, InterruptHandle interrupt)
      : Napi::AsyncWorker(complete, Task::kResourceName), task_(std::move(task)), interrupt_(std::move(interrupt)) {}

 protected:
  void Execute() override {
    try {
      runInBackground();
      LogCapture log;
      answer_ = task_.run(*interrupt_);
      diagnostics_ = log.takeLines();
    } catch (const std::exception& error) {
      SetError(error.what());
    } catch (...) {
      SetError("the libav core threw something that is no exception");
    }
  }

  void OnOK() override {
    const Napi::Env env = Env();
    Callback().Call(Receiver().Value(), {env.Null(), answerToJs(env, answer_, diagnostics_)});
  }

 private:
  const Task task_;
  const InterruptHandle interrupt_;
  typename Task::Answer answer_ = Cancelled{};
  std::vector<std::string> diagnostics_;
};

// Returns the handle for cancelTask.
template <typename Task>
Napi::Value queueTask(const Napi::Function& complete, Task task, InterruptHandle interrupt) {
  auto worker = std::make_unique<TaskWorker<Task>>(complete, std::move(task), interrupt);
  const Napi::Value handle = wrapInterrupt(complete.Env(), std::move(interrupt));
  worker->Queue();
  // From here on it deletes itself.
  static_cast<void>(worker.release());
  return handle;
}

}  // namespace vigie
