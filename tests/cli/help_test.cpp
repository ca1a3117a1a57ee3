#include "cli/help.hpp"

#include "cli/command_line.hpp"
#include "commands/table.hpp"
#include "event/catalogue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

using namespace metrics_event;

namespace {

const EventTypes built_ins{built_in_events()};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

bool has_row(const std::string& text, std::string_view left) {
  return text.find("\n  " + std::string{left} + ' ') != std::string::npos;
}

std::string row_of(const Setting& setting) {
  return setting.has_flag()
             ? (setting.short_flag == '\0' ? "" : std::string{'-', setting.short_flag, ',', ' '}) +
                   setting.flag()
             : variable_name(setting);
}

// Types as they are with this many declared events beside the built-in ones.
EventTypes with_declared(std::size_t count) {
  const auto list = [count](std::optional<std::string_view>) {
    std::vector<EventFile> files;
    for (std::size_t i = 0; i < count; ++i) {
      files.push_back({.name = "declared_event_" + std::to_string(i), .path = "/x.json"});
    }
    return files;
  };
  static const EventType type{.name = "declared", .help = "a declared event"};
  const auto read = [](const EventFile&) {
    return Declaration{std::shared_ptr<const EventType>{&type, [](const EventType*) {}}};
  };
  return EventTypes{built_in_events(), {.list = list, .read = read}};
}

std::vector<std::string> all_texts() {
  std::vector<std::string> texts{short_help(built_ins, all_commands()),
                                 help("", built_ins, all_commands()),
                                 short_help(with_declared(100), all_commands())};
  for (const HelpTopic& topic : help_topics()) {
    texts.push_back(topic.text());
  }
  for (const EventType& type : built_in_events()) {
    texts.push_back(help(type.name, built_ins, all_commands()));
  }
  for (const Command& command : all_commands()) {
    texts.push_back(help(command.name, built_ins, all_commands()));
  }
  return texts;
}

} // namespace

TEST_SUITE_BEGIN("help");

TEST_CASE("the short help has at most 40 lines, however many events are declared") {
  for (const std::size_t count : {0U, 1U, 5U, 100U}) {
    CAPTURE(count);
    const std::string text = short_help(with_declared(count), all_commands());
    CHECK(lines_of(text).size() <= 40);
    CHECK(has_row(text, "metrics-event check") == false);
    CHECK(text.find("\n  metrics-event check\n") != std::string::npos);
    CHECK((text.find("\n  also declared-event-0") != std::string::npos) == (count > 0));
    CHECK((text.find("… (see metrics-event schema)\n") != std::string::npos) == (count > 4));
  }
}

TEST_CASE("the help of an event or a command has at most 60 lines, two examples among them") {
  std::vector<std::string_view> topics;
  for (const EventType& type : built_in_events()) {
    topics.push_back(type.name);
  }
  for (const Command& command : all_commands()) {
    topics.push_back(command.name);
  }
  for (const std::string_view topic : topics) {
    CAPTURE(topic);
    const std::vector<std::string> lines = lines_of(help(topic, built_ins, all_commands()));
    CHECK(lines.size() <= 60);
    const auto examples = std::ranges::count_if(
        lines, [](const std::string& line) { return line.starts_with("  metrics-event "); });
    CHECK((examples + (topic == "completion" ? 1 : 0) == 2 || topic == "version"));
  }
}

TEST_CASE("every line of help fits a terminal of 80 columns") {
  for (const std::string& text : all_texts()) {
    for (const std::string& line : lines_of(text)) {
      CAPTURE(line);
      CHECK(line.size() <= (line.find("…") == line.npos ? 80 : 82)); // which has three bytes
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("--help has each setting on one line, and the topic options says all of each") {
  const std::string text = help("", built_ins, all_commands());
  const std::vector<std::string> lines = lines_of(text);
  const std::string details = help_topics()[0].text();
  for (const Setting& setting : all_settings()) {
    CAPTURE(setting.name);
    CHECK(std::ranges::count_if(lines, [&setting](const std::string& line) {
            return line.starts_with("  " + row_of(setting) + ' ') &&
                   line.find(setting.help) != line.npos;
          }) == 1);
    CHECK(has_row(details, row_of(setting)));
    for (const FallbackVariable& variable : setting.fallback_variables) {
      CHECK(details.find(variable.name) != details.npos);
    }
  }
}

TEST_CASE("help speaks of every event, field, command, option and exit status") {
  const std::string text = help("", built_ins, all_commands());
  for (const EventType& type : built_in_events()) {
    CHECK(has_row(text, kebab_case(type.name)));
    const std::string about = help(type.name, built_ins, all_commands());
    for (const Field& field : type.fields) {
      CAPTURE(field.name);
      CHECK(has_row(about, "--" + kebab_case(field.name) + ' ' + placeholder(field)));
    }
    CHECK(has_row(about, "--timestamp TIME"));
  }
  for (const Command& command : all_commands()) {
    CAPTURE(command.name);
    CHECK(has_row(text, command.name) != command.is_about_program);
    for (const CommandOption& option : command.options) {
      CHECK(help(command.name, built_ins, all_commands()).find("--" + std::string{option.name}) !=
            std::string::npos);
    }
  }
  for (const ExitCodeRow& row : exit_code_table()) {
    CHECK(has_row(help_topics()[1].text(), row.number() + ' ' + std::string{row.name}));
  }
}

TEST_CASE("the examples of a declared event are what a shell takes") {
  static constexpr std::array<std::string_view, 2> levels{"don't", "b"};
  static constexpr std::array fields{
      Field{.name = "level", .choices = levels},
      Field{.name = "disk.path", .parent = "disk"},
      Field{.name = "count", .type = FieldType::integer, .minimum = "7"},
      Field{.name = "took", .type = FieldType::number, .measured = Measured::duration},
      Field{.name = "version", .has_flag = false},
      Field{.name = "repo", .variable = "REPO"},
      Field{.name = "note", .required = false},
  };
  const std::array declared{EventType{"disk_full", "a disk is full", fields}};
  const std::string text = help("disk_full", EventTypes{declared}, all_commands());
  CHECK(
      text.find("\nexamples:\n"
                "  metrics-event disk-full --level 'don'\\''t' --disk-path=\"$PATH\" --count 7 \\\n"
                "    --took 12.5 version=\"$VERSION\" --repo=\"$REPO\"\n"
                "  metrics-event disk-full --level 'don'\\''t' --disk-path=\"$PATH\" --count 7 \\\n"
                "    version=\"$VERSION\" --repo=\"$REPO\" -- ./job.sh\n\n") != std::string::npos);
}

TEST_SUITE_END();
