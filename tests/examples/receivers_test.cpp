// The configurations of receivers in examples/receivers: what makes each keep the entry time, what
// its comment tells metrics-event to set, and nginx itself.
#include "support/certificates.hpp"
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/server_program.hpp"
#include "support/temporary.hpp"
#include "support/yaml.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <sstream>

using namespace metrics_event::testing;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr auto ample = 20s;
constexpr const char* nginx = "/usr/sbin/nginx";
const fs::path directory = source_directory + "/examples/receivers";

// The configuration of metrics-event that the comment at the top of an example shows.
std::string settings_of(const std::string& text) {
  std::istringstream lines{text};
  std::string settings;
  std::smatch match;
  const std::regex setting{R"re((?:(?:#|//) {3})?([a-z-]+ = ".*"))re"};
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, setting)) {
      settings += match[1].str() + '\n';
    }
  }
  return settings;
}

Outcome send(const fs::path& settings, std::vector<std::string> options) {
  options.insert(options.begin(), {"runner-installed", "--flavor", "small", "--duration", "1",
                                   "--timestamp", "1700000000", "--config", settings});
  return run(program, {.arguments = options, .environment = {one_attempt}});
}

// The only line of it that says that it keeps the entry time, without that.
std::string keeping_line(const std::string& text) {
  std::smatch match;
  const std::regex line{R"((?:^|\n) *\t?(.*\S) (?:#|//) this line keeps the entry time)"};
  REQUIRE(std::regex_search(text, match, line));
  std::string found = match[1];
  const std::string rest = match.suffix();
  REQUIRE_FALSE(std::regex_search(rest, match, line));
  return found;
}

} // namespace

TEST_SUITE_BEGIN("receivers");

TEST_CASE("every configuration of a receiver shows settings that the program takes") {
  const TemporaryDirectory scratch;
  std::size_t count = 0;
  for (const auto& file : fs::directory_iterator{directory}) {
    CAPTURE(file.path());
    const std::string settings = settings_of(read_file(file.path()));
    CHECK(settings.starts_with("url = "));
    write_file(scratch.path() / "config.toml", settings);
    const Outcome outcome = send(scratch.path() / "config.toml", {"--dry-run"});
    CHECK(outcome.err.empty());
    CHECK(outcome.status == 0);
    ++count;
  }
  CHECK(count == 6);
}

TEST_CASE("one line of each keeps the entry time") {
  const std::map<std::string, std::string> lines{
      {"promtail.yaml", "use_incoming_timestamp: true"},
      {"config.alloy", "use_incoming_timestamp = true"},
      {"otel-collector.yaml", "use_incoming_timestamp: true"},
      {"loki.yaml", "reject_old_samples_max_age: 4w"},
      {"nginx-loki.conf", "proxy_pass http://127.0.0.1:3100;"},
  };
  for (const auto& row : lines) {
    CAPTURE(row.first);
    CHECK(keeping_line(read_file(directory / row.first)) == row.second);
  }
}

TEST_CASE("that line is where Promtail, the collector and Loki look for it, and pushes get there") {
  const json::value promtail = parse_yaml(read_file(directory / "promtail.yaml"));
  const json::value& api = promtail.at_pointer("/scrape_configs/0/loki_push_api");
  CHECK(api.at("use_incoming_timestamp") == true);
  CHECK(api.at("server").at("http_listen_port") == 3500);
  CHECK(api.at("server").at("http_listen_port") != promtail.at_pointer("/server/http_listen_port"));

  const json::value collector = parse_yaml(read_file(directory / "otel-collector.yaml"));
  CHECK(collector.at_pointer("/receivers/loki/use_incoming_timestamp") == true);
  CHECK(collector.at_pointer("/receivers/loki/protocols/http/endpoint") == "0.0.0.0:3500");
  for (const auto& [kind, names] : collector.at_pointer("/service/pipelines/logs").as_object()) {
    for (const json::value& name : names.as_array()) {
      CAPTURE(name);
      CHECK(collector.at(kind).as_object().contains(name.as_string()));
    }
  }

  const json::value loki = parse_yaml(read_file(directory / "loki.yaml"));
  CHECK(loki.at_pointer("/limits_config/reject_old_samples_max_age") == "4w");

  const std::regex alloy{R"re(loki\.source\.api "\w+" \{
	http \{
		listen_address = "0\.0\.0\.0"
		listen_port    = 3500
	\}
	use_incoming_timestamp = true // .*
	forward_to             = \[loki\.write\.loki\.receiver\]
\}

loki\.write "loki" \{)re"};
  CHECK(std::regex_search(read_file(directory / "config.alloy"), alloy));
}

TEST_CASE("VictoriaLogs is told in every push which field the message is") {
  const TemporaryDirectory scratch;
  const RawServer receiver{{{.reply = "HTTP/1.1 204 No Content\r\n\r\n"}}};
  write_file(scratch.path() / "config.toml",
             substitute(read_file(directory / "victorialogs.toml"), "victorialogs.example.com:9428",
                        "127.0.0.1:" + std::to_string(receiver.port())));
  CHECK(send(scratch.path() / "config.toml", {}).err.empty());
  REQUIRE(receiver.requests().size() == 1);
  CHECK(receiver.requests().front().starts_with(
      "POST /insert/loki/api/v1/push?_msg_field=event HTTP/1.1\r\n"));
}

TEST_CASE("nginx asks for the password, and passes a push and its entry time on") {
  if (!fs::exists(nginx)) {
    MESSAGE("SKIPPED: no nginx here");
    return;
  }
  Background listener{program, {.arguments = {"listen", "--port", "0", "--output", "json"}}};
  const std::string announcement = listener.read_error_line(ample);
  const std::string url = announcement.substr(announcement.rfind(' ') + 1);

  ServerProgram server{{}};
  const CertificateAuthority authority{server.path(""), "Test Root"};
  const CertificateFiles tls =
      authority.issue({.common_name = "nginx", .names = {"DNS:localhost"}});
  const std::string text = read_file(directory / "nginx-loki.conf");
  std::string site =
      substitute(text, "listen 443 ", "listen 127.0.0.1:" + std::to_string(server.port()) + ' ');
  site = substitute(site, "/etc/nginx/loki.crt", tls.certificate);
  site = substitute(site, "/etc/nginx/loki.key", tls.key);
  site = substitute(site, "/etc/nginx/loki.users", server.path("users"));
  site = substitute(site, "http://127.0.0.1:3100", url.substr(0, url.find('/', 8)));
  write_file(server.path("users"),
             "metrics:" + run("/usr/bin/openssl", {.arguments = {"passwd", "-apr1", "open"}}).out);
  write_file(server.path("nginx.conf"), "daemon off;\nmaster_process off;\npid nginx.pid;\n"
                                        "events {}\nhttp {\naccess_log off;\n"
                                        "client_body_temp_path body; proxy_temp_path proxy;\n"
                                        "fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;\n"
                                        "scgi_temp_path scgi;\n" +
                                            site + "}\n");
  server.start(nginx, {"-p", server.path(""), "-c", "nginx.conf", "-e", "error.log"},
               server.path("error.log"));

  const fs::path settings = server.path("config.toml");
  write_file(settings, substitute(substitute(settings_of(text), "loki.example.com",
                                             "localhost:" + std::to_string(server.port())),
                                  "/etc/metrics-event/password", server.path("password")));
  const auto with_password = [&](const std::string& password,
                                 const std::vector<std::string>& arguments) {
    write_file(server.path("password"), password);
    fs::permissions(server.path("password"), fs::perms::owner_read | fs::perms::owner_write);
    return send(settings, arguments);
  };
  const std::vector<std::string> options{"--ca-cert", authority.certificate(), "--output", "json"};

  CHECK(with_password("close", options).status == 77);
  const Outcome sent = with_password("open", options);
  CHECK(sent.err.empty());
  CHECK(sent.status == 0);
  const json::value arrived = json::parse(listener.read_output_line(ample));
  CHECK(arrived.at("entry_time_ns") == json::parse(sent.out).at("entry_time_ns"));
  CHECK(arrived.at("labels") == json::value{{"job", "metrics"}});

  const Outcome checked =
      run(program,
          {.arguments = {"check", "--config", settings, "--ca-cert", authority.certificate()}});
  CAPTURE(checked.out);
  CHECK(checked.out.find("GET /ready answered 200\n") != checked.out.npos);
  CHECK(checked.status == 0);
}

TEST_SUITE_END();
