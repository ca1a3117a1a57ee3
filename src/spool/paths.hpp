#pragma once

#include <string>
#include <string_view>

namespace metrics_event {

/// The directories of a spool that hold entries.
enum class Box {
  waiting, // new/: records to be delivered
  trying,  // trying/: records whose sender is still delivering them, or was killed
  refused, // refused/: refused by the receiver, or not valid; each with a .reason file
};

/// The paths of files in a spool, relative to it.
inline std::string path_in(Box box, std::string_view name) {
  const char* const directory = box == Box::waiting  ? "new/"
                                : box == Box::trying ? "trying/"
                                                     : "refused/";
  return std::string{directory}.append(name);
}

inline std::string unfinished_path(std::string_view name) {
  return std::string{"tmp/"}.append(name);
}

/// The file that LockedSpool locks. It is made with the spool and never deleted.
inline constexpr const char* spool_lock_name = "lock";

/// The file next to a refused entry that says why it was refused.
inline constexpr std::string_view reason_suffix = ".reason";

inline std::string reason_of(std::string_view name) {
  return std::string{name}.append(reason_suffix);
}

inline bool is_reason(std::string_view name) {
  return name.ends_with(reason_suffix);
}

} // namespace metrics_event
