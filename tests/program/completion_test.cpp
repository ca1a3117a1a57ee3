#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <sstream>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

using Lines = std::vector<std::string>;
using Words = std::set<std::string>;

Lines lines_of(const std::string& text) {
  std::istringstream stream{text};
  Lines lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

constexpr std::string_view disk_full =
    R"json({"description": "a disk `touch pwned`\n$(touch pwned) is full", "properties": {
      "level": {"type": "string", "description": "how [bad]: it's", "enum": ["warn", "a b",
        "$(touch pwned)", "`touch pwned`", "*", "'q", "\"d"]},
      "disk": {"enum": ["sd:a", "sd:b", "by=id"]},
      "ok": {"type": "boolean"}}})json";

// Debian's package for bash, which completes COMMAND by what is known of it.
constexpr const char* bash_completion_package = "/usr/share/bash-completion/bash_completion";

// A user with declared events, in a directory with some files.
struct User {
  TemporaryDirectory root;
  std::string path = root.path().string();
  std::string completions = source_directory + "/completions/";
  std::string setup{}; // what the shell does first
  std::string load_bash = "source '" + completions + "metrics-event.bash'";
  std::string load_fish = "source '" + completions + "metrics-event.fish'";
  std::string load_zsh =
      "fpath=('" + completions + "' $fpath); autoload -Uz compinit; compinit -D -u";
  std::map<std::string, std::string> environment{
      {"HOME", path},    {"INPUTRC", "/dev/null"}, {"PATH", path + "/bin:/usr/bin:/bin"},
      {"PS1", "ready:"}, {"TERM", "dumb"},         {"XDG_CONFIG_HOME", path}};

  User() {
    for (const char* directory :
         {"bin", "shells", "cwd", "cwd/more events", "metrics-event/events.d"}) {
      std::filesystem::create_directories(path + '/' + directory);
    }
    std::filesystem::create_symlink(plain_program, path + "/bin/metrics-event");
    std::filesystem::create_symlink("/usr/bin/zsh", path + "/shells/zsh");
    write_file(path + "/cwd/a file", "");
    write_file(path + "/cwd/other", "");
    declare("disk-full", disk_full);
    declare("reconciliation",
            R"({"description": "rounds", "properties": {"round": {"type": "integer"}}})");
    declare("broken", "{");
    declare("built", R"({"properties": {
        "version": {"type": "string", "examples": ["1.0", "2.0 rc"], "description": "of it"},
        "kinds": {"type": "array", "items": {"enum": ["fast", "slow"]}},
        "shade": {"type": "string", "examples": ["dark", "light"]},
        "extra": {"type": "object", "examples": [{"a":1}]}}, "required": ["version"]})");
    write_file(path + "/cwd/more events/runner-start.json",
               R"({"properties": {"shape": {"type": "string", "enum": ["round", "flat"]}}})");
  }

  void declare(const std::string& name, std::string_view schema) {
    write_file(path + "/metrics-event/events.d/" + name + ".json", schema);
  }

  // The program is not found, wherever this machine may have one.
  void hide_program() { environment["PATH"] = path + "/shells"; }

  bool was_harmed() const { return std::filesystem::exists(path + "/cwd/pwned"); }

  Outcome run_shell(const std::string& shell, Lines arguments, const std::string& input = "") {
    return run(shell, {.arguments = std::move(arguments),
                       .environment = environment,
                       .input = input,
                       .limit = std::chrono::minutes{1}});
  }

  // What these keys make of the line in an interactive bash.
  std::string bash(const std::string& keys) {
    const Outcome outcome = run_shell("/bin/bash", {"--norc", "--noprofile", "-i"},
                                      "cd '" + path + "/cwd'; " + setup + load_bash + '\n' +
                                          R"(command_not_found_handle() { printf 'not found'; }; )"
                                          R"(bind -x '"\C-x\C-p": printf %s "$READLINE_LINE"')"
                                          "\n" +
                                          keys + "\x18\x10\x05\x15 exit 0\n");
    const std::size_t begin = std::min(outcome.err.find("ready:"), outcome.err.size());
    const std::string said = outcome.err.substr(begin); // with the echo of what is typed
    CAPTURE(said);
    CHECK(said.find("bash: ") == std::string::npos);
    CHECK(said.find("metrics-event: ") == std::string::npos);
    CHECK(outcome.status == 0);
    return outcome.out;
  }

  // All that bash offers for the last word; readline puts it in its place.
  Words bash_offers(const std::string& line) {
    const std::string all = bash(line + "\x1b*");
    const std::string kept = line.substr(0, line.rfind(' ') + 1);
    if (all == line) {
      return {};
    }
    REQUIRE(all.starts_with(kept));
    Words words;
    std::istringstream stream{all.substr(kept.size())};
    for (std::string word; stream >> word;) {
      words.insert(word);
    }
    return words;
  }

  // What fish offers at the end of this line, without its descriptions.
  Words fish_offers(const std::string& line) {
    const std::string script = "cd '" + path + "/cwd'; " + setup + load_fish +
                               "; complete -C $argv | string replace -r '\\t.*' ''; true";
    const Outcome outcome = run_shell("/usr/bin/fish", {"--no-config", "-c", script, line});
    CHECK(outcome.err.empty());
    CHECK(outcome.status == 0);
    const Lines words = lines_of(outcome.out);
    return {words.begin(), words.end()};
  }

  // What a TAB makes of each line in an interactive zsh.
  Lines zsh(const Lines& typed) {
    const std::string script = R"(
      zmodload zsh/zpty
      zpty -b shell 'zsh -f -i'
      zpty -w shell "unsetopt prompt_cr; PS1='ready:'; cd '$1'"
      zpty -w shell $2
      zpty -w shell "bindkey '^I' complete-word"
      zpty -w shell "dump() { print -r -- \"LINE=\$BUFFER=END\" }; zle -N dump; bindkey '^X^P' dump"
      zpty -w shell "setopt prompt_subst; unsetopt auto_remove_slash; print set\up"
      zpty -r shell heard '*setup*ready:'
      while IFS= read -r line; do
        zpty -w -n shell "$line"$'\t\x18\x10\x15'
        zpty -r shell heard '*=END*'
        [[ $heard == *(:<->|metrics-event):\ * ]] && print -rn -- 'noise: '
        print -r -- ${${heard##*LINE=}%=END*}
      done
    )";
    std::string input;
    for (const std::string& line : typed) {
      input += line + '\n';
    }
    const Outcome outcome = run_shell(
        "/usr/bin/zsh", {"-f", "-c", script, "zsh", path + "/cwd", setup + load_zsh}, input);
    CHECK(outcome.status == 0);
    return lines_of(outcome.out);
  }
};

bool missing(const std::string& shell) {
  if (std::filesystem::exists(shell)) {
    return false;
  }
  MESSAGE("SKIPPED: no ", shell, " here");
  return true;
}

struct Case {
  std::string line; // after the program's name
  Words offers;
};

const Case built_in_cases[]{
    {"run", {"runner-installed", "runner-start", "runner-stop"}},
    {"--timeout 1s rec", {"reconciliation"}},
    {"--on success ba", {"batch"}},
    {"--best", {"--best-effort"}},
    {"runner-installed --du", {"--duration", "--duration-since"}},
    {"runner-installed --flavor small --output js", {"json"}},
    {"runner-installed --flavor ", {}},
    {"runner-installed --quiet --fla", {"--flavor"}},
    {"runner-installed --idle", {}},
    {"send runner-installed --fla", {"--flavor"}},
    {"send runner-st", {"runner-start", "runner-stop"}},
    {"listen --re", {"--respond"}},
    {"listen --ti", {"--timeout"}},
    {"listen --dry", {}},
    {"check --dry", {}},
    {"flush --dry", {"--dry-run"}},
    {"batch --on", {}},
    {"version --", {"--help", "--version"}},
    {"help exit", {"exit-statuses"}},
    {"help runner-st", {"runner-start", "runner-stop"}},
    {"runner-stop --status ", {"abnormal", "normal"}},
    {"runner-stop --github-event pu", {"pull_request", "push"}},
    {"runner-installed -o ", {"json", "text"}},
    {"runner-stop -no j", {"json"}},
    {"send thing --lab", {"--label"}},
    {"batch --nu", {"--null"}},
    {"batch --entry-time ", {"event", "now"}},
    {"check --se", {"--send"}},
    {"check --send --wa", {"--wait"}},
    {"check --nul", {}},
    {"flush --event rec", {"reconciliation"}},
    {"flush --event reconciliation --older", {"--older-than"}},
    {"flush --list --older", {"--older-than"}},
    {"completion ", {"bash", "fish", "zsh"}},
    {"runner-stop --flavor small --fl", {}},
    {"runner-stop --job-duration=3 --job-d", {}},
    {"runner-stop --label a=b --lab", {"--label"}},
    {"schema rec", {"reconciliation"}},
    {"schema reconciliation --outp", {"--output"}},
    {"schema --output ", {"json", "text"}},
    {"schema reconciliation rec", {}},
    {"schema reconciliation --log", {"--logql"}},
    {"xyzzy", {}},
};

// Without the program nothing is offered.
const char* const silent_lines[]{"recon", "ba", "runner-installed --flav", "completion "};

const Case declared_cases[]{
    {"dis", {"disk-full"}},
    {"broken", {}},
    {"disk-full --le", {"--level"}},
    {"disk-full --level w", {"warn"}},
    {"send disk-full --level w", {"warn"}},
    {"disk-full --ok ", {"false", "true"}},
    {"disk-full --disk by", {"by=id"}},
    {"broken --le", {}},
    {"built vers", {"version="}},
    {"built version=1", {"version=1.0"}},
    {"built --shade ", {"dark", "light"}},
    {"built --shade=l", {"--shade=light"}},
    {"built --kinds ", {"fast", "slow"}},
    {"built --kinds fast --kin", {"--kinds"}},
    {"built ext", {"extra:="}},
    {"reconciliation --ro", {"--round"}},
    {"reconciliation --fla", {}},
    {"runner-installed --fla", {"--flavor"}},
    {"--events more\\ events runner-start --sh", {"--shape"}},
    {"--events='more events' runner-start --sh", {"--shape"}},
    {"--events \"more events\" runner-start --shape ", {"flat", "round"}},
    {"--events /nowhere runner-installed --fla", {"--flavor"}},
};

} // namespace

TEST_SUITE_BEGIN("completion");

TEST_CASE("bash offers commands, options and their values, and the events that the program lists") {
  User user;
  for (const Case& expected : built_in_cases) {
    CAPTURE(expected.line);
    CHECK(user.bash_offers("metrics-event " + expected.line) == expected.offers);
  }
  CHECK(user.bash("metrics-event runner-installed --output=\x1b*") ==
        "metrics-event runner-installed --output=text json ");
  CHECK(user.bash("metrics-event flush --event=rec\t") ==
        "metrics-event flush --event=reconciliation ");
  user.hide_program();
  for (const std::string line : silent_lines) {
    CAPTURE(line);
    CHECK(user.bash_offers("metrics-event " + line).empty());
  }
}

TEST_CASE("bash completes files, directories and COMMAND") {
  User user;
  const std::pair<std::string, std::string> cases[]{
      {"--config a", "--config a\\ file "},
      {"--password-file=o", "--password-file=other "},
      {"--events m", "--events more\\ events/"},
      {"--events=", "--events=more\\ events/"},
      {"--spool=m", "--spool=more\\ events/"},
      {"batch -0 o", "batch -0 other "},
      {"batch --resume other o", "batch --resume other other "},
      {"check --ca-cert=a", "check --ca-cert=a\\ file "},
      {"flush --key 'a", "flush --key 'a file' "},
      {"listen --config=\"a", "listen --config=\"a file\" "},
      {"runner-installed --timestamp @o", "runner-installed --timestamp @other "},
      {"runner-installed --duration-since=@m", "runner-installed --duration-since=@more\\ events/"},
      {"send thing key=@o", "send thing key=@other "},
      {"runner-installed key:=@a", "runner-installed key:=@a\\ file "},
      {"runner-installed -- truncat", "runner-installed -- truncate "},
      {"runner-installed -- cat o", "runner-installed -- cat other "},
  };
  for (const auto& typed : cases) {
    CAPTURE(typed.first);
    CHECK(user.bash("metrics-event " + typed.first + '\t') == "metrics-event " + typed.second);
  }
}

TEST_CASE("bash completes COMMAND by what bash-completion knows of it") {
  if (missing(bash_completion_package)) {
    return;
  }
  User user;
  user.setup = std::string{"source "} + bash_completion_package + "; ";
  const std::pair<std::string, std::string> cases[]{
      {"runner-installed -- truncat", "runner-installed -- truncate "},
      {"runner-installed -- dd if=o", "runner-installed -- dd if=other "},
      {"--label=a=b runner-installed --flavor \"a b\" -- dd of=a",
       "--label=a=b runner-installed --flavor \"a b\" -- dd of=a\\ file "},
      {"send x -- metrics-event disk-full --level w",
       "send x -- metrics-event disk-full --level warn "},
      {"disk-full --level=w", "disk-full --level=warn "},
      {"--events=m", "--events=more\\ events/"},
  };
  for (const auto& typed : cases) {
    CAPTURE(typed.first);
    CHECK(user.bash("metrics-event " + typed.first + '\t') == "metrics-event " + typed.second);
  }
}

TEST_CASE("bash completes values with what readline splits words at") {
  User user;
  for (const std::string flag : {"--disk ", "--disk="}) {
    CAPTURE(flag);
    const std::string line = "metrics-event disk-full " + flag;
    CHECK(user.bash(line + "s\t") == line + "sd:");
    CHECK(user.bash(line + "sd:\x1b*") == line + "sd:a b ");
    CHECK(user.bash(line + "b\t") == line + "by=id ");
    CHECK(user.bash(line + "by=\t") == line + "by=id ");
  }
}

TEST_CASE("what completion prints works where it is read") {
  User user;
  user.load_bash = "eval \"$(metrics-event completion bash)\"";
  CHECK(user.bash_offers("metrics-event dis") == Words{"disk-full"});
  if (!missing("/usr/bin/fish")) {
    user.load_fish = "metrics-event completion fish | source";
    CHECK(user.fish_offers("metrics-event dis") == Words{"disk-full"});
  }
  if (!missing("/usr/bin/zsh")) {
    const std::string compinit = "autoload -Uz compinit; compinit -D -u; ";
    for (const char* load :
         {"source <(metrics-event completion zsh)", "eval \"$(metrics-event completion zsh)\""}) {
      user.load_zsh = compinit + load;
      CHECK(user.zsh({"metrics-event dis", "metrics-event disk-full --lev"}) ==
            Lines{"metrics-event disk-full ", "metrics-event disk-full --level="});
    }
  }
}

TEST_CASE("no shell says a word when something is wrong") {
  User user;
  user.environment["METRICS_EVENT_CONFIG"] = "/nowhere";
  user.environment["METRICS_EVENT_TIMEOUT"] = "soon";
  user.environment["METRICS_EVENT_EVENTS"] = "/dev/null";
  user.environment.erase("HOME");
  const std::pair<std::string, Words> cases[]{
      {"recon", {"reconciliation"}}, {"xyzzy", {}}, {"xyzzy --le", {}}, {"broken --level w", {}}};
  Lines typed;
  Lines completed;
  for (const auto& one : cases) {
    const auto& offers = one.second;
    CAPTURE(one.first);
    typed.push_back("metrics-event " + one.first);
    completed.push_back(offers.empty() ? typed.back() : "metrics-event reconciliation ");
    user.setup = "set -u; ";
    CHECK(user.bash_offers(typed.back()) == offers);
    CHECK(user.bash_offers("~/metrics-event --events ~/x " + one.first).empty()); // is missing
    user.setup = "";
    CHECK((missing("/usr/bin/fish") || user.fish_offers(typed.back()) == offers));
  }
  CHECK((missing("/usr/bin/zsh") || user.zsh(typed) == completed));
}

TEST_CASE("bash completes what stands before the cursor") {
  User user;
  CHECK(user.bash("metrics-event rec --flavor small" + std::string(15, '\x02') + '\t') ==
        "metrics-event reconciliation --flavor small");
  CHECK(user.bash("metrics-event disk-full --level=wXYZ\x02\x02\x02\t") ==
        "metrics-event disk-full --level=warnXYZ");
  const std::string unknown = "metrics-event disk-full key:=@other";
  CHECK(user.bash(unknown + std::string(8, '\x02') + '\t') == unknown);
}

TEST_CASE("bash asks the program for what is declared") {
  User user;
  for (const Case& expected : declared_cases) {
    CAPTURE(expected.line);
    CHECK(user.bash_offers("metrics-event " + expected.line) == expected.offers);
  }
  user.hide_program();
  CHECK(user.bash_offers("~/bin/metrics-event dis") == Words{"disk-full"});
  CHECK(user.bash_offers("../bin/metrics-event dis") == Words{"disk-full"});
  CHECK(user.bash_offers("metrics-event dis").empty());
}

TEST_CASE("bash expands nothing of what a file or the line says") {
  User user;
  CHECK(user.bash("metrics-event disk-full --level \x1b*") ==
        "metrics-event disk-full --level warn a\\ b \\$\\(touch\\ pwned\\) "
        "\\`touch\\ pwned\\` \\* \\'q \\\"d ");
  CHECK(user.bash("metrics-event disk-full --level \"a\t") ==
        "metrics-event disk-full --level \"a b\" ");
  CHECK(user.bash("metrics-event disk-full --level \"\\$\t") ==
        "metrics-event disk-full --level \"\\$");
  CHECK(user.bash_offers("$(touch pwned)/metrics-event --events $(touch pwned) `touch pwned` x")
            .empty());
  CHECK_FALSE(user.was_harmed());
}

TEST_CASE("fish offers the same") {
  if (missing("/usr/bin/fish")) {
    return;
  }
  User user;
  for (const Case& expected : declared_cases) {
    CAPTURE(expected.line);
    CHECK(user.fish_offers("metrics-event " + expected.line) == expected.offers);
  }
  CHECK(user.fish_offers("metrics-event disk-full --level ") ==
        Words{"warn", "a b", "$(touch pwned)", "`touch pwned`", "*", "'q", "\"d"});
  CHECK(user.fish_offers("metrics-event disk-full --level=w") == Words{"--level=warn"});
  CHECK(user.fish_offers("metrics-event disk-full --disk sd:") == Words{"sd:a", "sd:b"});
  CHECK(user.fish_offers("metrics-event disk-full --disk=by=") == Words{"--disk=by=id"});
  CHECK(user.fish_offers("$(touch pwned)/metrics-event --events (touch pwned) dis").empty());
  CHECK_FALSE(user.was_harmed());
  CHECK(user.fish_offers("metrics-event --config a") == Words{"a file"});
  CHECK(user.fish_offers("metrics-event --events m") == Words{"more events/"});
  CHECK(user.fish_offers("metrics-event --events=") == Words{"--events=more events/"});
  CHECK(user.fish_offers("metrics-event --spool=m") == Words{"--spool=more events/"});
  CHECK(user.fish_offers("metrics-event batch o") == Words{"other"});
  CHECK(user.fish_offers("metrics-event disk-full --timestamp @o") == Words{"@other"});
  CHECK(user.fish_offers("metrics-event send thing key:=@a") == Words{"key:=@a file"});
  CHECK(user.fish_offers("metrics-event disk-full -- cat 'x y' o") == Words{"other"});
  CHECK(user.fish_offers("~/bin/metrics-event dis") == Words{"disk-full"});
  for (const Case& expected : built_in_cases) {
    CAPTURE(expected.line);
    CHECK(user.fish_offers("metrics-event " + expected.line) == expected.offers);
  }
  user.hide_program();
  for (const std::string line : silent_lines) {
    CAPTURE(line);
    CHECK(user.fish_offers("metrics-event " + line).empty());
  }
}

TEST_CASE("zsh completes in a terminal what the others do") {
  if (missing("/usr/bin/zsh")) {
    return;
  }
  const Descriptor terminal{posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!terminal) {
    MESSAGE("SKIPPED: no pseudo-terminals here");
    return;
  }
  const auto check = [](User& user, const std::vector<std::pair<std::string, std::string>>& cases) {
    Lines typed;
    Lines expected;
    for (const auto& [line, completed] : cases) {
      typed.push_back("metrics-event " + line);
      expected.push_back("metrics-event " + completed);
    }
    const Lines found = user.zsh(typed);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i] == expected[i]);
    }
    CHECK_FALSE(user.was_harmed());
  };
  User user;
  check(user,
        {
            {"dis", "disk-full "},
            {"bro", "bro"},
            {"disk-full --lev", "disk-full --level="},
            {"disk-full --level=w", "disk-full --level=warn "},
            {"disk-full --level a", "disk-full --level a\\ b "},
            {"disk-full --level \\$", "disk-full --level \\$\\(touch\\ pwned\\) "},
            {"disk-full --level \\`", "disk-full --level \\`touch\\ pwned\\` "},
            {"disk-full --ok t", "disk-full --ok true "},
            {"disk-full --disk s", "disk-full --disk sd:"},
            {"disk-full --disk=by", "disk-full --disk=by=id "},
            {"disk-full --timestamp @o", "disk-full --timestamp @other "},
            {"disk-full --fla", "disk-full --fla"},
            {"send disk-full --lev", "send disk-full --level="},
            {"send thing key:=@a", "send thing key:=@a\\ file "},
            {"reconciliation --ro", "reconciliation --round="},
            {"broken --lev", "broken --lev"},
            {"--events more\\ events runner-start --sh",
             "--events more\\ events runner-start --shape="},
            {"--events='more events' runner-start --shape=r",
             "--events='more events' runner-start --shape=round "},
            {"--events m", "--events more\\ events/"},
            {"--events=", "--events=more\\ events/"},
            {"--spool=m", "--spool=more\\ events/"},
            {"check --ca-cert=a", "check --ca-cert=a\\ file "},
            {"batch -0 o", "batch -0 other "},
            {"disk-full -- truncat", "disk-full -- truncate "},
            {"disk-full -- cat o", "disk-full -- cat other "},
            {"built vers", "built version="},
            {"built version=1", "built version=1.0 "},
            {"built version=2", "built version=2.0\\ rc "},
            {"built ext", "built extra:="},
            {"built --shade=d", "built --shade=dark "},
            {"built --kinds fast --kin", "built --kinds fast --kinds="},
            {"--events $(touch pwned) `touch pwned` x", "--events $(touch pwned) `touch pwned` x"},
        });
  check(user, {
                  {"recon", "reconciliation "},
                  {"runner-installed --flav", "runner-installed --flavor="},
                  {"runner-installed -n --timeout 1s --duration-",
                   "runner-installed -n --timeout 1s --duration-since="},
                  {"schema recon", "schema reconciliation "},
                  {"runner-installed --output=j", "runner-installed --output=json "},
                  {"runner-installed --label a=b --lab", "runner-installed --label a=b --label="},
                  {"listen --timeout 1s --resp", "listen --timeout 1s --respond="},
                  {"completion fi", "completion fish "},
                  {"batch --nul", "batch --null "},
                  {"runner-stop --flavor small --fl", "runner-stop --flavor small --fl"},
                  {"runner-stop --fl", "runner-stop --flavor="},
              });
  user.hide_program();
  check(user, {
                  {"recon", "recon"},
                  {"dis", "dis"},
                  {"runner-installed --flav", "runner-installed --flav"},
              });
}

TEST_CASE("the program says what can be completed, and nothing of what is broken") {
  User user;
  const auto offers = [&user](const Lines& words) {
    Lines arguments{"completion", "bash"};
    for (const std::string& word : words) {
      arguments.push_back("--word=" + word);
    }
    const Outcome outcome = user.run_shell(program, arguments);
    return outcome.out + outcome.err + std::to_string(outcome.status);
  };
  const auto begins = [&offers](const Lines& words, const std::string& text) {
    const std::string all = offers(words);
    CAPTURE(all);
    CHECK(all.starts_with(text));
  };
  CHECK(offers({"built", ""}).starts_with("version=\tof it\t\n--kinds\t"));
  CHECK(offers({"built", ""}).find("\nextra:=\t\t\n") != std::string::npos);
  CHECK(offers({"built", "version="}) == "version=1.0\t\t\nversion=2.0 rc\t\t\n0");
  CHECK(offers({"built", "extra:="}) == "extra:={\"a\":1}\t\t\n0");
  begins({"run"}, "runner-installed\ta runner was installed and is ready\t\n"
                  "runner-start\ta runner started a job\t\n"
                  "runner-stop\ta runner finished a job\t\n"
                  "reconciliation\trounds\t\n"
                  "built\t\t\n"
                  "disk-full\ta disk `touch pwned` $(touch pwned) is full\t\n"
                  "send\tsend an event of any name, with any fields\t\n");
  const std::string timestamp = "--timestamp\twhen it happened (default now)\tTIME\n";
  begins({"disk-full", "-"}, "--level\thow [bad]: it's\tTEXT\n"
                             "--disk\t\tsd:a|sd:b|by=id\n"
                             "--ok\t\ttrue|false\n" +
                                 timestamp + "--url\t");
  begins({"RunnerInstalled", "-"},
         "--flavor\tthe type of runner, such as its size\tTEXT\n"
         "--duration\thow long the installation took\tSECONDS\n"
         "--duration-since\tthe start time, instead of the seconds\tTIME\n" +
             timestamp + "--url\t");
  // What must be given comes first, and what is given is offered no more.
  begins({"runner-stop", "--flavor", "f", "--repo=r", ""},
         "--workflow\tthe workflow that the job belongs to; also from GITHUB_WORKFLOW\tTEXT\n"
         "--github-event\tthe event that triggered the workflow; also from "
         "GITHUB_EVENT_NAME\tTEXT\n"
         "--status\thow the runner ended\tTEXT\n"
         "--job-duration\thow long the job ran\tSECONDS\n"
         "--job-duration-since\tthe start time, instead of the seconds\tTIME\n"
         "--status-info-code\t");
  CHECK(offers({"disk-full", "--disk", ""}) == "sd:a\t\t\nsd:b\t\t\nby=id\t\t\n0");
  CHECK(offers({"disk-full", "--ok="}) == "--ok=true\t\t\n--ok=false\t\t\n0");
  CHECK(offers({"--config="}) == "\tfiles\t--config=\n0");
  CHECK(offers({"--events", ""}) == "\tdirectories\t\n0");
  CHECK(offers({"disk-full", "--timestamp", "@"}) == "\tfiles\t@\n0");
  CHECK(offers({"disk-full", "key:=@"}) == "\tfiles\tkey:=@\n0");
  CHECK(offers({"disk-full", "--level"}).starts_with("--level\t"));
  CHECK(offers({"disk-full", "--xyzzy="}) == "0");
  CHECK(offers({"broken", "--le"}).find("--level\t") == std::string::npos);
  begins({"--events", user.path + "/cwd/more events", "runner-start", "-"},
         "--shape\t\tround|flat\n" + timestamp);
  begins({"--events", "/nowhere", "reconciliation", "-"}, "--flavor\t");
}

TEST_CASE("completion prints the script that packages install") {
  const auto completion = [](Lines arguments) {
    arguments.insert(arguments.begin(), "completion");
    const Outcome outcome = run(program, {.arguments = std::move(arguments)});
    return outcome.out + outcome.err + std::to_string(outcome.status);
  };
  for (const auto& [shell, file] :
       {std::pair{"bash", "metrics-event.bash"}, std::pair{"zsh", "_metrics-event"},
        std::pair{"fish", "metrics-event.fish"}}) {
    CHECK(completion({shell}) == read_file(source_directory + "/completions/" + file) + '0');
  }
  CHECK(completion({}) ==
        "metrics-event: error: completion needs SHELL; see metrics-event completion --help\n64");
  for (const Lines& words : {Lines{"tcsh"}, Lines{"tcsh", "--word="}}) {
    CHECK(completion(words) ==
          "metrics-event: error: completion: expected bash, zsh or fish, got \"tcsh\"\n64");
  }
}

TEST_SUITE_END();
