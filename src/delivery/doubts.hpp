#pragma once

#include "delivery/route.hpp"
#include "spool/sending_file.hpp"

#include <deque>
#include <vector>

namespace metrics_event {

/// What is open about the records of a spool: which of them a receiver may have stored although
/// they still wait. The spool's file `sending` carries that from one process to the next, also when
/// one is killed.
class Doubts {
public:
  Doubts(const LockedSpool& spool, const Warn& warn)
      : file_{spool}, warn_{warn}, unread_{file_.read()} {}

  /// Forgets the records that the file names and that do not wait. `waiting` has all that wait, in
  /// order.
  void retain(const std::deque<SpoolName>& waiting);

  /// Returns true when the file names a record. To be called once for every record that waits.
  bool was_sent(const SpoolName& name);

  /// Records that these records are about to be sent. Warns once when the spool cannot take that.
  void note_sending(const std::vector<SpoolName>& names);

  /// Notes that a record does not wait any more.
  void forget(const SpoolName& name) { open_.erase(name); }

  /// Notes what is open about a record that goes on waiting.
  void note(const SpoolName& name, Doubt doubt);

  /// Brings the file up to date when it names records that are not in doubt.
  void finish();

private:
  template <class Write>
  void write(Write&& write);

  SendingFile file_;
  const Warn& warn_;
  SendingFile::Names unread_;   // in the file, and not asked for yet
  SendingFile::Names open_;     // possibly stored
  bool names_too_many_ = false; // the file does
  bool is_warned_ = false;
};

} // namespace metrics_event
