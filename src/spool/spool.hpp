#pragma once

#include "spool/directory.hpp"
#include "spool/record.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace metrics_event {

/// The two places that an entry may have in a spool.
enum class Box {
  waiting, // new/: to be delivered
  refused, // refused/: by the receiver, or not an entry at all; beside each, why
};

/// How much there is.
struct SpoolUsage {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

/// A directory that keeps undelivered entries through kills and power cuts, by the discipline of
/// maildir: written in tmp/, synchronised, renamed into new/, and that synchronised as well. Only
/// its owner may enter it. What fails throws Failure cantcreat, which names the spool.
class Spool {
public:
  /// Opens a spool, which is made when it is missing. One that others may write, that belongs to
  /// somebody else, or that is a symbolic link is refused.
  /// `with_parents` makes the directories above it as well.
  static Spool make(const std::string& path, bool with_parents = false);

  /// Opens a spool; nothing when it is missing.
  static std::optional<Spool> find(const std::string& path);

  const std::string& path() const { return directory_.path(); }

  /// Keeps a record that was tried in vain so often. When this returns, it stays. `id` is any
  /// number by chance.
  void add(const SpoolRecord& record, int attempts, std::uint64_t id, std::uint64_t max_bytes);

  /// Whether we alone may take entries out from now on, as long as this lives; adding needs no such
  /// right. False when somebody else may. Fails where nothing can be taken out.
  bool try_lock();

  SpoolUsage usage(Box box) const;

  /// The names that follow `after`, oldest first, `limit` at most; strangers' among them.
  std::vector<std::string> names(Box box, std::string_view after, std::size_t limit) const;

  /// The text of an entry's file; errc::no_such_file_or_directory when it is gone.
  boost::system::result<std::string, std::error_code> read(Box box, const std::string& name) const;

  /// Why an entry was refused, as far as it stands beside it.
  std::string reason(const std::string& name) const;

  /// Deletes an entry, and what stands beside it. One that is gone already is no trouble.
  void remove(Box box, const std::string& name);

  /// Puts a waiting entry aside, the reason beside it.
  void refuse(const std::string& name, const std::string& reason);

  /// Puts another record in the place of a waiting entry, in one step, and returns its new name.
  std::string replace(const std::string& name, const SpoolRecord& record);

  /// Counts attempts at a waiting entry, and returns its new name. A count that cannot be kept is
  /// lost.
  std::string count_attempts(const std::string& name, int more);

  /// Deletes what writers that were killed have left behind, by the rule of maildir(5): when it is
  /// 36 hours old; and reasons without their entry.
  void tidy();

private:
  explicit Spool(SpoolDirectory directory);

  bool has_room(std::uint64_t size, std::uint64_t max_bytes);
  void make_boxes();
  template <class Step>
  std::error_code with_boxes(Step&& step);
  void write_record(const std::string& name, std::string_view text);
  void place(const std::string& written, const std::string& path);
  void move(const std::string& from, const std::string& to);
  void for_each_entry(Box box, const std::function<void(std::string_view)>& visit) const;

  SpoolDirectory directory_;
  std::uint64_t waiting_bytes_ = 0; // as far as we know
  std::uint64_t added_ = 0;         // entries, by us
  std::uint64_t added_bytes_ = 0;   // since all names were looked at
};

} // namespace metrics_event
