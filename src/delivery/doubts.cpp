#include "delivery/doubts.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace metrics_event {

void Doubts::retain(const std::deque<SpoolName>& waiting) {
  std::erase_if(unread_, [&waiting](const SpoolName& name) {
    return !std::ranges::binary_search(waiting, name, std::less<>{});
  });
}

bool Doubts::was_sent(const SpoolName& name) {
  const bool was_sent = unread_.erase(name) > 0;
  if (was_sent) {
    open_.insert(name);
  }
  return was_sent;
}

void Doubts::note_sending(const std::vector<SpoolName>& names) {
  const bool keeps_earlier = !(open_.empty() && unread_.empty());
  names_too_many_ = names_too_many_ || keeps_earlier; // the file grows
  write([&] { file_.add(names, keeps_earlier); });
}

void Doubts::note(const SpoolName& name, Doubt doubt) {
  if (doubt == Doubt::none) {
    forget(name);
    names_too_many_ = true;
  } else {
    open_.insert(name);
  }
}

void Doubts::finish() {
  if (names_too_many_) {
    open_.merge(unread_);
    write([this] { file_.replace(open_); });
  }
}

// A spool that cannot take a note, because the disk is full, must be emptied all the same.
template <class Write>
void Doubts::write(Write&& write) {
  try {
    write();
  } catch (const Failure& failure) {
    if (!std::exchange(is_warned_, true)) {
      warn_(failure.text() + "; if this run is killed, events may be stored twice");
    }
  }
}

} // namespace metrics_event
