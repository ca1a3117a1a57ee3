#pragma once

#include "event/type.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// A file that declares an event type, whose name is that of the file.
struct EventFile {
  std::string name; // of the type, in snake_case
  std::string path;
  std::string trouble{}; // why it cannot be used, if that is known before reading it
};

/// The type that a file declares, or the message, with the name of the file, why it is not valid.
using Declaration = boost::system::result<std::shared_ptr<const EventType>, std::string>;

/// The functions that find and read the files of declared event types.
struct EventSource {
  /// Returns all files, or only the files that declare the event `name`, in ascending order of
  /// precedence. Throws Failure when they cannot be listed.
  std::function<std::vector<EventFile>(std::optional<std::string_view> name)> list = [](auto) {
    return std::vector<EventFile>{};
  };
  std::function<Declaration(const EventFile& file)> read;
};

/// All event types: the built-in ones and the ones that files declare. Files are listed and read on
/// demand. A file takes precedence over a built-in type of the same name and over files that were
/// listed before it.
class EventTypes {
public:
  explicit EventTypes(std::span<const EventType> built_in, EventSource source = {});

  /// Returns the type with this name, in snake_case, or null when there is none. The type lives as
  /// long as this object. Throws Failure (config) with the name of the file when the declaration is
  /// not valid, and as `EventSource::list` does when the files cannot be listed.
  const EventType* find(std::string_view name) const;

  /// An entry in a list of types.
  struct Listed {
    std::string name;                // in snake_case, unless the file's name is not valid
    std::string origin{};            // the file that declares it; empty for a built-in type
    const EventType* type = nullptr; // null when the file is not valid
    std::string trouble{};           // the reason, when `type` is null

    /// Returns the description of the type, or the reason why it cannot be used.
    std::string says() const { return type != nullptr ? std::string{type->help} : trouble; }
  };

  /// Returns all types: the built-in ones in the order of their table, then the declared ones in
  /// alphabetical order. When a directory cannot be read, one entry without a name has the reason
  /// and stands for all declared types.
  std::vector<Listed> all() const;

  /// Returns the names of all types in kebab-case, as a command line has them.
  std::vector<std::string> names() const;

  /// Returns a type for an event that is declared nowhere, which takes any fields. With `measures`,
  /// it has the fields that a COMMAND fills: duration, exit_code and status.
  const EventType& undeclared(const std::string& name, bool measures) const;

private:
  void list(std::optional<std::string_view> name) const;
  const Declaration& read(const EventFile& file) const;

  std::span<const EventType> built_in_;
  EventSource source_;
  // Most runs ask for one name, so that only the files of this name are listed. A request for a
  // second name lists all files.
  mutable std::optional<std::string> listed_name_;
  mutable bool is_all_listed_ = false;
  mutable std::map<std::string, EventFile, std::less<>> files_;          // listed so far, by name
  mutable std::map<std::string, Declaration, std::less<>> declarations_; // read so far, by name
  mutable std::map<std::string, EventType> undeclared_;
};

} // namespace metrics_event
