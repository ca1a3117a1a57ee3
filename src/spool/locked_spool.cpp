#include "spool/locked_spool.hpp"

#include "base/exit_code.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "system/error.hpp"
#include "system/file_kind.hpp"
#include "system/file_lock.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>

namespace metrics_event {
namespace {

constexpr auto age_of_leftovers = std::chrono::hours{36};

} // namespace

// The lock is a file of its own, which nobody but the owner can open: any process that may read a
// directory could lock that.
std::optional<LockedSpool> LockedSpool::try_lock(const Spool& spool) {
  const PrivateDirectory& directory = spool.directory_;
  // Without this permission, delivered entries could not be deleted and would be sent again and
  // again.
  for (const char* const box : {"new", "trying"}) {
    const std::error_code error = directory.may_change(box);
    if (error && error != std::errc::no_such_file_or_directory) {
      directory.fail("cannot be changed", error);
    }
  }
  Descriptor file;
  const auto lock_it = [&](int access) {
    file = directory.open(spool_lock_name, access | O_CREAT);
    return file ? lock_file(file) : last_error();
  };
  // NFS locks only files that are open for writing, which would keep any other file system from
  // becoming read-only.
  std::error_code error = lock_it(O_RDONLY);
  error = error == std::errc::bad_file_descriptor ? lock_it(O_RDWR) : error;
  if (error == std::errc::operation_would_block) {
    return std::nullopt;
  }
  if (has_no_locks(error)) {
    directory.fail("is on a file system without locks; name one on a local disk with --spool");
  }
  if (error) {
    directory.fail("cannot be locked", error);
  }
  return LockedSpool{spool, std::move(file)};
}

std::optional<Failure> LockedSpool::take_over() {
  std::vector<std::string> files;
  spool_.for_each_name(Box::trying, [&files](std::string_view file, bool) {
    files.emplace_back(file);
    return true;
  });
  std::optional<Failure> failure;
  for (const std::string& file : files) {
    if (!take_over(file)) {
      failure = Failure{ExitCode::cantcreat, "cannot take over the entry " + quote(file) +
                                                 " in the spool " + quote_path(spool_.path()) +
                                                 " from a sender that has ended"};
    }
  }
  return failure;
}

// The lock of a sender that lives cannot be acquired. One that has just ended may have removed,
// moved or replaced its record meanwhile, so the second look counts. Returns false when the record
// stays in trying/ although nobody holds it.
bool LockedSpool::take_over(const std::string& file) {
  const std::string path = path_in(Box::trying, file);
  for (int looks = 0; looks < 2; ++looks) {
    auto opened = directory().open_regular(path, O_RDWR);
    const std::error_code error = opened ? lock_file(*opened) : opened.error();
    if (error == std::errc::operation_would_block ||
        error == std::errc::no_such_file_or_directory) {
      return true;
    }
    if (is_file_kind(error) || error == std::errc::permission_denied) {
      directory().rename(path, path_in(Box::waiting, file)); // it is set aside when it is read
      break;
    }
    if (!error && directory().has(path, *opened)) {
      move_to_waiting(file, *std::move(opened));
      break;
    }
  }
  return !directory().has(path);
}

// A record that cannot be read now stays: in new/, nothing would say that it is possibly stored.
void LockedSpool::move_to_waiting(const std::string& file, Descriptor opened) {
  const auto text = spool_.read(Box::trying, file);
  auto record = record_of(text);
  const auto name = parse_spool_name(file);
  if (record && name) {
    const Doubt written = record->doubt;
    record->doubt = written == Doubt::none ? Doubt::possibly_stored : written;
    spool_.give_up({*name, std::move(opened), written}, *record, 1);
  } else if (text || text.error() == std::errc::file_too_large) { // it is not a record
    directory().rename(path_in(Box::trying, file), path_in(Box::waiting, file));
  }
}

SpoolListing LockedSpool::list(std::uint64_t most_entries) {
  SpoolListing listing;
  std::vector<std::string> replacements, reasons;
  std::uint64_t entries = 0;
  spool_.for_each_name(Box::waiting, [&](std::string_view file, bool may_be_regular) {
    const auto name = may_be_regular ? parse_spool_name(file) : std::nullopt;
    if (name) {
      listing.names.push_back(*name);
      entries += name->entries;
    } else if (may_be_regular && !divided_name(file).replaced.empty()) {
      replacements.emplace_back(file);
    } else if (may_be_regular && is_reason(file)) {
      reasons.emplace_back(file);
    } else if (listing.others.size() < SpoolListing::most_others) {
      listing.others.emplace_back(file);
    }
    return entries < most_entries;
  });
  for (const std::string& file : replacements) {
    if (const auto name = finish_replacement(file)) {
      listing.names.push_back(*name);
    }
  }
  for (const std::string& file : reasons) { // moved back together with the entry
    directory().remove(path_in(Box::waiting, file));
  }
  std::ranges::sort(listing.names, std::less<>{});
  if (entries < most_entries) {
    Backlog known;
    for (const SpoolName& name : listing.names) {
      known.add(backlog_of(name));
    }
    spool_.counter().raise_to(known); // somebody may have moved files into new/
  }
  return listing;
}

SpoolName LockedSpool::adopt(const std::string& file, const SpoolRecord& record) {
  const SpoolName name = encode(record).name(hash_of(file), 0);
  spool_.counter().add(backlog_of(name), unlimited);
  if (const std::error_code error =
          directory().rename(path_in(Box::waiting, file), path_in(Box::waiting, name.text()))) {
    directory().fail("cannot move an entry", error);
  }
  return name;
}

// A replacement counts from the moment at which the record that it replaces is gone. Until then, it
// is undone.
std::optional<SpoolName> LockedSpool::finish_replacement(const std::string& joined) {
  const auto [file, replaced] = divided_name(joined);
  const std::string path = path_in(Box::waiting, joined);
  const auto name = parse_spool_name(file);
  if (!name || !parse_spool_name(replaced)) {
    set_aside(joined, "its name is not that of an entry");
    return std::nullopt;
  }
  if (directory().has(path_in(Box::waiting, replaced))) {
    spool_.remove_waiting(path, *name);
    return std::nullopt;
  }
  if (const std::error_code error = directory().rename(path, path_in(Box::waiting, file))) {
    directory().fail("cannot move an entry", error);
  }
  return name;
}

void LockedSpool::remove(std::span<const SpoolName> names) {
  std::optional<Failure> failure;
  spool_.counter().subtract([&] {
    std::uint64_t bytes = 0;
    try {
      for (const SpoolName& name : names) {
        bytes += spool_.remove(path_in(Box::waiting, name.text())) ? name.size : 0;
      }
    } catch (const Failure& why) { // what was removed before does not count any more
      failure = why;
    }
    return bytes;
  });
  if (failure) {
    throw Failure{*failure};
  }
}

void LockedSpool::remove_file(Box box, const std::string& file) {
  const std::string path = path_in(box, file);
  if (box == Box::refused) {
    spool_.remove(path);
    directory().remove(path_in(box, reason_of(file)));
  } else {
    spool_.remove_waiting(path, parse_spool_name(divided_name(file).name).value_or(SpoolName{}));
  }
}

std::vector<SpoolName> LockedSpool::replace(const SpoolName& name,
                                            std::span<const SpoolRecord> records) {
  std::vector<SpoolName> replacements;
  try {
    for (const SpoolRecord& record : records) {
      const RecordText text = encode(record);
      const std::uint64_t id = hash_of(name.stem() + '/' + std::to_string(replacements.size()));
      const SpoolName replacement = text.name(id, name.attempts);
      spool_.write(replacement, text.str());
      spool_.counter(replacement.text()).add(backlog_of(replacement), unlimited);
      spool_.place(replacement, path_in(Box::waiting, joined_name(replacement, name)));
      replacements.push_back(replacement);
    }
    directory().sync("new");
    remove({&name, 1});
  } catch (const Failure&) {
    for (const SpoolName& replacement : replacements) {
      finish_replacement(joined_name(replacement, name));
    }
    throw;
  }
  for (const SpoolName& replacement : replacements) {
    finish_replacement(joined_name(replacement, name));
  }
  directory().sync("new"); // before anything of this is sent
  return replacements;
}

// The names have no attempts, or a repetition would not overwrite the files.
std::vector<std::string> LockedSpool::refuse(const SpoolName& name, SpoolRecord of,
                                             std::span<const RefusedEntry> entries) {
  of.doubt = Doubt::none; // whoever moves an entry back wants it to be sent
  std::vector<std::string> files;
  for (const RefusedEntry& entry : entries) {
    of.entries = {entry.entry};
    const RecordText text = encode(of);
    const SpoolName refused = text.name(name.id + entry.place, 0);
    files.push_back(refused.text());
    write_reason(files.back(), entry.reason);
    spool_.write(refused, text.str());
    spool_.place(refused, path_in(Box::refused, files.back()));
  }
  directory().sync("refused");
  return files;
}

// An error is ignored: an entry without its reason is better than one that blocks the others.
void LockedSpool::write_reason(const std::string& file, const std::string& reason) const {
  const std::string path = path_in(Box::refused, reason_of(file));
  directory().remove(path); // left by a call that was cut short
  write_small(path, reason + '\n');
}

// Writes a new file that is not a record.
std::error_code LockedSpool::write_small(const std::string& path, std::string_view text) const {
  return spool_.with_boxes([&] {
    const auto written = directory().write_new_file(path, text);
    return written ? std::error_code{} : written.error();
  });
}

void LockedSpool::set_aside(const std::string& file, const std::string& reason) {
  write_reason(file, reason);
  const std::string path = path_in(Box::waiting, file);
  std::error_code error;
  spool_.counter().subtract([&]() -> std::uint64_t {
    error = directory().rename(path, path_in(Box::refused, file));
    return error ? 0 : parse_spool_name(file).value_or(SpoolName{}).size;
  });
  if (error) {
    directory().fail("cannot move " + quote(path) + " to refused/", error);
  }
}

SpoolName LockedSpool::count_attempts(const SpoolName& name, int more) {
  SpoolName counted = name;
  counted.add_attempts(more);
  const bool is_counted = !directory().rename(path_in(Box::waiting, name.text()),
                                              path_in(Box::waiting, counted.text()));
  return is_counted ? counted : name;
}

void LockedSpool::tidy() {
  const std::time_t oldest =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - age_of_leftovers);
  const auto tidy_box = [this](const std::string& box, auto&& is_left_behind) {
    directory().for_each_name(box, [&](std::string_view file, bool may_be_regular) {
      if (may_be_regular && is_left_behind(file)) {
        directory().remove((box + '/').append(file));
      }
      return true;
    });
  };
  tidy_box("tmp", [&](std::string_view file) {
    return parse_spool_name(file) &&
           directory().last_write(unfinished_path(file)).value_or(oldest) < oldest;
  });
  tidy_box("refused", [&](std::string_view file) { // the entry was moved back to new/
    return is_reason(file) &&
           !directory().has(path_in(Box::refused, file.substr(0, file.rfind('.'))));
  });
}

} // namespace metrics_event
