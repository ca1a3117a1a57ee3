#include "spool/spool.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "base/value.hpp"
#include "system/error.hpp"
#include "system/file_lock.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <utility>

namespace metrics_event {
namespace {

// A record may hold entries of 1 MiB, whose lines are escaped once more; this many bytes are enough
// for them.
constexpr std::size_t largest_record = 16UL * 1024 * 1024;
constexpr std::string_view purpose = "the spool";
// They are made in this order, tmp/ once the others survive a crash. All records begin in tmp/, so
// whoever finds it need not ask what the process that made the spool has synchronised.
constexpr std::array boxes{"refused", "new", "trying", "tmp"};

const char* directory_of(Box box) {
  return box == Box::waiting ? "new" : box == Box::trying ? "trying" : "refused";
}

} // namespace

Spool::Spool(PrivateDirectory directory) : directory_{std::move(directory)} {
  std::array<bool, boxes.size()> exist{};
  std::ranges::transform(boxes, exist.begin(),
                         [this](const char* box) { return directory_.check_inside(box); });
  // Other programs use new/ and tmp/ as well, above all maildir. A process that is creating the
  // spool right now makes refused/ first, so the second check finds it.
  if (!exist[0] && (exist[1] || exist[3]) && !directory_.check_inside(boxes[0])) {
    directory_.reject("it is not a spool: it has no directory \"refused\"");
  }
  is_whole_ = exist[3];
}

Spool Spool::make(const std::string& path, bool with_parents) {
  if (auto spool = find(path); spool && spool->is_whole_) {
    return *std::move(spool);
  }
  Spool spool{PrivateDirectory::make(path, with_parents, purpose)};
  spool.make_boxes();
  return spool;
}

std::optional<Spool> Spool::find(const std::string& path) {
  auto directory = PrivateDirectory::find(path, purpose);
  return directory ? std::optional{Spool{*std::move(directory)}} : std::nullopt;
}

void Spool::make_boxes() const {
  for (const char* const box : boxes) {
    if (box == boxes.back()) {
      if (!directory_.open(spool_lock_name, O_RDONLY | O_CREAT)) { // a full disk has no room later
        directory_.fail("cannot be created", last_error());
      }
      directory_.sync(".");
    }
    if (const std::error_code error = directory_.make_directory(box)) {
      directory_.fail("cannot be created", error);
    }
  }
}

// Runs a step, and runs it again after creating the boxes when they are missing: the process that
// created the spool may have been killed before it made them, or somebody may have removed them.
std::error_code Spool::with_boxes(const std::function<std::error_code()>& step) const {
  const std::error_code error = step();
  if (error != std::errc::no_such_file_or_directory) {
    return error;
  }
  make_boxes();
  return step();
}

// Only the bytes of records whose writer lives count in tmp/: it may have added them to the
// counter. That does not hold for our `own` file. In this order a record that moves on meanwhile is
// counted once or twice, never not at all.
Backlog Spool::count_backlog(const std::string& own) const {
  Backlog waiting;
  const auto add = [&waiting](std::string_view file, bool) {
    if (const auto name = parse_spool_name(divided_name(file).name)) {
      waiting.add(backlog_of(*name));
    }
    return true;
  };
  const std::error_code error = directory_.for_each_name("tmp", [&](std::string_view name, bool) {
    const auto file = directory_.open_regular(unfinished_path(name), O_RDONLY);
    const bool is_locked = file && lock_file(*file) == std::errc::operation_would_block;
    return is_locked && name != own ? add(name, true) : true;
  });
  if (error) {
    directory_.fail("cannot be read", error);
  }
  for_each_name(Box::trying, add);
  for_each_name(Box::waiting, add);
  return waiting;
}

// `own` is the name of a file that we have written in tmp/ and not added yet.
SizeCounter Spool::counter(const std::string& own) const {
  return {directory_, [this, own] { return count_backlog(own); }};
}

// Writes a record in tmp/. Its file is locked, which means that its writer lives. A file of that
// name was left there by a process that was killed while it replaced the same record.
Descriptor Spool::write(const SpoolName& name, std::string_view text) const {
  const std::string path = unfinished_path(name.text());
  Descriptor file;
  const auto write_it = [&]() -> std::error_code {
    auto written = directory_.write_new_file(path, text, true);
    if (!written) {
      return written.error();
    }
    file = *std::move(written);
    return {};
  };
  std::error_code error = with_boxes(write_it);
  if (error == std::errc::file_exists && !directory_.remove(path)) {
    error = write_it();
  }
  if (error) {
    directory_.fail("cannot keep an entry", error);
  }
  return file;
}

// Moves a record from tmp/ to another path. After an error, it is removed.
void Spool::place(const SpoolName& written, const std::string& path) const {
  const std::string from = unfinished_path(written.text());
  const std::error_code error = with_boxes([&] { return directory_.rename(from, path); });
  if (error) {
    directory_.remove(from);
    directory_.fail("cannot move an entry", error);
  }
}

// Returns whether the file was there. Throws Failure when it stays.
bool Spool::remove(const std::string& path) const {
  const std::error_code error = directory_.remove(path);
  if (error && error != std::errc::no_such_file_or_directory) {
    directory_.fail("cannot release " + quote(path), error);
  }
  return !error;
}

void Spool::remove_waiting(const std::string& path, const SpoolName& name) const {
  counter().subtract([&]() -> std::uint64_t { return remove(path) ? name.size : 0; });
}

// The caller reports a loss when this throws, and a repetition must not arrive twice. So nothing is
// left behind then.
Descriptor Spool::put(Box box, const SpoolName& name, std::string_view text,
                      std::uint64_t max_bytes) const {
  Descriptor file = write(name, text);
  const std::string path = path_in(box, name.text());
  bool is_counted = false;
  try {
    is_counted = counter(name.text()).add(backlog_of(name), max_bytes);
    if (!is_counted) {
      directory_.fail("is full: --spool-max-bytes is " + byte_size(max_bytes) +
                      "; empty it with metrics-event flush");
    }
    place(name, path);
    directory_.sync(directory_of(box));
  } catch (const Failure& failure) {
    try {
      counter().subtract([&]() -> std::uint64_t {
        directory_.remove(unfinished_path(name.text()));
        remove(path);
        return is_counted ? name.size : 0;
      });
    } catch (const Failure& of_removal) {
      throw Failure{failure.code(),
                    failure.text() + "; " + of_removal.text() + ", and it may be sent later"};
    }
    throw;
  }
  return file;
}

void Spool::add(const RecordText& record, int attempts, std::uint64_t id,
                std::uint64_t max_bytes) const {
  put(Box::waiting, record.name(id, attempts), record.str(), max_bytes);
}

HeldRecord Spool::hold(const SpoolRecord& record, std::uint64_t id, std::uint64_t max_bytes) const {
  const RecordText text = encode(record);
  const SpoolName name = text.name(id, 0);
  return {name, put(Box::trying, name, text.str(), max_bytes), record.doubt};
}

void Spool::let_go(const HeldRecord& trying) const {
  remove_waiting(path_in(Box::trying, trying.name.text()), trying.name);
}

// A changed record takes the place of the old one in trying/ first, in one step, so that there is
// always exactly one, and always a locked one.
void Spool::give_up(HeldRecord trying, const SpoolRecord& record, int attempts) const {
  const std::string before = path_in(Box::trying, trying.name.text());
  try {
    if (record.doubt != trying.doubt) {
      const RecordText text = encode(record);
      const SpoolName changed = text.name(trying.name.id, trying.name.attempts);
      Descriptor file = write(changed, text.str());
      counter(changed.text()).add(backlog_of(changed), unlimited);
      place(changed, before);
      counter().subtract([&]() -> std::uint64_t { return trying.name.size; });
      trying.name = changed;
      trying.file = std::move(file);
    }
    trying.name.add_attempts(attempts);
    if (!directory_.rename(before, path_in(Box::waiting, trying.name.text()))) {
      directory_.sync(directory_of(Box::waiting));
    }
  } catch (const Failure&) {
    return;
  }
}

void Spool::for_each_name(Box box, const NameVisitor& visit) const {
  if (const std::error_code error = directory_.for_each_name(directory_of(box), visit)) {
    directory_.fail("cannot be read", error);
  }
}

std::uint64_t Spool::count(Box box) const {
  std::uint64_t entries = 0;
  for_each_name(box, [&](std::string_view file, bool may_be_regular) {
    const auto name = parse_spool_name(divided_name(file).name);
    entries += is_reason(file) || !may_be_regular ? 0 : name ? name->entries : 1U;
    return true;
  });
  return entries;
}

SpoolListing Spool::list(Box box) const {
  SpoolListing listing;
  for_each_name(box, [&](std::string_view file, bool may_be_regular) {
    if (const auto name = parse_spool_name(file); name && may_be_regular) {
      listing.names.push_back(*name);
    } else if (!(is_reason(file) && may_be_regular) &&
               listing.others.size() < SpoolListing::most_others) {
      listing.others.emplace_back(file);
    }
    return true;
  });
  std::ranges::sort(listing.names, std::less<>{});
  return listing;
}

boost::system::result<std::string, std::error_code> Spool::read(Box box,
                                                                const std::string& name) const {
  return directory_.read(path_in(box, name), largest_record);
}

std::error_code Spool::read(Box box, const std::string& name, std::string& text) const {
  return directory_.read(path_in(box, name), largest_record, text);
}

std::string Spool::reason(const std::string& name) const {
  auto text = read(Box::refused, reason_of(name));
  return text ? text->substr(0, text->find('\n')) : "";
}

} // namespace metrics_event
