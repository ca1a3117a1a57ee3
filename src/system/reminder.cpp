#include "system/reminder.hpp"

#include <utility>

namespace metrics_event {
namespace {

// Every wait of the process looks here, so there is one for the process.
Deadline due_at = Deadline::max();
std::function<void()> due_task;

} // namespace

Reminder::Reminder(Deadline due, std::function<void()> task) {
  due_at = due;
  due_task = std::move(task);
}

Reminder::~Reminder() {
  due_at = Deadline::max();
  due_task = nullptr;
}

Deadline Reminder::due() {
  return due_at;
}

void Reminder::run_due(Deadline now) {
  if (now >= due_at) {
    due_at = Deadline::max();
    due_task();
  }
}

} // namespace metrics_event
