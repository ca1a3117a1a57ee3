// The rooms of src/, which room may include which, and what stays in few files.
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace metrics_event::testing;

namespace {

using Names = std::set<std::string>;

// Every room and the rooms that it may include; itself it may always. The files of src/ itself put
// the rooms together and may include all of them.
const std::map<std::string, Names> rooms{
    {"base", {}},
    {"json", {"base"}},
    {"event", {"json", "base"}},
    {"schema", {"event", "json", "base"}},
    {"loki", {"event", "json", "base"}},
    {"settings", {"loki", "json", "base"}},
    {"system", {"base"}},
    {"net", {"system", "loki", "base"}},
    {"spool", {"system", "loki", "event", "json", "base"}},
    {"cli", {"settings", "event", "json", "base"}},
    {"delivery", {"spool", "net", "system", "settings", "loki", "event", "json", "base"}},
    {"commands",
     {"delivery", "cli", "spool", "net", "system", "settings", "loki", "schema", "event", "json",
      "base"}},
    {"docs", {"commands", "cli", "settings", "loki", "event", "json", "base"}},
};

// Functions from values to values live here, so no system header is included.
const Names pure_rooms{"base", "json", "event", "schema", "loki", "settings", "cli", "docs"};
const Names system_headers{"arpa/inet.h", "csignal",   "fcntl.h",      "netdb.h", "poll.h",
                           "signal.h",    "strings.h", "sys/socket.h", "thread",  "unistd.h"};

// Headers that cost much to compile, or that belong to one library, by the prefix of their names,
// and the only files that may include them.
const std::map<std::string, Names> reserved{
    {"CLI/", {"cli/command_line.cpp"}},
    {"toml++/", {"settings/config_file.cpp"}},
    {"boost/beast/",
     {"net/beast_parser.hpp", "net/http_exchange.cpp", "commands/listen_connection.cpp"}},
    {"boost/asio/",
     {"net/connection.cpp", "net/http_exchange.cpp", "net/socket.cpp", "net/socket.hpp",
      "net/tls_stream.cpp", "commands/listen.cpp", "commands/listen_connection.cpp",
      "commands/listen_connection.hpp"}},
    {"openssl/",
     {"net/authorities.cpp", "net/certificate.cpp", "net/tls.cpp", "net/tls_stream.cpp",
      "net/tls_trouble.cpp"}},
    {"boost/json/", {"loki/push.cpp", "loki/query_answer.cpp"}},
    {"boost/url/", {"loki/endpoint.cpp", "loki/host.cpp"}},
    {"re2/", {"event/pattern.cpp"}},
    {"zlib.h", {"loki/gzip.cpp"}},
    {"iostream", {}},
    {"regex", {}},
};

struct File {
  std::string path;   // below src/
  std::string module; // the path without its extension: a header and its source are one module
  std::string room;   // empty: src/ itself
  std::string text;
  Names own;     // modules that it includes, but for its own
  Names foreign; // headers of others, as `#include <x>` names them
};

std::vector<File> sources() {
  const fs::path root = source_directory + "/src";
  const std::regex include{R"re(#include (["<])([^">]+)[">])re"};
  std::vector<File> files;
  for (const auto& entry : fs::recursive_directory_iterator{root}) {
    const fs::path path = fs::relative(entry.path(), root);
    if (path.extension() != ".hpp" && path.extension() != ".cpp") {
      continue;
    }
    File file{.path = path,
              .module = fs::path{path}.replace_extension(),
              .room = path.parent_path(),
              .text = read_file(entry.path())};
    for (std::sregex_iterator it{file.text.begin(), file.text.end(), include}, end; it != end;
         ++it) {
      const fs::path header = (*it)[2].str();
      if ((*it)[1] == "<") {
        file.foreign.insert(header);
      } else if (const std::string module = fs::path{header}.replace_extension();
                 module != file.module) {
        file.own.insert(module);
      }
    }
    files.push_back(std::move(file));
  }
  return files;
}

std::string room_of(const std::string& module) {
  return fs::path{module}.parent_path();
}

// What each name leads to, by one step or by several.
void reach(const std::map<std::string, Names>& direct, const std::string& from, Names& reached) {
  const auto next = direct.find(from);
  for (const std::string& name : next == direct.end() ? Names{} : next->second) {
    if (reached.insert(name).second) {
      reach(direct, name, reached);
    }
  }
}

void check_that_none_reaches_itself(const std::map<std::string, Names>& direct) {
  for (const auto& entry : direct) {
    CAPTURE(entry.first);
    Names reached;
    reach(direct, entry.first, reached);
    CHECK_FALSE(reached.contains(entry.first));
  }
}

} // namespace

TEST_SUITE_BEGIN("house");

TEST_CASE("every folder of src is a room of the table") {
  Names found;
  for (const auto& entry : fs::directory_iterator{source_directory + "/src"}) {
    if (entry.is_directory()) {
      found.insert(entry.path().filename());
    }
  }
  Names known;
  for (const auto& room : rooms) {
    known.insert(room.first);
  }
  CHECK(found == known);
}

TEST_CASE("a room includes only the rooms that the table allows") {
  for (const File& file : sources()) {
    CAPTURE(file.path);
    for (const std::string& module : file.own) {
      CAPTURE(module);
      const std::string room = room_of(module);
      CHECK((file.room.empty() || room == file.room || rooms.at(file.room).contains(room)));
    }
  }
}

TEST_CASE("rooms include each other in one direction") {
  check_that_none_reaches_itself(rooms);
}

TEST_CASE("modules include each other in one direction, headers and sources taken together") {
  std::map<std::string, Names> direct;
  for (const File& file : sources()) {
    direct[file.module].insert(file.own.begin(), file.own.end());
  }
  check_that_none_reaches_itself(direct);
}

TEST_CASE("pure rooms include no header of the system") {
  for (const File& file : sources()) {
    CAPTURE(file.path);
    for (const std::string& header : file.foreign) {
      CAPTURE(header);
      CHECK((!pure_rooms.contains(file.room) || !system_headers.contains(header)));
    }
  }
}

TEST_CASE("heavy headers stay in the files that are named for them") {
  for (const File& file : sources()) {
    CAPTURE(file.path);
    for (const std::string& header : file.foreign) {
      CAPTURE(header);
      for (const auto& [prefix, allowed] : reserved) {
        CHECK((!header.starts_with(prefix) || allowed.contains(file.path)));
      }
    }
  }
}

TEST_CASE("the environment is read in one place, and nothing ends the process below it") {
  const std::regex forbidden{R"(\b(getenv|environ|exit|_exit|quick_exit|abort)\b *\()"};
  for (const File& file : sources()) {
    CAPTURE(file.path);
    // The child ends itself after a failed exec.
    const bool may_end = file.path == "main.cpp" || file.path == "system/child.cpp";
    CHECK(std::regex_search(file.text, forbidden) == may_end);
  }
}

TEST_CASE("no file of logic has outgrown its name") {
  constexpr std::ptrdiff_t most_lines = 320;
  const Names tables{"settings/table.cpp", "commands/table.cpp"}; // rows, read one at a time
  for (const File& file : sources()) {
    CAPTURE(file.path);
    CHECK((tables.contains(file.path) || std::ranges::count(file.text, '\n') <= most_lines));
  }
}

TEST_SUITE_END();
