#include "delivery/doubts.hpp"

#include <utility>

namespace metrics_event {

void Doubts::learn(std::span<const std::string> names, bool are_last) {
  if (unread_.empty() || names.empty()) {
    return;
  }
  Spool::Stems waiting;
  for (const std::string& name : names) {
    if (const auto found = unread_.find(stem_of(name)); found != unread_.end()) {
      waiting.insert(*found);
    }
  }
  const auto end = are_last ? unread_.end() : unread_.upper_bound(stem_of(names.back()));
  unread_.erase(unread_.begin(), end);
  unread_.merge(waiting);
}

bool Doubts::was_sent(const std::string& name) {
  const std::string stem{stem_of(name)};
  const bool was_sent = unread_.erase(stem) > 0;
  if (was_sent) {
    open_.insert(stem);
  }
  return was_sent;
}

void Doubts::note_sending(std::span<const std::string> names) {
  Spool::Stems stems;
  for (const std::string& name : names) {
    stems.emplace(stem_of(name));
  }
  const bool keeps_earlier = !(open_.empty() && unread_.empty());
  names_too_many_ = names_too_many_ || keeps_earlier; // the file grows
  write([&] { spool_.note_sending(stems, keeps_earlier); });
}

void Doubts::forget(const std::string& name) {
  open_.erase(std::string{stem_of(name)});
}

void Doubts::note(const std::string& name, Doubt doubt) {
  if (doubt == Doubt::none) {
    forget(name);
    names_too_many_ = true;
  } else {
    open_.emplace(stem_of(name));
  }
}

void Doubts::finish() {
  if (names_too_many_) {
    open_.merge(unread_);
    write([this] { spool_.replace_sending(open_); });
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
