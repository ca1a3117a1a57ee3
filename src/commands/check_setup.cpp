#include "commands/check_setup.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"
#include "commands/flush_advice.hpp"
#include "commands/spool_files.hpp"
#include "loki/host.hpp"
#include "settings/places.hpp"
#include "settings/rules.hpp"
#include "spool/spool.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

using Result = Finding::Result;

constexpr std::size_t most_spool_findings = 10;

// Warns of the first files in a box that are not entries. Only those with the name of an entry are
// not looked at, because there may be a million.
void add_strangers(const Spool& spool, Box box, std::vector<Finding>& findings) {
  SpoolListing strangers{.others = spool.list(box).others};
  for_each_file(
      spool, box, strangers, [&](Box, const std::string& file, int, const DecodedRecord& record) {
        if (!record && findings.size() < most_spool_findings) {
          findings.push_back({"spool", Result::warning,
                              quote(path_in(box, file)) + " is not an entry: " + record.error()});
        }
      });
}

std::vector<Finding> findings_of_waiting(const SpoolPlace& place) {
  const auto spool = Spool::find(place.directory);
  const std::uint64_t waiting = spool ? spool->count(Box::waiting) + spool->count(Box::trying) : 0;
  const std::uint64_t refused = spool ? spool->count(Box::refused) : 0;
  std::vector<Finding> findings;
  if (waiting > 0) {
    findings.push_back({"spool", Result::note,
                        std::to_string(waiting) + (waiting == 1 ? " entry is" : " entries are") +
                            " waiting for metrics-event flush"});
  }
  if (refused > 0) {
    findings.push_back({"spool", Result::warning,
                        std::to_string(refused) + (refused == 1 ? " entry was" : " entries were") +
                            " refused; see metrics-event flush --list --refused"});
  }
  if (spool) {
    add_strangers(*spool, Box::waiting, findings);
    add_strangers(*spool, Box::trying, findings);
  }
  if (!spool && !PrivateDirectory::could_be_made(place.directory, place.is_usual)) {
    findings.push_back({"spool", Result::warning,
                        "cannot be created: its parent directory is missing or cannot be entered"});
    return findings;
  }
  if (findings.empty()) {
    findings.push_back(
        {"spool", Result::ok, spool ? "is empty" : "will be created when it is needed"});
  }
  if (const std::string advice = flush_advice(place); !advice.empty()) {
    findings.push_back({"spool", Result::warning, advice});
  }
  return findings;
}

} // namespace

std::vector<Finding> findings_of_variables(std::span<const std::string> names) {
  std::vector<std::string> known;
  for (const Setting& setting : all_settings()) {
    known.push_back(variable_name(setting));
  }
  const std::vector<std::string_view> views{known.begin(), known.end()};
  std::vector<Finding> findings;
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      findings.push_back({"environment", Result::warning,
                          quote(name) + " does not name a setting" + did_you_mean(name, views)});
    }
  }
  return findings;
}

std::vector<Finding> findings_of_events(const EventTypes& types,
                                        std::span<const Command> commands) {
  std::vector<Finding> findings;
  for (const EventTypes::Listed& listed : types.all()) {
    if (!listed.trouble.empty()) {
      findings.push_back({"events", Result::warning, listed.trouble});
    } else if (!listed.origin.empty()) {
      const bool is_hidden = find_command(commands, listed.name) != nullptr;
      findings.push_back(
          {"events", is_hidden ? Result::warning : Result::note,
           kebab_case(listed.name) + " is declared in " + listed.origin +
               (is_hidden ? ", but that is the name of a command, so only send sends it" : "")});
    }
  }
  return findings;
}

std::vector<Finding> findings_of_switches(const Resolved& resolved) {
  const Settings& settings = resolved.settings;
  std::vector<Finding> findings;
  const auto note = [&](bool is_on, std::string_view setting, const char* text) {
    if (is_on) {
      findings.push_back(
          {setting, Result::warning, resolved.origins.at(setting).name + ": " + text});
    }
  };
  note(settings.disabled, "disabled", "events are not sent");
  note(settings.dry_run, "dry-run", "events are printed and not sent");
  note(settings.best_effort, "best-effort", "events that fail end with status 0");
  return findings;
}

std::vector<Finding> findings_of_settings(const Resolved& resolved) {
  std::vector<Finding> findings;
  for (std::string& risk : risks(resolved)) {
    findings.push_back({"safety", Result::warning, std::move(risk)});
  }
  for (std::string& mistake : misplaced_settings(resolved.settings)) {
    findings.push_back({"settings", Result::warning, std::move(mistake)});
  }
  if (const auto wildcard = first_wildcard(resolved.settings.no_proxy); !wildcard.empty()) {
    const std::string_view name = wildcard.substr(1);
    findings.push_back({"no-proxy", Result::warning,
                        resolved.origins.at("no-proxy").name + ": " + quote(wildcard) +
                            " is taken as " + quote(name) +
                            ", but curl and others match nothing "
                            "with it; write " +
                            quote(name)});
  }
  return findings;
}

std::vector<Finding> findings_of_spool(const SpoolPlace& place) {
  if (place.directory.empty()) {
    return {{"spool", Result::failed, std::string{no_usual_spool}}};
  }
  try {
    return findings_of_waiting(place);
  } catch (const Failure& failure) {
    return {{"spool", Result::warning, failure.text()}};
  }
}

} // namespace metrics_event
