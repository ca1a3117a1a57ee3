#include "commands/listen_options.hpp"

#include "base/exit_code.hpp"
#include "base/value.hpp"

#include <limits>

namespace metrics_event {
Parsed<std::vector<ScriptedAnswer>> parse_answers(std::string_view script) {
  const Mismatch mismatch{"statuses from 200 to 599 such as 503,429:retry-after=1,204", script};
  std::vector<ScriptedAnswer> answers;
  for (bool more = true; more;) {
    const std::size_t comma = script.find(',');
    more = comma != std::string_view::npos;
    std::string_view item = script.substr(0, comma);
    script.remove_prefix(more ? comma + 1 : script.size());

    ScriptedAnswer answer;
    if (const std::size_t colon = item.find(':'); colon != std::string_view::npos) {
      constexpr std::string_view key = "retry-after=";
      const std::string_view option = item.substr(colon + 1);
      const auto seconds = parse_count(option.starts_with(key) ? option.substr(key.size()) : "", 0,
                                       std::numeric_limits<std::uint32_t>::max());
      if (!seconds) {
        return mismatch;
      }
      answer.retry_after = *seconds;
      item = item.substr(0, colon);
    }
    const auto status = parse_count(item, 200, 599);
    if (!status) {
      return mismatch;
    }
    answer.status = static_cast<int>(*status);
    answers.push_back(answer);
  }
  return answers;
}

ListenOptions listen_options(const CommandOptions& given, const Resolved& resolved) {
  constexpr auto largest_count = std::numeric_limits<std::int64_t>::max();
  ListenOptions options;
  options.address = given.text("address");
  options.port = static_cast<std::uint16_t>(
      CommandOptions::parsed("port", parse_count(given.text("port"), 0, 65535)));
  if (const std::string_view count = given.text("count"); !count.empty()) {
    options.count = CommandOptions::parsed("count", parse_count(count, 1, largest_count));
  }
  if (resolved.origins.at("timeout").source == Origin::Source::flag) {
    options.timeout = resolved.settings.timeout;
  }
  options.answers = CommandOptions::parsed("respond", parse_answers(given.text("respond")));
  options.output = resolved.settings.output;
  options.verbose = resolved.settings.verbose;
  return options;
}

} // namespace metrics_event
