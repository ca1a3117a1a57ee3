// A home that is left over from another user, as after `sudo -E`, `setpriv` or in a container: it
// cannot be entered, and counts as none.
#include "base/text.hpp"
#include "support/another_user.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace metrics_event::testing;
using metrics_event::quote;
using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

namespace {

namespace fs = std::filesystem;

// A home with a configuration file and a declared event, that may be closed.
struct Home {
  TemporaryDirectory directory;
  fs::path path = directory.path() / "home";
  fs::path config = path / ".config/metrics-event/config.toml";

  explicit Home(const std::string& text = "flavour = 'unknown key'\n") {
    fs::create_directories(config.parent_path() / "events.d");
    write_file(config, text);
  }
  static void close(const fs::path& place) { fs::permissions(place, fs::perms::none); }
};

// Runs the program as a user who is not root; nothing where that is impossible.
std::optional<Outcome> run_as_user(const Words& arguments, const Variables& variables) {
  const Start start = by_another_user(program, {.arguments = arguments, .environment = variables});
  Outcome outcome = run(start.program, start.invocation);
  if (outcome.err.starts_with("unshare: ")) {
    MESSAGE("SKIPPED: no user namespaces here");
    return std::nullopt;
  }
  return outcome;
}

Words event(const RawServer& server, const Words& more = {}) {
  Words words{"send", "disk-full", "--url", "http://127.0.0.1:" + std::to_string(server.port())};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

} // namespace

TEST_SUITE_BEGIN("homes");

TEST_CASE("an event goes although the home, or a part of it, is closed") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const auto sends = [&server](const Variables& variables) {
    const auto outcome = run_as_user(event(server), variables);
    CHECK((!outcome || outcome->err.empty()));
    CHECK((!outcome || outcome->status == 0));
  };
  for (const std::string below : {".", ".config"}) {
    CAPTURE(below);
    const Home home;
    Home::close(home.path / below);
    sends({{"HOME", home.path}});
    sends({{"HOME", home.path}, {"XDG_CONFIG_HOME", home.path / ".config"}});
    sends({{"HOME", "/nonexistent"}, {"XDG_CONFIG_HOME", home.path / ".config"}});
    sends({{"HOME", home.path}, {"XDG_STATE_HOME", home.path / ".local/state"}});
  }
}

TEST_CASE("a closed XDG directory counts as unset, so that the home is looked at") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const Home other, own{"label = ['own=yes']\n"};
  Home::close(other.path);
  const auto outcome =
      run_as_user(event(server), {{"HOME", own.path}, {"XDG_CONFIG_HOME", other.path / ".config"}});
  if (outcome) {
    CHECK(outcome->err.empty());
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].find(R"("own":"yes")") != std::string::npos);
  }
}

TEST_CASE("what exists in an open home and cannot be read is an error, 78, that names it") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  for (const std::string below : {"config.toml", "events.d"}) {
    CAPTURE(below);
    const Home home{"quiet = true\n"};
    const fs::path place = home.config.parent_path() / below;
    Home::close(place);
    const auto outcome = run_as_user(event(server), {{"HOME", home.path}});
    if (outcome) {
      CHECK(outcome->err ==
            "metrics-event: error: cannot read " + quote(place.string()) + ": permission denied\n");
      CHECK(outcome->status == 78);
    }
  }
  CHECK(server.requests().empty());
}

TEST_CASE("with a closed home the usual spool and the positions have no place") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const TemporaryDirectory files;
  write_file(files.path() / "events", "");
  const std::string start = "metrics-event: error: ";
  const std::string neither =
      "neither XDG_STATE_HOME nor HOME names a directory that can be entered";
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  for (const char* const variable : {"HOME", "XDG_STATE_HOME"}) {
    CAPTURE(variable);
    const Home home;
    Home::close(home.path);
    const Variables variables{{variable, home.path}};
    if (const auto sent = run_as_user(event(server, {"--spool"}), variables)) {
      CHECK(sent->err == start + "--spool: " + neither + "; name one for the spool\n");
      CHECK(sent->status == 64);
    }
    if (const auto resumed =
            run_as_user({"batch", "--resume", files.path() / "events", "--url", url}, variables)) {
      CHECK(resumed->err ==
            start + neither + "; set XDG_STATE_HOME to keep the positions of files\n");
      CHECK(resumed->status == 73);
    }
  }
}

TEST_CASE("COMMAND is given the home as it is") {
  const Home home;
  Home::close(home.path);
  const auto outcome = run_as_user(
      {"runner-installed", "--flavor", "small", "--disabled", "--", "/bin/sh", "-c", "echo $HOME"},
      {{"HOME", home.path}});
  if (outcome) {
    CHECK(outcome->out == home.path.string() + '\n');
    CHECK(outcome->err.empty());
    CHECK(outcome->status == 0);
  }
}

TEST_SUITE_END();
