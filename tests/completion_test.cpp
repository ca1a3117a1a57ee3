#include "catalogue.hpp"
#include "completion.hpp"

#include "support/process.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>

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
  const Outcome outcome = run("/usr/bin/fish", {.arguments = {"--no-config", "-c", script},
                                                .environment = {{"HOME", "/nonexistent"}}});
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
}

TEST_CASE("zsh reads its script and finds its function") {
  if (missing("/usr/bin/zsh")) {
    return;
  }
  const std::string script =
      "autoload -Uz compinit; compinit -D -u; print -- $_comps[metrics-event]; "
      "autoload +X -Uz _metrics-event && whence -w _metrics-event";
  const Outcome outcome =
      run("/usr/bin/zsh",
          {.arguments = {"-f", "-c",
                         "fpath=('" + source_directory + "/completions' $fpath); " + script}});
  CHECK(outcome.err.empty());
  CHECK(outcome.out == "_metrics-event\n_metrics-event: function\n");
}

TEST_SUITE_END();
