#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace metrics_event::testing;

namespace {

enum class Kind {
  pure,   // a function from values to values
  system, // touches the system
  wiring, // puts the others together
};

// Every module, and what it is. A new module is a row here.
const std::map<std::string, Kind> modules{
    {"access", Kind::wiring},
    {"app", Kind::wiring},
    {"arguments", Kind::pure},
    {"batch", Kind::wiring},
    {"batch_console", Kind::system},
    {"batch_input", Kind::system},
    {"batch_report", Kind::pure},
    {"batch_sender", Kind::wiring},
    {"catalogue", Kind::pure},
    {"certificate", Kind::system},
    {"check", Kind::wiring},
    {"check_report", Kind::pure},
    {"child", Kind::system},
    {"cli", Kind::pure},
    {"clock", Kind::system},
    {"command", Kind::pure},
    {"completion", Kind::pure},
    {"completion_bash", Kind::pure},
    {"completion_fish", Kind::pure},
    {"completion_words", Kind::pure},
    {"completion_zsh", Kind::pure},
    {"config_file", Kind::pure},
    {"connection", Kind::system},
    {"console", Kind::system},
    {"credentials", Kind::pure},
    {"date", Kind::pure},
    {"delivery", Kind::wiring},
    {"diagnosis", Kind::pure},
    {"distinct_times", Kind::pure},
    {"drain", Kind::wiring},
    {"endpoint", Kind::pure},
    {"entry", Kind::pure},
    {"event", Kind::pure},
    {"event_reader", Kind::pure},
    {"event_schema", Kind::pure},
    {"event_schema_text", Kind::pure},
    {"event_shape", Kind::pure},
    {"event_type", Kind::pure},
    {"event_types", Kind::pure},
    {"event_files", Kind::system},
    {"event_list", Kind::pure},
    {"exit_code", Kind::pure},
    {"extra_field", Kind::pure},
    {"field_value", Kind::pure},
    {"file", Kind::system},
    {"flush", Kind::wiring},
    {"flush_options", Kind::pure},
    {"flush_report", Kind::pure},
    {"given_event", Kind::pure},
    {"gzip", Kind::pure},
    {"header", Kind::pure},
    {"help", Kind::pure},
    {"host", Kind::pure},
    {"http_exchange", Kind::system},
    {"http_transport", Kind::system},
    {"interruption", Kind::system},
    {"json_scanner", Kind::pure},
    {"json_escape", Kind::pure},
    {"json_schema", Kind::pure},
    {"json_reader", Kind::pure},
    {"json_text", Kind::pure},
    {"judgement", Kind::pure},
    {"line_reader", Kind::system},
    {"listen", Kind::system},
    {"listen_connection", Kind::system},
    {"listen_options", Kind::pure},
    {"log_file", Kind::system},
    {"logql", Kind::pure},
    {"loki", Kind::pure},
    {"lookup", Kind::system},
    {"main", Kind::wiring},
    {"manual", Kind::pure},
    {"member_sorter", Kind::pure},
    {"number", Kind::pure},
    {"object_reader", Kind::pure},
    {"pattern", Kind::pure},
    {"places", Kind::pure},
    {"process", Kind::system},
    {"progress", Kind::system},
    {"pusher", Kind::wiring},
    {"receiver", Kind::pure},
    {"report", Kind::pure},
    {"retry", Kind::pure},
    {"sample_config", Kind::pure},
    {"schema_field", Kind::pure},
    {"schema_value", Kind::pure},
    {"secret", Kind::pure},
    {"send", Kind::wiring},
    {"setting_values", Kind::pure},
    {"settings", Kind::pure},
    {"settings_rules", Kind::pure},
    {"settings_table", Kind::pure},
    {"socket", Kind::system},
    {"spool", Kind::system},
    {"spool_directory", Kind::system},
    {"spool_record", Kind::pure},
    {"text", Kind::pure},
    {"tls", Kind::system},
    {"tls_stream", Kind::system},
    {"tls_trouble", Kind::system},
    {"transport", Kind::pure},
    {"value", Kind::pure},
    {"version", Kind::pure},
};

// What only these files may include: a prefix of the header's name, and the files.
const std::map<std::string, std::set<std::string>> reserved{
    {"CLI/", {"cli.cpp"}},
    {"toml++/", {"config_file.cpp"}},
    {"boost/beast/", {"http_exchange.cpp", "listen_connection.cpp"}},
    {"boost/asio/",
     {"connection.cpp", "http_exchange.cpp", "listen.cpp", "listen_connection.cpp",
      "listen_connection.hpp", "socket.cpp", "socket.hpp", "tls_stream.cpp"}},
    {"openssl/", {"certificate.cpp", "tls.cpp", "tls_stream.cpp", "tls_trouble.cpp"}},
    {"boost/json/", {"json_reader.cpp", "loki.cpp"}},
    {"boost/url/", {"endpoint.cpp", "host.cpp"}},
    {"pcre2.h", {"pattern.cpp"}},
    {"zlib.h", {"gzip.cpp"}},
    {"iostream", {}},
    {"regex", {}},
};

const std::set<std::string> system_headers{"arpa/inet.h", "fcntl.h",   "netdb.h",
                                           "poll.h",      "strings.h", "sys/socket.h",
                                           "unistd.h",    "csignal",   "thread"};

struct File {
  std::string name;
  std::string module;
  std::string text;
  std::vector<std::string> own;     // #include "x.hpp"
  std::vector<std::string> foreign; // #include <x>
};

std::vector<File> sources() {
  std::vector<File> files;
  const std::regex include{R"re(#include (["<])([^">]+)[">])re"};
  for (const auto& entry : std::filesystem::directory_iterator{source_directory + "/src"}) {
    if (entry.path().extension() == ".txt") { // for the linker
      continue;
    }
    File file{.name = entry.path().filename(),
              .module = entry.path().stem(),
              .text = read_file(entry.path())};
    for (std::sregex_iterator it{file.text.begin(), file.text.end(), include}, end; it != end;
         ++it) {
      ((*it)[1] == "\"" ? file.own : file.foreign).push_back((*it)[2]);
    }
    files.push_back(std::move(file));
  }
  return files;
}

// The modules that a module reaches through its headers.
void reach(const std::map<std::string, std::set<std::string>>& direct, const std::string& from,
           std::set<std::string>& reached) {
  for (const std::string& next : direct.at(from)) {
    if (reached.insert(next).second) {
      reach(direct, next, reached);
    }
  }
}

std::string module_of(const std::string& header) {
  return header.substr(0, header.rfind('.'));
}

} // namespace

TEST_SUITE_BEGIN("house");

TEST_CASE("every module is known to this test and to the build") {
  const std::string build = read_file(source_directory + "/CMakeLists.txt");
  std::set<std::string> found;
  for (const File& file : sources()) {
    CAPTURE(file.name);
    CHECK(modules.contains(file.module));
    found.insert(file.module);
    if (file.name.ends_with(".cpp")) {
      CHECK(build.find("src/" + file.name) != std::string::npos);
    }
  }
  CHECK(found.size() == modules.size());
}

TEST_CASE("what is pure includes only what is pure, and wiring is included only by wiring") {
  for (const File& file : sources()) {
    CAPTURE(file.name);
    const Kind kind = modules.at(file.module);
    for (const std::string& header : file.own) {
      CAPTURE(header);
      const Kind included = modules.at(module_of(header));
      CHECK((kind != Kind::pure || included == Kind::pure));
      CHECK((kind == Kind::wiring || included != Kind::wiring));
    }
    for (const std::string& header : file.foreign) {
      CAPTURE(header);
      CHECK((kind == Kind::system || file.name == "main.cpp" || !system_headers.contains(header)));
    }
  }
}

TEST_CASE("heavy headers stay in the files that are named for them") {
  for (const File& file : sources()) {
    CAPTURE(file.name);
    for (const std::string& header : file.foreign) {
      CAPTURE(header);
      for (const auto& [prefix, allowed] : reserved) {
        CHECK((!header.starts_with(prefix) || allowed.contains(file.name)));
      }
    }
  }
}

TEST_CASE("headers include each other in one direction") {
  std::map<std::string, std::set<std::string>> direct;
  for (const File& file : sources()) {
    direct[file.module];
    if (file.name.ends_with(".hpp")) {
      for (const std::string& header : file.own) {
        direct[file.module].insert(module_of(header));
      }
    }
  }
  for (const auto& entry : direct) {
    const std::string& module = entry.first;
    CAPTURE(module);
    std::set<std::string> reached;
    reach(direct, module, reached);
    CHECK_FALSE(reached.contains(module));
  }
}

TEST_CASE("the environment is read in one place, and nothing ends the process below it") {
  const std::regex forbidden{R"(\b(getenv|environ|exit|_exit|quick_exit|abort)\b *\()"};
  for (const File& file : sources()) {
    CAPTURE(file.name);
    const bool may_end = file.name == "main.cpp" || file.name == "child.cpp"; // of a failed exec
    CHECK(std::regex_search(file.text, forbidden) == may_end);
  }
}

TEST_CASE("every module but the entry point has a test of its name, or is tested through another") {
  const std::map<std::string, std::string> through{
      {"access", "credentials_test"},
      {"app", "command_line_test"},
      {"arguments", "cli_test"},
      {"batch_console", "batch_test"},
      {"batch_report", "batch_test"},
      {"batch_sender", "batch_test"},
      {"certificate", "tls_test"},
      {"connection", "http_transport_test"},
      {"catalogue", "event_test"},
      {"check_report", "check_test"},
      {"child", "wrapper_test"},
      {"clock", "command_line_test"},
      {"command", "cli_test"},
      {"completion_bash", "completion_test"},
      {"completion_fish", "completion_test"},
      {"completion_words", "completion_test"},
      {"completion_zsh", "completion_test"},
      {"console", "streams_test"},
      {"event_schema_text", "event_schema_test"},
      {"event_shape", "event_test"},
      {"event_type", "event_test"},
      {"event_files", "declared_test"},
      {"event_list", "declared_test"},
      {"event_types", "declared_test"},
      {"given_event", "event_test"},
      {"help", "docs_test"},
      {"file", "config_file_test"},
      {"interruption", "signals_test"},
      {"http_exchange", "http_transport_test"},
      {"json_escape", "json_scanner_test"},
      {"json_schema", "event_schema_test"},
      {"listen_connection", "listen_test"},
      {"main", "streams_test"},
      {"manual", "docs_test"},
      {"member_sorter", "event_test"},
      {"object_reader", "json_reader_test"},
      {"process", "streams_test"},
      {"progress", "batch_test"},
      {"sample_config", "packaging_test"},
      {"schema_field", "event_schema_test"},
      {"schema_value", "event_schema_test"},
      {"secret", "credentials_test"},
      {"socket", "http_transport_test"},
      {"spool_directory", "spool_test"},
      {"send", "command_line_test"},
      {"setting_values", "settings_test"},
      {"settings_rules", "settings_test"},
      {"settings_table", "settings_test"},
      {"tls_stream", "tls_test"},
      {"tls_trouble", "tls_test"},
      {"transport", "delivery_test"},
      {"version", "docs_test"},
  };
  for (const auto& entry : modules) {
    const std::string& module = entry.first;
    CAPTURE(module);
    const auto found = through.find(module);
    const std::string test = found == through.end() ? module + "_test" : found->second;
    CHECK(std::filesystem::exists(source_directory + "/tests/" + test + ".cpp"));
  }
}

TEST_SUITE_END();
