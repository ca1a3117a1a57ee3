// The dashboard and the alerts in examples/grafana: what their queries read is there, all that is
// there has a panel, and queries.logql has each of them as Loki takes it.
#include "event/catalogue.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"
#include "support/yaml.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

namespace json = boost::json;
using Names = std::set<std::string>;

const std::string directory = "examples/grafana/";

struct Query {
  std::string user; // what it is for
  std::string text;
  std::string legend{};
};

std::string text_of(const json::value& value) {
  return std::string{value.as_string()};
}

json::value dashboard() {
  return json::parse(read_file(source_directory + '/' + directory + "dashboard.json"));
}

// The panels in the order in which they are seen; a closed row holds its own.
std::vector<json::value> panels() {
  std::vector<json::value> all;
  const json::value board = dashboard();
  for (const json::value& panel : board.at("panels").as_array()) {
    if (panel.at("type") == "row") {
      const json::array& own = panel.at("panels").as_array();
      all.insert(all.end(), own.begin(), own.end());
    } else {
      all.push_back(panel);
    }
  }
  return all;
}

// The alert rules of all groups.
std::vector<json::value> alerts() {
  std::vector<json::value> all;
  const json::value file = parse_yaml(read_file(source_directory + '/' + directory + "rules.yaml"));
  for (const json::value& group : file.at("groups").as_array()) {
    const json::array& rules = group.at("rules").as_array();
    all.insert(all.end(), rules.begin(), rules.end());
  }
  return all;
}

std::vector<Query> panel_queries() {
  std::vector<Query> queries;
  for (const json::value& panel : panels()) {
    for (const json::value& target : panel.at("targets").as_array()) {
      const json::value* const given = target.as_object().if_contains("legendFormat");
      const std::string legend = given == nullptr ? "" : text_of(*given);
      const std::string which = legend.empty() || legend.front() == '{' ? "" : ", " + legend;
      queries.push_back({text_of(panel.at("title")) + which, text_of(target.at("expr")), legend});
    }
  }
  return queries;
}

std::vector<Query> alert_queries() {
  std::vector<Query> queries;
  for (const json::value& rule : alerts()) {
    queries.push_back({text_of(rule.at("alert")), text_of(rule.at("expr"))});
  }
  return queries;
}

std::vector<Query> all_queries() {
  std::vector<Query> queries = panel_queries();
  const std::vector<Query> of_alerts = alert_queries();
  queries.insert(queries.end(), of_alerts.begin(), of_alerts.end());
  return queries;
}

// What an expression captures wherever it is in a text.
std::vector<std::string> captures(const std::string& text, const std::string& expression) {
  const std::regex regex{expression};
  std::vector<std::string> all;
  for (std::sregex_iterator it{text.begin(), text.end(), regex}, end; it != end; ++it) {
    all.push_back((*it)[1]);
  }
  return all;
}

Names split(const std::string& list) {
  const std::vector<std::string> names = captures(list, R"((\w+))");
  return {names.begin(), names.end()};
}

// The labels that the result of a query has.
Names groups_of(const std::string& query) {
  Names names;
  for (const std::string& list : captures(query, R"(\bby \(([^)]*)\))")) {
    names.merge(split(list));
  }
  return names;
}

// What a query reads of the lines, by the names that Loki gives.
Names fields_of(const std::string& query) {
  Names names = groups_of(query);
  for (const char* reads : {R"(\| unwrap (\w+))", R"re(\| (\w+)(?:=~|!=|=)")re"}) {
    for (const std::string& name : captures(query, reads)) {
      names.insert(name);
    }
  }
  names.erase("__error__");
  return names;
}

// The built-in events that a query is about.
std::vector<EventType> types_of(const std::string& query) {
  std::vector<EventType> types;
  for (const EventType& type : built_in_events()) {
    const std::vector<std::string> patterns = captures(query, R"re(\| event=~?"([^"]*)")re");
    if (patterns.empty() || std::ranges::any_of(patterns, [&type](const std::string& pattern) {
          return std::regex_match(std::string{type.name}, std::regex{pattern});
        })) {
      types.push_back(type);
    }
  }
  return types;
}

// What Loki calls a field.
std::string loki_name(const Field& field) {
  std::string name{field.name};
  std::ranges::replace(name, '.', '_');
  return name;
}

Names members_of(const EventType& type) {
  Names names{"event"};
  for (const Field& field : type.fields) {
    names.insert(loki_name(field));
  }
  return names;
}

// The variables of the dashboard with what they stand for at first, and Grafana's own.
std::map<std::string, std::string> variables() {
  std::map<std::string, std::string> values{{"__interval", "1h"}, {"__range", "1h"}};
  const json::value board = dashboard();
  for (const json::value& variable : board.at_pointer("/templating/list").as_array()) {
    const json::value* const value = variable.at("current").as_object().if_contains("value");
    values[text_of(variable.at("name"))] = value == nullptr ? "" : text_of(*value);
  }
  return values;
}

using Cells = std::set<std::pair<std::int64_t, std::int64_t>>;

// Puts a panel on the grid, where nothing else may lie.
void lay(const json::value& panel, Cells& cells) {
  const json::value& grid = panel.at("gridPos");
  const std::int64_t left = grid.at("x").as_int64();
  const std::int64_t top = grid.at("y").as_int64();
  CHECK(left + grid.at("w").as_int64() <= 24);
  for (std::int64_t x = left; x < left + grid.at("w").as_int64(); ++x) {
    for (std::int64_t y = top; y < top + grid.at("h").as_int64(); ++y) {
      REQUIRE(cells.emplace(x, y).second);
    }
  }
}

} // namespace

TEST_SUITE_BEGIN("grafana");

TEST_CASE("queries.logql has every query of the dashboard and of the alerts") {
  const Outcome queries =
      run("/usr/bin/python3", {.arguments = {"-B", source_directory + "/tests/examples/queries.py",
                                             source_directory + '/' + directory}});
  REQUIRE_MESSAGE(queries.status == 0, queries.err);
  const bool up_to_date =
      queries.out == read_file(source_directory + '/' + directory + "queries.logql");
  CHECK_MESSAGE(up_to_date, "run ./dev docs");
}

TEST_CASE("the panels have ids of their own, lie beside each other, and ask the chosen Loki") {
  std::set<std::int64_t> ids;
  Cells cells;
  const json::value board = dashboard();
  const json::value chosen{{"type", "loki"}, {"uid", "${datasource}"}};
  for (const json::value& panel : board.at("panels").as_array()) {
    CAPTURE(panel.at("title"));
    CHECK(ids.insert(panel.at("id").as_int64()).second);
    lay(panel, cells);
    if (panel.at("type") == "row") {
      Cells below; // where those of a closed row lie once it is opened
      for (const json::value& own : panel.at("panels").as_array()) {
        CHECK(ids.insert(own.at("id").as_int64()).second);
        CHECK(own.at_pointer("/gridPos/y").as_int64() > panel.at_pointer("/gridPos/y").as_int64());
        lay(own, below);
      }
    }
  }
  for (const json::value& panel : panels()) {
    CAPTURE(panel.at("title"));
    CHECK(panel.at("datasource") == chosen);
    CHECK_FALSE(text_of(panel.at("description")).empty());
  }
  for (const json::value& variable : board.at_pointer("/templating/list").as_array()) {
    if (variable.at("type") == "query") {
      CHECK(variable.at("datasource") == chosen);
    }
  }
}

TEST_CASE("figures come first, and all rows but the first two are closed") {
  const json::value board = dashboard();
  std::vector<json::value> rows;
  std::vector<std::string> first;
  for (const json::value& panel : board.at("panels").as_array()) {
    if (panel.at("type") == "row") {
      rows.push_back(panel);
    } else if (rows.size() == 1) {
      first.push_back(text_of(panel.at("type")));
    }
  }
  CHECK(first == std::vector<std::string>(4, "stat"));
  REQUIRE(rows.size() > 2);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].at("title"));
    CHECK(rows[i].at("collapsed").as_bool() == (i >= 2));
    CHECK(rows[i].at("panels").as_array().empty() == (i < 2));
  }
}

TEST_CASE(
    "counts are those of a minute or more, gaps stay gaps, and repositories are the first 15") {
  for (const json::value& panel : panels()) {
    CAPTURE(panel.at("title"));
    if (panel.at("type") == "timeseries") {
      const json::object& custom = panel.at_pointer("/fieldConfig/defaults/custom").as_object();
      CHECK(panel.as_object().contains("interval"));
      if (custom.contains("drawStyle")) {
        CHECK(panel.at("interval") == "1m");
      } else {
        CHECK(custom.at("spanNulls") == 3'600'000); // milliseconds
        CHECK(custom.at("showPoints") == "always");
      }
    }
    for (const json::value& target : panel.at("targets").as_array()) {
      const std::string query = text_of(target.at("expr"));
      CHECK((!groups_of(query).contains("repo") || query.find("topk(15, ") != query.npos));
    }
  }
}

TEST_CASE("a panel that shows what an alert is about has its limit") {
  const std::map<std::string, Names> panels_of{
      {"RunnersCrashed", {"Crashed runners now", "Crashed runners"}},
      {"InstallationsSlow", {"Installation by flavor, p95"}},
      {"JobsWaitLong", {"Waiting, p95", "Queue by flavor, p95"}},
      {"RunnersStopAbnormally", {"Abnormal ends"}},
      {"JobsFail", {"Failed jobs"}},
  };
  std::map<std::string, double> limits; // by the title of the panel
  for (const Query& query : alert_queries()) {
    const std::vector<std::string> limit = captures(query.text, R"( > ([0-9.]+)$)");
    const auto shown_in = panels_of.find(query.user);
    CAPTURE(query.user);
    REQUIRE((shown_in == panels_of.end()) == limit.empty());
    if (!limit.empty()) {
      for (const std::string& title : shown_in->second) {
        // More than no runner is one.
        limits[title] = std::max(std::stod(limit.front()), limit.front() == "0" ? 1 : 0.);
      }
    }
  }
  for (const json::value& panel : panels()) {
    const std::string title = text_of(panel.at("title"));
    CAPTURE(title);
    const json::object& defaults = panel.at("type") == "timeseries" || panel.at("type") == "stat"
                                       ? panel.at_pointer("/fieldConfig/defaults").as_object()
                                       : json::object{};
    const json::value* const thresholds = defaults.if_contains("thresholds");
    if (const auto limit = limits.find(title); limit != limits.end()) {
      REQUIRE(thresholds != nullptr);
      const json::array& steps = thresholds->at("steps").as_array();
      CHECK(steps.at(0) == json::value{{"color", "green"}, {"value", nullptr}});
      CHECK(steps.at(1).at("color") == "red");
      CHECK(steps.at(1).at("value").to_number<double>() == limit->second);
      CHECK((panel.at("type") == "stat" ||
             defaults.at("custom").at_pointer("/thresholdsStyle/mode") == "dashed"));
      limits.erase(limit);
    } else {
      CHECK((thresholds == nullptr || thresholds->at("steps").as_array().size() == 1));
    }
  }
  CHECK(limits.empty());
}

TEST_CASE("success is green, failure red, and what was cancelled grey") {
  std::map<std::string, std::string> colors;
  for (const json::value& panel : panels()) {
    if (panel.at("title") == "Conclusions") {
      for (const json::value& change : panel.at_pointer("/fieldConfig/overrides").as_array()) {
        colors[text_of(change.at_pointer("/matcher/options"))] =
            text_of(change.at_pointer("/properties/0/value/fixedColor"));
      }
    }
  }
  const std::map<std::string, std::string> expected{
      {"success", "green"}, {"failure", "red"}, {"cancelled", "#808080"}};
  CHECK(colors == expected);
  for (const json::value& panel : panels()) {
    if (panel.at("title") == "Conclusions by repository") {
      const json::value& words =
          panel.at_pointer("/fieldConfig/overrides/0/properties/1/value/0/options");
      for (const auto& [word, color] : expected) {
        CHECK(text_of(words.at(word).at("color")) == color);
      }
    }
  }
}

TEST_CASE("the choice of a data source passes over those that Grafana Cloud has for itself") {
  const json::value board = dashboard();
  const std::regex names{text_of(board.at_pointer("/templating/list/0/regex"))};
  for (const char* name : {"Loki", "loki", "grafanacloud-logs", "grafanacloud-example-logs"}) {
    CHECK(std::regex_match(name, names));
  }
  for (const char* name : {"grafanacloud-usage-insights", "grafanacloud-example-usage-insights",
                           "grafanacloud-example-alert-state-history"}) {
    CHECK_FALSE(std::regex_match(name, names));
  }
}

TEST_CASE("every variable of the dashboard is used, and every used one is there") {
  Names used;
  for (const std::string& name : captures(json::serialize(dashboard()), R"(\$\{?(\w+))")) {
    used.insert(name);
  }
  Names known;
  for (const auto& [name, value] : variables()) {
    known.insert(name);
  }
  CHECK(used == known);
  for (const Query& query : panel_queries()) {
    CAPTURE(query.text);
    CHECK(query.text.find(R"({$label=~"$value"})") != query.text.npos);
  }
  for (const Query& query : alert_queries()) {
    CAPTURE(query.text);
    CHECK(query.text.find(R"({job="metrics"})") != query.text.npos);
    CHECK(query.text.find('$') == query.text.npos);
  }
}

TEST_CASE("every query reads only fields that its events have") {
  for (const Query& query : all_queries()) {
    CAPTURE(query.text);
    const std::vector<EventType> types = types_of(query.text);
    CHECK_FALSE(types.empty());
    const bool is_of_all = types.size() == built_in_events().size();
    Names known;
    for (const EventType& type : types) {
      known.merge(members_of(type));
    }
    for (const std::string& name : fields_of(query.text)) {
      CAPTURE(name);
      CHECK(known.contains(name));
      for (const EventType& type : types) {
        CHECK((is_of_all || members_of(type).contains(name)));
      }
    }
    for (const std::string& name : captures(query.legend, R"(\{\{(\w+)\}\})")) {
      CAPTURE(name);
      CHECK(groups_of(query.text).contains(name));
    }
  }
}

TEST_CASE("every query looks for the words before it takes lines apart, and bears a bad number") {
  for (const Query& query : all_queries()) {
    CAPTURE(query.text);
    const std::size_t parsed = captures(query.text, R"((\| json\b))").size();
    const std::vector<std::string> filters =
        captures(query.text, R"re(\} \|[=~] "([^"]+)" \| json\b)re");
    CHECK(parsed > 0);
    CHECK(filters.size() == parsed);
    for (const std::string& filter : filters) {
      for (const EventType& type : types_of(query.text)) {
        const std::string words = R"("event":")" + std::string{type.name} + '"';
        CHECK(std::regex_search(words, std::regex{filter}));
      }
    }
    CHECK(captures(query.text, R"re((\| unwrap \w+ \| __error__="" \[))re").size() ==
          captures(query.text, R"((\bunwrap\b))").size());
  }
}

TEST_CASE("every event has a panel, with each of its numbers, and every text has one") {
  Names all;
  for (const EventType& type : built_in_events()) {
    Names shown;
    for (const Query& query : panel_queries()) {
      const std::vector<EventType> types = types_of(query.text);
      if (types.size() == 1 && types.front().name == type.name) {
        shown.merge(fields_of(query.text));
      }
    }
    all.insert(shown.begin(), shown.end());
    for (const Field& field : type.fields) {
      const std::string name = loki_name(field);
      const bool is_number = field.type == FieldType::number || field.type == FieldType::integer;
      CAPTURE(type.name);
      CAPTURE(name);
      CHECK((is_number ? shown : all).contains(name));
    }
  }
}

TEST_CASE("an alert compares with a number, waits, and says what there is to know") {
  Names names;
  for (const json::value& rule : alerts()) {
    CAPTURE(rule);
    Names keys;
    for (const auto& member : rule.as_object()) {
      keys.insert(member.key());
    }
    CHECK(keys == Names{"alert", "annotations", "expr", "for", "labels"});
    CHECK(names.insert(text_of(rule.at("alert"))).second);
    const std::string query = text_of(rule.at("expr"));
    CHECK(std::regex_match(query, std::regex{R"((absent_over_time\(.*\)|.* [<>] [0-9.]+))"}));
    CHECK(std::regex_match(text_of(rule.at("for")), std::regex{"[1-9][0-9]*m"}));
    CHECK_FALSE(text_of(rule.at_pointer("/labels/severity")).empty());
    const std::string words = text_of(rule.at_pointer("/annotations/summary")) + '\n' +
                              text_of(rule.at_pointer("/annotations/description"));
    for (const std::string& name : captures(words, R"(\{\{ \$labels\.(\w+) \}\})")) {
      CAPTURE(name);
      CHECK(groups_of(query).contains(name));
    }
  }
  CHECK(names.size() == 6);
}

TEST_SUITE_END();
