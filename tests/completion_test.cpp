#include "catalogue.hpp"
#include "completion.hpp"

#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <stdlib.h>

#include <filesystem>
#include <set>
#include <sstream>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

using Words = std::set<std::string>;

Words words_of(const std::string& text) {
  std::istringstream lines{text};
  Words words;
  for (std::string word; lines >> word;) {
    words.insert(word);
  }
  return words;
}

// What bash offers when the last of these words is being completed.
Words bash_offers(const std::string& words) {
  const std::string script = "source '" + source_directory +
                             "/completions/metrics-event.bash'; COMP_WORDS=(metrics-event " +
                             words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _metrics_event; "
                             "printf '%s\\n' \"${COMPREPLY[@]}\"";
  const Outcome outcome = run("/bin/bash", {.arguments = {"--norc", "-c", script}});
  CHECK(outcome.err.empty());
  CHECK(outcome.status == 0);
  return words_of(outcome.out);
}

// What fish offers at the end of this command line, without its descriptions.
Words fish_offers(const std::string& line) {
  const std::string script = "source '" + source_directory +
                             "/completions/metrics-event.fish'; complete -C 'metrics-event " +
                             line + "' | string replace -r '\\t.*' ''; true";
  const TemporaryDirectory home; // in which fish leaves things
  const Outcome outcome = run("/usr/bin/fish", {.arguments = {"--no-config", "-c", script},
                                                .environment = {{"HOME", home.path()}}});
  CHECK(outcome.status == 0);
  return words_of(outcome.out);
}

bool missing(const std::string& shell) {
  if (std::filesystem::exists(shell)) {
    return false;
  }
  MESSAGE("SKIPPED: no ", shell, " here");
  return true;
}

const Words installed_fields{"--flavor", "--duration", "--timestamp"};

} // namespace

TEST_SUITE_BEGIN("completion");

TEST_CASE("bash offers events first, then fields and options, then values") {
  CHECK(bash_offers("run") == Words{"runner-installed", "runner-start", "runner-stop"});
  CHECK(bash_offers("--timeout 1s rec") == Words{"reconciliation"});
  CHECK(bash_offers("--best") == Words{"--best-effort"});
  CHECK(bash_offers("runner-installed --du") == Words{"--duration"});
  CHECK(bash_offers("runner-installed --flavor small --output js") == Words{"json"});
  CHECK(bash_offers("runner-installed --output = t") == Words{"text"});
  CHECK(bash_offers("runner-installed --output =") == Words{"json", "text"});
  CHECK(bash_offers("listen --re") == Words{"--respond"});
  CHECK(bash_offers("runner-installed --flavor ''").empty());
  CHECK(bash_offers("xyzzy").empty());
  const Words all = bash_offers("runner-installed ''");
  for (const std::string& field : installed_fields) {
    CHECK(all.contains(field));
  }
  CHECK_FALSE(all.contains("--idle"));
  CHECK(bash_offers("listen --ti") == Words{"--timeout"});
  CHECK(bash_offers("listen --dry").empty());
}

TEST_CASE("fish offers the same") {
  if (missing("/usr/bin/fish")) {
    return;
  }
  CHECK(fish_offers("run") == Words{"runner-installed", "runner-start", "runner-stop"});
  CHECK(fish_offers("runner-installed --du") == Words{"--duration"});
  CHECK(fish_offers("runner-installed --output ") == Words{"json", "text"});
  CHECK(fish_offers("listen --re") == Words{"--respond"});
  CHECK(fish_offers("runner-installed --flavor ").empty());
  CHECK_FALSE(fish_offers("runner-installed --").contains("--idle"));
  CHECK(fish_offers("listen --ti") == Words{"--timeout"});
  CHECK(fish_offers("listen --dry").empty());
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
  // Types each line and a TAB into an interactive shell, and waits for what must appear. The words
  // that are typed do not match the pattern themselves; the limit of run() ends it when nothing
  // does.
  const std::string script = R"(
    zmodload zsh/zpty
    zpty -b shell 'zsh -f -i'
    zpty -w shell "unsetopt prompt_cr; PS1='ready:'; fpath=('$1' \$fpath); autoload -Uz compinit; compinit -D -u"
    zpty -w shell "bindkey '^I' complete-word; setopt no_list_ambiguous; print set\up"
    zpty -r shell heard '*setup*ready:'
    expect() {
      zpty -w -n shell "metrics-event $1"$'\t'
      zpty -r shell heard "*$2*" && print -- "$1 -> $2"
      zpty -w -n shell $'\x15'
    }
    expect 'recon' 'reconciliation'
    expect 'runner-installed --flav' '--flavor'
    expect 'runner-installed -n --timeout 1s --dur' '--duration'
    expect 'runner-installed --output=j' '--output=json'
    expect 'runner-installed --label a=b --lab' '--label*--label'
    expect 'listen --timeout 1s --resp' '--respond'
  )";
  const Outcome outcome = run(
      "/usr/bin/zsh", {.arguments = {"-f", "-c", script, "zsh", source_directory + "/completions"},
                       .environment = {{"TERM", "dumb"}, {"PATH", "/usr/bin:/bin"}}});
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "recon -> reconciliation\n"
                       "runner-installed --flav -> --flavor\n"
                       "runner-installed -n --timeout 1s --dur -> --duration\n"
                       "runner-installed --output=j -> --output=json\n"
                       "runner-installed --label a=b --lab -> --label*--label\n"
                       "listen --timeout 1s --resp -> --respond\n");
}

TEST_SUITE_END();
