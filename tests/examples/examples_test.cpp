// Every example in the documents is run, by a real shell, with the real program.
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A part of a document that is to be typed or put into a file.
struct Example {
  std::string document;
  std::string language; // as the README says it; of a man page, nothing
  std::string text;
};

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The blocks of a document between lines that begin and end one; `begin` captures the language.
void add_blocks(std::vector<Example>& examples, const std::string& document,
                const std::regex& begin, const std::string& end) {
  std::istringstream lines{read_file(source_directory + '/' + document)};
  bool is_inside = false;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (is_inside && line == end) {
      is_inside = false;
    } else if (is_inside) {
      examples.back().text += line + '\n';
    } else if (std::regex_match(line, match, begin)) {
      examples.push_back({document, match.size() > 1 ? match[1].str() : "", ""});
      is_inside = true;
    }
  }
}

std::vector<Example> all_examples() {
  std::vector<Example> examples;
  for (const char* document : {"README.md", "examples/README.md"}) {
    add_blocks(examples, document, std::regex{"```(\\w+)"}, "```");
  }
  for (const auto& page : fs::directory_iterator{source_directory + "/man"}) {
    const std::string document = "man/" + page.path().filename().string();
    const std::size_t first = examples.size();
    add_blocks(examples, document, std::regex{R"(\.Bd -literal.*)"}, ".Ed");
    std::istringstream lines{read_file(page.path())};
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(".Dl ")) {
        examples.push_back({document, "", line.substr(4) + '\n'});
      }
    }
    for (std::size_t i = first; i < examples.size(); ++i) {
      examples[i].text = replace_all(replace_all(examples[i].text, "\\e", "\\"), "\\&", "");
    }
  }
  return examples;
}

// Whether a line of it runs the program, or what makes a file for it.
bool is_script(const Example& example) {
  const std::regex command{
      R"((^|\n)\s*(- |\./\S+ \| |eval "\$\(|source <\(|sudo )?(metrics-event|python3) )"};
  return std::regex_search(example.text, command);
}

// What a shell is to do: of cloud-init's YAML, the commands.
std::string script_of(const Example& example) {
  return example.language != "yaml" ? example.text
                                    : std::regex_replace(replace_all(example.text, "runcmd:\n", ""),
                                                         std::regex{R"((^|\n)\s*- )"}, "$1");
}

// What runs an example, and what is typed there before.
struct Shell {
  std::string program;
  std::string before;
};

Shell shell_of(const std::string& script) {
  const auto is_for = [&script](const std::string& shell) {
    return script.find("metrics-event completion " + shell) != std::string::npos;
  };
  return is_for("bash")   ? Shell{"/bin/bash", "set -e\n"}
         : is_for("zsh")  ? Shell{"/usr/bin/zsh", "autoload -Uz compinit; compinit -D -u; set -e\n"}
         : is_for("fish") ? Shell{"/usr/bin/fish", ""}
                          : Shell{"/bin/sh", "set -e\n"};
}

// A home with all that the examples speak of.
struct Home {
  TemporaryDirectory directory;
  fs::path root = directory.path();

  Home() {
    fs::create_directories(root / "bin");
    fs::create_directories(root / "etc");
    fs::create_directories(root / "work/events.d");
    fs::create_directories(root / "config/metrics-event");
    fs::copy_file(source_directory + "/tests/support/example_program.sh",
                  root / "bin/metrics-event");
    for (const char* name :
         {"install-runner", "install.sh", "run.sh", "back-up.sh", "clean-up", "deploy.sh"}) {
      add_program(name, "exit 0\n");
    }
    write_file(root / "bin/sudo", "#!/bin/sh\nexec \"$@\"\n");
    fs::permissions(root / "bin/sudo", fs::perms::owner_all);
    add_program("produce-events", "echo '{\"event\":\"produced\",\"n\":1}'\n");
    write_file(root / "work/events.py", "from pydantic import BaseModel, NonNegativeFloat\n"
                                        "class RunnerInstalled(BaseModel):\n"
                                        "  timestamp: NonNegativeFloat\n"
                                        "  event: str\n"
                                        "  flavor: str\n"
                                        "  duration: NonNegativeFloat\n");
    write_file(root / "etc/token", "secret\n");
    write_file(root / "etc/password", "secret\n");
    for (const char* secret : {"token", "password"}) {
      fs::permissions(root / "etc" / secret, fs::perms::owner_read);
    }
    write_file(root / "runner.log",
               R"({"timestamp": 1700000000.0, "event": "runner_installed", "flavor": "small", )"
               R"("duration": 456.0})"
               "\n");
    fs::copy(source_directory + "/examples/events.d", root / "config/metrics-event/events.d");
    add_declaration_of_readme();
  }

  // Puts the declaration that the README shows where the README says that it is.
  void add_declaration_of_readme() const {
    const std::string readme = read_file(source_directory + "/README.md");
    std::smatch match;
    REQUIRE(std::regex_search(
        readme, match,
        std::regex{R"(`~/\.config/(\S+/events\.d/\S+\.json)`:\n\n```json\n([^`]*)```)"}));
    write_file(root / "config" / match[1].str(), match[2].str());
  }

  void add_program(const std::string& name, const std::string& text) const {
    write_file(root / "work" / name, "#!/bin/sh\n" + text);
    fs::permissions(root / "work" / name, fs::perms::owner_all);
  }

  // The text with the paths of this home.
  std::string at_home(std::string text) const {
    text = replace_all(std::move(text), "/etc/metrics-event", (root / "etc").string());
    return replace_all(std::move(text), "/var/log/github-runner-metrics.log",
                       (root / "runner.log").string());
  }

  Outcome run(const std::string& script, const std::string& url) const {
    const Shell shell = shell_of(script);
    return metrics_event::testing::run(
        shell.program, {.arguments = {"-c", "cd \"$HOME/work\"\n" + shell.before + at_home(script)},
                        .environment = {{"HOME", root},
                                        {"XDG_CONFIG_HOME", root / "config"},
                                        {"PATH", (root / "bin").string() + ":/usr/bin:/bin"},
                                        {"EXAMPLE_PROGRAM", program},
                                        {"EXAMPLE_URL", url},
                                        {"EXAMPLE_SPOOL", root / "spool"},
                                        {"GITHUB_WORKFLOW", "build"},
                                        {"GITHUB_REPOSITORY", "example/project"},
                                        {"GITHUB_EVENT_NAME", "push"}},
                        .limit = 60s});
  }
};

} // namespace

TEST_SUITE_BEGIN("examples");

TEST_CASE("every example of a command works, and sends what it is about") {
  const std::vector<Example> examples = all_examples();
  const Home home;
  Background receiver{program, {.arguments = {"listen", "--port", "0"}}};
  const std::string announcement = receiver.read_error_line(10s);
  const std::string url = announcement.substr(announcement.rfind(' ') + 1);
  std::size_t count = 0;
  for (const Example& example : examples) {
    if (is_script(example)) {
      if (!fs::exists(shell_of(example.text).program)) {
        MESSAGE("SKIPPED: no ", shell_of(example.text).program, " here");
        continue;
      }
      CAPTURE(example.document);
      CAPTURE(example.text);
      const Outcome outcome = home.run(script_of(example), url);
      CAPTURE(outcome.out);
      CAPTURE(outcome.err);
      CHECK(outcome.status == 0);
      CHECK(outcome.err.find("error:") == std::string::npos);
      ++count;
    }
  }
  CHECK(count >= 35);
  const Outcome declared = home.run("metrics-event schema --events events.d", url);
  CHECK(declared.out.find("events.d/runner_installed.json") != std::string::npos);
  CHECK(declared.out.find("broken") == std::string::npos);
  receiver.signal(SIGTERM);
  const Outcome arrived = receiver.wait(10s);
  for (const char* event :
       {"runner_installed", "runner_start", "runner_stop", "disk_full", "cache_cleaned",
        "backup_finished", "deploy", "tests_run", "produced", "metrics_event_check"}) {
    CAPTURE(event);
    CHECK(arrived.out.find("\"event\":\"" + std::string{event} + '"') != std::string::npos);
  }
}

TEST_CASE("every session in the documents shows what the program prints") {
  const Home home;
  std::size_t count = 0;
  for (const Example& example : all_examples()) {
    if (!example.text.starts_with("$ ")) {
      continue;
    }
    CAPTURE(example.document);
    std::istringstream lines{example.text};
    std::string printed;
    std::string command;
    const auto check_printed = [&] {
      CAPTURE(command);
      const Outcome outcome = home.run(command, "http://127.0.0.1:1");
      CHECK(outcome.out + outcome.err == printed);
      ++count;
    };
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("$ ")) {
        printed += line + '\n';
        continue;
      }
      if (!command.empty()) {
        check_printed();
      }
      command = line.substr(2);
      printed.clear();
    }
    check_printed();
  }
  CHECK(count >= 1);
}

TEST_CASE("every example of a configuration file is one") {
  const std::vector<Example> examples = all_examples();
  const Home home;
  std::size_t count = 0;
  for (const Example& example : examples) {
    const bool is_file = example.language == "toml" || (example.document.ends_with(".conf.5") &&
                                                        example.text.starts_with("url = "));
    if (is_file) {
      CAPTURE(example.text);
      write_file(home.root / "example.toml", home.at_home(example.text));
      const Outcome outcome =
          run(program, {.arguments = {"runner-installed", "--flavor", "small", "--duration", "1",
                                      "-n", "--config", home.root / "example.toml"}});
      CHECK(outcome.err.empty());
      CHECK(outcome.status == 0);
      ++count;
    }
  }
  CHECK(count >= 3);
}

TEST_SUITE_END();
