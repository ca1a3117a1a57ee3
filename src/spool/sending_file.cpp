#include "spool/sending_file.hpp"

#include "base/text.hpp"
#include "system/error.hpp"

#include <fcntl.h>

#include <cerrno>

namespace metrics_event {
namespace {

constexpr const char* sending_name = "sending";
constexpr std::size_t largest_sending = 16UL * 1024 * 1024; // more than 400 000 records

template <class Range>
std::string stems_of(const Range& names) {
  return joined(names, "", [](const SpoolName& name) { return name.stem() + '\n'; });
}

} // namespace

// What was written earlier may end in a line that a full disk has cut; the first name must not
// become a part of that.
void SendingFile::add(std::span<const SpoolName> names, bool keeps_earlier) const {
  const PrivateDirectory& directory = spool_.directory();
  const std::string text = (keeps_earlier ? "\n" : "") + stems_of(names);
  if (const std::error_code error = directory.write_lasting(sending_name, text, !keeps_earlier)) {
    directory.fail("cannot record what is sent", error);
  }
}

// A truncation is not synchronised, because a crash that undoes it only leads to questions. The
// name of a new file must last, because the next note is written to it.
void SendingFile::replace(const Names& names) const {
  const PrivateDirectory& directory = spool_.directory();
  if (names.empty()) {
    const Descriptor file = directory.open(sending_name, O_WRONLY | O_TRUNC);
    if (!file && errno != ENOENT) {
      directory.fail("cannot record what is sent", last_error());
    }
    return;
  }
  const std::string unfinished = unfinished_path(sending_name);
  directory.remove(unfinished); // left by a call that was cut short
  std::error_code error = spool_.write_small(unfinished, stems_of(names));
  if (!error) {
    error = directory.rename(unfinished, sending_name);
  }
  if (error) {
    directory.fail("cannot record what is sent", error);
  }
  directory.sync(".");
}

// A kill may have cut the last line; its push was not sent then.
SendingFile::Names SendingFile::read() const {
  const PrivateDirectory& directory = spool_.directory();
  const auto text = directory.read(sending_name, largest_sending);
  if (!text && text.error() != std::errc::no_such_file_or_directory) {
    directory.fail("cannot read what was sent", text.error());
  }
  Names names;
  for (std::size_t begin = 0, end = 0; text && (end = text->find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    if (const auto name = parse_spool_stem(std::string_view{*text}.substr(begin, end - begin))) {
      names.insert(*name);
    }
  }
  return names;
}

} // namespace metrics_event
