#pragma once

#include "base/time.hpp"
#include "system/descriptor.hpp"
#include "system/error.hpp"
#include "system/signals.hpp"

#include <boost/system/result.hpp>

#include <sys/eventfd.h>

#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

namespace metrics_event {

/// Runs a task in a thread of its own and returns its result. When the result is late, or a signal
/// is noted first, the error is that of `wait_error`, and the thread is left behind: nothing waits
/// for it, not even the end of the process.
///
/// This is for calls that can neither be interrupted nor be given a deadline: getaddrinfo(3), and
/// open(2) or read(2) of a file on a mount whose server is gone. (NFS and FUSE release a process
/// that is killed, so such a thread does not keep the process from ending.) The task must own all
/// that it uses, and must not call `await`. Throws std::system_error when no thread can be started.
template <class Task, class Result = std::invoke_result_t<Task>>
boost::system::result<Result, std::error_code> run_detached(Deadline deadline, Task task) {
  struct Shared { // may outlive this call
    std::mutex mutex;
    std::optional<Result> result;
    Descriptor is_done{eventfd(0, EFD_CLOEXEC)}; // readable once there is a result
  };
  const auto shared = std::make_shared<Shared>();
  if (!shared->is_done) {
    return {boost::system::in_place_error, last_error()};
  }
  std::thread{[shared, task = std::move(task)] {
    Result result = task();
    const std::lock_guard lock{shared->mutex};
    shared->result.emplace(std::move(result));
    eventfd_write(shared->is_done.get(), 1);
  }}.detach();

  await_input(shared->is_done.get(), deadline);
  const std::lock_guard lock{shared->mutex};
  if (shared->result) {
    return {boost::system::in_place_value, *std::move(shared->result)};
  }
  return {boost::system::in_place_error, wait_error()};
}

/// Like `run_detached` when the task may hang, and otherwise just runs the task: a thread costs
/// some twenty system calls.
template <class Task, class Result = std::invoke_result_t<Task>>
boost::system::result<Result, std::error_code> run_detached_if(bool may_hang, Deadline deadline,
                                                               Task task) {
  return may_hang ? run_detached(deadline, std::move(task))
                  : boost::system::result<Result, std::error_code>{boost::system::in_place_value,
                                                                   task()};
}

} // namespace metrics_event
