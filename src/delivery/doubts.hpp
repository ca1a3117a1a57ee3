#pragma once

#include "delivery/route.hpp"
#include "spool/spool.hpp"

#include <span>
#include <string>

namespace metrics_event {

/// What is open about the entries of a spool: which of them a receiver may have stored although
/// they still wait. The spool's file `sending` carries that from one process to the next, also when
/// one is killed.
class Doubts {
public:
  Doubts(Spool& spool, const Warn& warn) : spool_{spool}, warn_{warn}, unread_{spool.sending()} {}

  /// Learns which entries wait: these names, in ascending order, come next, or are the last ones.
  /// An entry that the file names and that does not wait is forgotten.
  void learn(std::span<const std::string> names, bool are_last);

  /// Returns true when the file names an entry. To be called once for every entry that waits.
  bool was_sent(const std::string& name);

  /// Records that these entries are about to be sent. Warns once when the spool cannot take that.
  void note_sending(std::span<const std::string> names);

  /// Notes that an entry does not wait any more.
  void forget(const std::string& name);

  /// Notes what is open about an entry that goes on waiting.
  void note(const std::string& name, Doubt doubt);

  /// Brings the file up to date when it names entries that are not in doubt.
  void finish();

private:
  template <class Write>
  void write(Write&& write);

  Spool& spool_;
  const Warn& warn_;
  Spool::Stems unread_;         // in the file, and not asked for yet
  Spool::Stems open_;           // possibly stored
  bool names_too_many_ = false; // the file does
  bool is_warned_ = false;
};

} // namespace metrics_event
