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
#include <system_error>
#include <vector>

namespace metrics_event {

/// A file that declares an event type by its name.
struct EventFile {
  std::string name; // of the type, in snake_case
  std::string path;
  std::string trouble{}; // why it cannot be used, known without reading it; empty: nothing
};

/// Where declared event types are found.
struct EventSource {
  /// All files, or those that declare one event, the ones that count least first. Throws Failure.
  std::function<std::vector<EventFile>(std::optional<std::string_view> name)> list;
  std::function<boost::system::result<std::string, std::error_code>(const std::string& path)> read;
};

/// The event types that there are: the built-in ones, and those that files declare, which are
/// looked for and read when they are asked for. A file wins over a built-in type of the same name,
/// and over a file that counts less.
class EventTypes {
public:
  explicit EventTypes(std::span<const EventType> built_in, EventSource source = {});

  /// The type of this name, in snake_case; null when there is none. Throws Failure (config) when
  /// the file that declares it is broken, which the message names. The type lives as long as this.
  const EventType* find(std::string_view name) const;

  /// The names of all types in snake_case: the built-in ones in their order, then the declared ones
  /// in that of the alphabet; of a file whose name is none, that.
  std::vector<std::string> names() const;

  /// The words that name types on a command line, in kebab-case.
  std::vector<std::string> words() const;

  /// A type as lists show it.
  struct Listed {
    std::string name;
    std::string origin;              // the file that declares it; empty: built in
    const EventType* type = nullptr; // none: the file is broken
    std::string trouble{};           // then why

    /// What it says of itself to people.
    std::string says() const { return type != nullptr ? std::string{type->help} : trouble; }
  };

  /// All types, in the order of their names. A directory that cannot be read is the trouble of a
  /// nameless one, which then stands for all that are declared.
  std::vector<Listed> all() const;

  /// The file that declares a type; empty when it is built in.
  std::string origin(std::string_view name) const;

  /// A type that is declared nowhere and so takes any fields; `measures` gives it those that a
  /// COMMAND fills: duration, exit_code and status.
  const EventType& undeclared(const std::string& name, bool measures) const;

private:
  using Files = std::map<std::string, EventFile, std::less<>>; // by name

  const Files& files() const;
  const EventFile* file_of(std::string_view name) const;

  std::span<const EventType> built_in_;
  EventSource source_;
  mutable std::optional<Files> files_;
  mutable std::optional<std::string> first_name_; // that was asked for: most ask for no other
  mutable std::optional<EventFile> first_file_;   // that declares it
  // A declared type that was asked for.
  struct Known {
    std::shared_ptr<const EventType> type;
    std::string trouble; // why there is none
  };

  Known read(std::string_view name, const EventFile& file) const;

  mutable std::map<std::string, Known, std::less<>> known_;
  mutable std::map<std::string, EventType> undeclared_;
};

} // namespace metrics_event
