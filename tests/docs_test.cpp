#include "catalogue.hpp"
#include "cli.hpp"
#include "completion.hpp"
#include "help.hpp"
#include "manual.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"
#include "version.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

const EventTypes types{built_in_events()};

std::string path_of(std::string_view file) {
  return source_directory + '/' + std::string{file};
}

// Compares what is committed with what the tables give; `./dev docs` writes it instead.
void check_committed(std::string_view file, const std::string& expected) {
  CAPTURE(file);
  if (std::getenv("METRICS_EVENT_WRITE_DOCS") != nullptr) {
    write_file(path_of(file), expected);
  }
  REQUIRE(std::filesystem::exists(path_of(file)));
  const bool up_to_date = read_file(path_of(file)) == expected;
  CHECK_MESSAGE(up_to_date, "run ./dev docs");
}

struct Document {
  std::string_view file;
  Markup markup;
};

const Document documents[]{
    {"README.md", Markup::markdown},
    {"man/metrics-event.1", Markup::mdoc},
    {"man/metrics-event.conf.5", Markup::mdoc},
    {"man/metrics-event-events.7", Markup::mdoc},
};

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The words of a shell line as simple as the examples are.
std::vector<std::string> shell_words(const std::string& line) {
  std::vector<std::string> words;
  const std::regex word{R"re("([^"]*)"|'([^']*)'|(\S+))re"};
  for (std::sregex_iterator it{line.begin(), line.end(), word}, end; it != end; ++it) {
    if (const std::string plain = (*it)[3];
        plain == "&" || plain == "|" || plain == "||" || plain == ";") {
      break;
    }
    const std::string text = (*it)[1].str() + (*it)[2].str() + (*it)[3].str();
    words.push_back(text.starts_with("$((") ? "1" : text); // a sum stands for a number
  }
  return words;
}

// The commands of a document that start with the program's name, continued lines joined.
std::vector<std::string> commands_in(const Document& document) {
  std::string text = replace_all(read_file(path_of(document.file)), "\\e\n", "\\\n");
  text = replace_all(text, "\\\n", " ");
  std::vector<std::string> commands;
  std::istringstream lines{text};
  const std::regex command{R"(^\s*(?:- |if |exec )?metrics-event (.*?)(?:\s+#.*)?$)"};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, command)) {
      commands.push_back(match[1]);
    }
  }
  return commands;
}

} // namespace

TEST_SUITE_BEGIN("docs");

TEST_CASE("what is generated in the documents is what the tables give") {
  for (const Document& document : documents) {
    check_committed(document.file, with_generated_parts(read_file(path_of(document.file)),
                                                        document.markup, built_in_events()));
  }
}

TEST_CASE("the completions are what the tables give") {
  for (const Completion& completion : completions()) {
    check_committed("completions/" + std::string{completion.file},
                    completion.script(built_in_events()));
  }
}

TEST_CASE("every document has its generated parts") {
  const std::pair<std::string_view, std::vector<std::string_view>> parts[]{
      {"README.md", {"events", "exit-status", "settings"}},
      {"man/metrics-event.1", {"event-names", "settings", "commands", "exit-status"}},
      {"man/metrics-event.conf.5", {"keys"}},
      {"man/metrics-event-events.7", {"events"}},
  };
  for (const auto& [file, names] : parts) {
    for (const std::string_view name : names) {
      CAPTURE(name);
      CHECK(read_file(path_of(file)).find("begin " + std::string{name}) != std::string::npos);
    }
  }
}

TEST_CASE("a generated part that does not end is an error") {
  CHECK_THROWS_WITH(with_generated_parts("<!-- begin events -->\n", Markup::markdown, {}),
                    "the generated part events does not end");
  CHECK(with_generated_parts("a\n<!-- begin events -->\nold\n<!-- end events -->\nb\n",
                             Markup::markdown, {}) ==
        "a\n<!-- begin events -->\n| event | flag | in the line | value | what it says |\n"
        "|---|---|---|---|---|\n<!-- end events -->\nb\n");
}

TEST_CASE("every example in the documents is a command line that is understood") {
  std::size_t count = 0;
  for (const Document& document : documents) {
    for (const std::string& command : commands_in(document)) {
      CAPTURE(command);
      const CommandLine line = parse_command_line(shell_words(command), types);
      CHECK_MESSAGE(!line.trouble, line.trouble->text());
      if (const auto* send = std::get_if<SendEvent>(&line.command)) {
        CHECK_NOTHROW(make_event(*send->type, {.fields = send->fields}, {}));
      }
      ++count;
    }
  }
  CHECK(count >= 12);
}

TEST_CASE("help speaks of every event, command, setting and exit status") {
  const std::string text = help("", types);
  for (const EventType& type : built_in_events()) {
    CHECK(text.find("\n  " + kebab_case(type.name) + ' ') != std::string::npos);
    const std::string about = help(type.name, types);
    for (const Field& field : type.fields) {
      CAPTURE(field.name);
      CHECK(about.find("\n  --" + kebab_case(field.name) + ' ' + std::string{placeholder(field)}) !=
            std::string::npos);
    }
    CHECK(about.find("--timestamp TIME") != std::string::npos);
  }
  for (const Setting& setting : all_settings()) {
    const std::string spelling =
        setting.has_flag() ? "--" + std::string{setting.name} : variable_name(setting);
    CHECK(text.find(spelling) != std::string::npos);
  }
  for (const CommandType& command : all_commands()) {
    CHECK(text.find("\n  " + std::string{command.name} + ' ') != std::string::npos);
    for (const CommandOption& option : command.options) {
      CHECK(help(command.name, types).find("--" + std::string{option.name}) != std::string::npos);
    }
  }
  for (const ExitCodeRow& row : exit_code_table()) {
    CHECK(text.find(row.number() + ' ' + std::string{row.name}) != std::string::npos);
  }
}

TEST_CASE("help fits a terminal of 80 columns") {
  std::vector<std::string_view> topics{"", "flush", "listen", "check"};
  for (const EventType& type : built_in_events()) {
    topics.push_back(type.name);
  }
  for (const std::string_view topic : topics) {
    std::istringstream lines{help(topic, types)};
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK(line.size() <= 80);
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("the changelog speaks of this version first, and the README of every module") {
  const std::string changelog = read_file(path_of("CHANGELOG.md"));
  const std::size_t first = changelog.find("\n## ");
  REQUIRE(first != std::string::npos);
  CHECK(changelog.substr(first + 4).starts_with(version));

  const std::string readme = read_file(path_of("README.md"));
  for (const auto& entry : std::filesystem::directory_iterator{path_of("src")}) {
    const std::string module = entry.path().stem();
    CAPTURE(module);
    CHECK(readme.find('`' + module + '`') != std::string::npos);
  }
}

TEST_SUITE_END();
