#include "spool/spool.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "base/value.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace metrics_event {
namespace {

// A record may hold an entry of 1 MiB, whose line is escaped once more; this many bytes are enough
// for it.
constexpr std::size_t largest_record = 16UL * 1024 * 1024;
constexpr const char* sending_file = "sending";
constexpr std::size_t largest_sending = 256UL * 1024 * 1024; // 7 million entries
constexpr auto age_of_leftovers = std::chrono::hours{36};
constexpr std::array boxes{"refused", "new", "tmp"}; // made in this order: tmp/ implies the others

std::string name_of(Box box) {
  return box == Box::waiting ? "new" : "refused";
}

std::string path_in(Box box, const std::string& name) {
  return name_of(box) + '/' + name;
}

// Returns the name of the file next to an entry that says why the entry was refused.
std::string reason_of(const std::string& name) {
  return name + ".reason";
}

std::string lines_of(const Spool::Stems& stems) {
  return joined(stems, "", [](const std::string& stem) { return stem + '\n'; });
}

bool is_reason(std::string_view name) {
  return name.ends_with(".reason");
}

} // namespace

Spool::Spool(SpoolDirectory directory) : directory_{std::move(directory)} {
  // Other programs use new/ and tmp/ as well, above all maildir. A process that is creating the
  // spool right now makes refused/ first, so the second check finds it.
  if (!directory_.has("refused") && (directory_.has("new") || directory_.has("tmp")) &&
      !directory_.has("refused")) {
    directory_.reject("it is something else: it has no directory refused");
  }
}

Spool Spool::make(const std::string& path, bool with_parents) {
  if (auto spool = find(path)) {
    return *std::move(spool);
  }
  Spool spool{SpoolDirectory::make(path, with_parents)};
  spool.make_boxes();
  return spool;
}

std::optional<Spool> Spool::find(const std::string& path) {
  auto directory = SpoolDirectory::find(path);
  return directory ? std::optional{Spool{*std::move(directory)}} : std::nullopt;
}

void Spool::make_boxes() {
  for (const char* const box : boxes) {
    if (const std::error_code error = directory_.make_directory(box)) {
      directory_.fail("cannot be made", error);
    }
  }
  directory_.sync(".");
}

// Runs a step, and runs it again after creating the boxes when they are missing: the process that
// created the spool may have been killed before it made them, or somebody may have removed them.
template <class Step>
std::error_code Spool::with_boxes(Step&& step) {
  const std::error_code error = step();
  if (error != std::errc::no_such_file_or_directory) {
    return error;
  }
  make_boxes();
  return step();
}

void Spool::write_record(const std::string& name, std::string_view text) {
  const std::error_code error =
      with_boxes([&] { return directory_.write_new_file("tmp/" + name, text); });
  if (error) {
    directory_.fail("cannot keep an entry", error);
  }
}

// Moves a record from tmp/ to its final path.
void Spool::place(const std::string& written, const std::string& path) {
  const std::error_code error =
      with_boxes([&] { return directory_.rename("tmp/" + written, path); });
  if (error) {
    directory_.remove("tmp/" + written);
    directory_.fail("cannot move an entry", error);
  }
}

void Spool::move(const std::string& from, const std::string& to) {
  if (const std::error_code error = directory_.rename(from, to)) {
    directory_.fail("cannot move an entry", error);
  }
}

// Other processes add and remove entries as well, so the usage is measured again now and then, and
// always before the spool is reported as full. Measuring for every entry would read all names.
bool Spool::has_room(std::uint64_t size, std::uint64_t max_bytes) {
  constexpr std::uint64_t between_looks = 100; // in entries
  constexpr std::uint64_t part = 16;           // a look follows when 1/16 of max_bytes was added
  added_bytes_ += size;
  if (added_ % between_looks == 0 || added_bytes_ > max_bytes / part ||
      waiting_bytes_ + size > max_bytes) {
    waiting_bytes_ = usage(Box::waiting).bytes;
    added_bytes_ = size;
  }
  return waiting_bytes_ + size <= max_bytes;
}

void Spool::add(const SpoolRecord& record, int attempts, std::uint64_t id,
                std::uint64_t max_bytes) {
  const std::string text = encode(record);
  if (!has_room(text.size(), max_bytes)) {
    directory_.fail("is full, --spool-max-bytes is " + byte_size(max_bytes) +
                    "; empty it with metrics-event flush");
  }
  const std::string name = SpoolName{record.entry.time, id, text.size(), attempts}.text();
  const std::string waiting = path_in(Box::waiting, name);
  write_record(name, text);
  place(name, waiting);
  try {
    directory_.sync("new");
  } catch (const Failure&) { // the caller reports a loss; a repetition must not arrive twice
    directory_.remove(waiting);
    throw;
  }
  waiting_bytes_ += text.size();
  added_ += 1;
}

bool Spool::try_lock() {
  // Without this permission, delivered entries could not be deleted and would be sent again and
  // again.
  const std::error_code locked_away = directory_.may_change("new");
  if (locked_away && locked_away != std::errc::no_such_file_or_directory) {
    directory_.fail("cannot be changed", locked_away);
  }
  const std::error_code error = directory_.try_lock();
  if (error && error != std::errc::operation_would_block) {
    directory_.fail("cannot be locked", error);
  }
  return !error;
}

void Spool::for_each_entry(Box box, const std::function<void(std::string_view)>& visit) const {
  const std::error_code error = directory_.for_each_name(name_of(box), [&](std::string_view name) {
    if (!is_reason(name)) {
      visit(name);
    }
  });
  if (error) {
    directory_.fail("cannot be read", error);
  }
}

SpoolUsage Spool::usage(Box box) const {
  SpoolUsage usage;
  for_each_entry(box, [&](std::string_view name) {
    usage.entries += 1;
    usage.bytes += size_in(name);
  });
  return usage;
}

std::vector<std::string> Spool::names(Box box, std::string_view after, std::size_t limit) const {
  std::vector<std::string> oldest; // a heap with the newest on top, which bounds memory
  for_each_entry(box, [&](std::string_view name) {
    if (name <= after || (oldest.size() == limit && name >= oldest.front())) {
      return;
    }
    if (oldest.size() == limit) {
      std::ranges::pop_heap(oldest);
      oldest.pop_back();
    }
    oldest.emplace_back(name);
    std::ranges::push_heap(oldest);
  });
  std::ranges::sort_heap(oldest);
  return oldest;
}

boost::system::result<std::string, std::error_code> Spool::read(Box box,
                                                                const std::string& name) const {
  return directory_.read(path_in(box, name), largest_record);
}

std::string Spool::reason(const std::string& name) const {
  auto text = read(Box::refused, reason_of(name));
  return text ? text->substr(0, text->find('\n')) : "";
}

void Spool::remove(Box box, const std::string& name) {
  const std::string path = path_in(box, name);
  const std::error_code error = directory_.remove(path);
  if (error && error != std::errc::no_such_file_or_directory) {
    directory_.fail("cannot let " + quote(path) + " go", error);
  }
  if (box == Box::refused) {
    directory_.remove(path_in(box, reason_of(name)));
  }
}

void Spool::set_aside(const std::string& name, const std::string& reason) {
  const std::string beside = path_in(Box::refused, reason_of(name));
  directory_.remove(beside); // left by a call that was cut short
  // An error is ignored: an entry without its reason is better than one that blocks the others.
  with_boxes([&] { return directory_.write_new_file(beside, reason + '\n'); });
  move(path_in(Box::waiting, name), path_in(Box::refused, name));
}

std::string Spool::replace(const std::string& name, const SpoolRecord& record) {
  const std::string text = encode(record);
  const SpoolName old = parse_spool_name(name).value_or(SpoolName{});
  std::string renewed = SpoolName{record.entry.time, old.id, text.size(), old.attempts}.text();
  write_record(renewed, text);
  place(renewed, path_in(Box::waiting, name)); // atomic: there is always exactly one
  move(path_in(Box::waiting, name), path_in(Box::waiting, renewed));
  directory_.sync("new");
  return renewed;
}

std::string Spool::count_attempts(const std::string& name, int more) {
  auto counted = parse_spool_name(name);
  if (!counted) {
    return name;
  }
  counted->attempts += more;
  const std::string renamed = counted->text();
  return directory_.rename(path_in(Box::waiting, name), path_in(Box::waiting, renamed)) ? name
                                                                                        : renamed;
}

void Spool::note_sending(const Stems& stems, bool keeps_earlier) {
  if (const std::error_code error =
          directory_.write_lasting(sending_file, lines_of(stems), !keeps_earlier)) {
    directory_.fail("cannot note what is sent", error);
  }
}

void Spool::replace_sending(const Stems& stems) {
  const std::string written = "tmp/" + std::string{sending_file};
  directory_.remove(written); // left by a call that was cut short
  std::error_code error =
      with_boxes([&] { return directory_.write_new_file(written, lines_of(stems)); });
  if (!error) {
    error = directory_.rename(written, sending_file);
  }
  if (error) {
    directory_.fail("cannot note what is sent", error);
  }
}

Spool::Stems Spool::sending() const {
  const auto text = directory_.read(sending_file, largest_sending);
  if (!text && text.error() != std::errc::no_such_file_or_directory) {
    directory_.fail("cannot be asked what was sent", text.error());
  }
  Stems stems;
  // A kill may have cut the last line; its push was not sent then.
  for (std::size_t begin = 0, end = 0; text && (end = text->find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    stems.insert(text->substr(begin, end - begin));
  }
  return stems;
}

void Spool::tidy() {
  const std::time_t oldest =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - age_of_leftovers);
  const auto tidy_box = [this](const std::string& box, auto&& is_left_behind) {
    directory_.for_each_name(box, [&](std::string_view name) {
      if (is_left_behind(name)) {
        directory_.remove((box + '/').append(name));
      }
    });
  };
  tidy_box("tmp", [&](std::string_view name) {
    return parse_spool_name(name) &&
           directory_.last_write("tmp/" + std::string{name}).value_or(oldest) < oldest;
  });
  tidy_box("refused", [&](std::string_view name) { // the entry was moved back to new/
    return is_reason(name) &&
           !directory_.has("refused/" + std::string{name.substr(0, name.rfind('.'))});
  });
  tidy_box("new", is_reason); // moved back together with the entry
}

} // namespace metrics_event
