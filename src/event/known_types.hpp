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

/// A file that declares an event type by its name.
struct EventFile {
  std::string name; // of the type, in snake_case
  std::string path;
  std::string trouble{}; // why it cannot be used, known without reading it; empty: nothing
};

/// The type that a file declares, or why it declares none, in words that name the file.
using Declaration = boost::system::result<std::shared_ptr<const EventType>, std::string>;

/// Where declared event types are found, and how a file is read.
struct EventSource {
  /// All files, or those that declare one event, the ones that count least first. Throws Failure.
  std::function<std::vector<EventFile>(std::optional<std::string_view> name)> list = [](auto) {
    return std::vector<EventFile>{};
  };
  std::function<Declaration(const EventFile& file)> read;
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

  /// A type as lists show it.
  struct Listed {
    std::string name;                // in snake_case; of a file that is named otherwise, that
    std::string origin{};            // the file that declares it; empty: built in
    const EventType* type = nullptr; // none: the file is broken
    std::string trouble{};           // then why

    /// What it says of itself to people.
    std::string says() const { return type != nullptr ? std::string{type->help} : trouble; }
  };

  /// All types: the built-in ones in their order, then the declared ones in that of the alphabet.
  /// A directory that cannot be read is the trouble of a nameless one, which then stands for all
  /// that are declared.
  std::vector<Listed> all() const;

  /// The words that name types on a command line, in kebab-case.
  std::vector<std::string> words() const;

  /// A type that is declared nowhere and so takes any fields; `measures` gives it those that a
  /// COMMAND fills: duration, exit_code and status.
  const EventType& undeclared(const std::string& name, bool measures) const;

private:
  void list(std::optional<std::string_view> name) const;
  const Declaration& read(const EventFile& file) const;

  std::span<const EventType> built_in_;
  EventSource source_;
  // Most runs ask for one name, whose files alone are listed. The second name lists all.
  mutable std::optional<std::string> listed_name_;
  mutable bool is_all_listed_ = false;
  mutable std::map<std::string, EventFile, std::less<>> files_;          // listed so far, by name
  mutable std::map<std::string, Declaration, std::less<>> declarations_; // read so far, by name
  mutable std::map<std::string, EventType> undeclared_;
};

} // namespace metrics_event
