#pragma once

#include "spool/paths.hpp"
#include "spool/record.hpp"
#include "spool/size_counter.hpp"
#include "system/private_directory.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace metrics_event {

/// The files of a box: the names of records, oldest first, and all other names. Among the others
/// are joined names (see JoinedNames), and any name of what is not a regular file. The names of a
/// million records have 24 bytes each.
struct SpoolListing {
  static constexpr std::size_t most_others = 1000; // to bound the memory

  std::deque<SpoolName> names;
  std::vector<std::string> others;
};

/// Returns a record as a backlog.
inline Backlog backlog_of(const SpoolName& name) {
  return {name.size, name.time};
}

/// A record in trying/, which its sender holds: as long as the file is open, it is locked.
struct HeldRecord {
  SpoolName name;
  Descriptor file;
  Doubt doubt = Doubt::none; // what the record says
};

/// A directory that keeps undelivered entries through kills and power cuts. It follows maildir: a
/// file is written in tmp/, synchronised, and renamed into new/, which is then synchronised as
/// well. Everybody may add records; what waits is removed by LockedSpool. Errors throw Failure
/// (cantcreat), whose message names the spool, unless a function says otherwise.
class Spool {
public:
  /// Opens a spool and creates it when it is missing; `with_parents` also creates the directories
  /// above it. A permission of others to read or enter it or one of its directories is taken away.
  /// Throws Failure (cantcreat) when the group or others may write to it, when it belongs to
  /// another user, when it is a symbolic link, or when it is a directory of another kind.
  static Spool make(const std::string& path, bool with_parents = false);

  /// Opens a spool. Returns nothing when it does not exist, and throws like `make`.
  static std::optional<Spool> find(const std::string& path);

  /// Returns what waits in the spool at a path as its counter says, without opening or checking the
  /// spool; nothing when the counter does not know.
  static std::optional<Backlog> peek(const std::string& path) { return SizeCounter::peek(path); }

  const std::string& path() const { return directory_.path(); }

  /// Stores a record whose delivery failed `attempts` times. When the call returns, the record
  /// survives a crash; when it throws, the record is not there. `id` is a random number that makes
  /// the file name unique. Throws Failure (cantcreat) when what waits would exceed `max_bytes`.
  void add(const RecordText& record, int attempts, std::uint64_t id, std::uint64_t max_bytes) const;

  /// Stores a record like `add` while its delivery goes on. If the process is killed, a flush takes
  /// the record over.
  HeldRecord hold(const SpoolRecord& record, std::uint64_t id, std::uint64_t max_bytes) const;

  /// Removes a record that was delivered or refused.
  void let_go(const HeldRecord& trying) const;

  /// Leaves a record to a flush, after `attempts` attempts. Errors are ignored: the record is on
  /// the disk, and a flush takes it from a sender that has ended. `record` is what it was
  /// stored with, except for its doubt.
  void give_up(HeldRecord trying, const SpoolRecord& record, int attempts) const;

  /// Counts the entries in a box. A regular file with a foreign name counts as one.
  std::uint64_t count(Box box) const;

  /// Lists a box.
  SpoolListing list(Box box) const;

  /// Returns the text of a file; errc::no_such_file_or_directory means that it was removed.
  boost::system::result<std::string, std::error_code> read(Box box, const std::string& name) const;

  /// Like the other `read`, but replaces the content of `text` and reuses its memory.
  std::error_code read(Box box, const std::string& name, std::string& text) const;

  /// Returns the reason why an entry was refused; empty when its `.reason` file cannot be read.
  std::string reason(const std::string& name) const;

private:
  friend class LockedSpool;

  explicit Spool(PrivateDirectory directory);

  SizeCounter counter(const std::string& own = "") const;
  Backlog count_backlog(const std::string& own) const;
  void make_boxes() const;
  std::error_code with_boxes(const std::function<std::error_code()>& step) const;
  Descriptor write(const SpoolName& name, std::string_view text) const;
  void place(const SpoolName& written, const std::string& path) const;
  Descriptor put(Box box, const SpoolName& name, std::string_view text,
                 std::uint64_t max_bytes) const;
  bool remove(const std::string& path) const;
  void remove_waiting(const std::string& path, const SpoolName& name) const;
  void for_each_name(Box box, const NameVisitor& visit) const;

  PrivateDirectory directory_;
  bool is_whole_; // the boxes exist, and a crash does not undo that
};

} // namespace metrics_event
