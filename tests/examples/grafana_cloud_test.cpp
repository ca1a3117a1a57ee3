// The configuration for Grafana Cloud. An nginx with TLS stands for it: it asks for the numeric
// user and a token, and passes on what the scopes of the token allow, to a receiver that behaves as
// Loki.
#include "support/certificates.hpp"
#include "support/example_stage.hpp"
#include "support/nginx.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/storing_receiver.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <vector>

using namespace metrics_event::testing;
namespace fs = std::filesystem;

namespace {

const fs::path configuration = example("grafana-cloud/config.toml");
constexpr const char* token = "glc_example";

// A command in the comment of the configuration, behind sudo.
std::string command(const std::string& name) {
  const std::string text = read_file(configuration);
  std::smatch match;
  REQUIRE(std::regex_search(text, match, std::regex{"\n#   sudo (" + name + " [^\n]*)"}));
  return match[1];
}

enum class Scopes { write, write_and_read };

bool lacks_nginx() {
  if (!Nginx::installed()) {
    MESSAGE("SKIPPED: no nginx here");
  }
  return !Nginx::installed();
}

// A stack in the cloud with one token, and a host that is set up as the example says.
class Cloud {
public:
  explicit Cloud(Scopes scopes, std::vector<Conduct> pushes = {})
      : loki_{{.pushes = std::move(pushes)}}, authority_{directory_.path(), "Test Root"} {
    write_users("writers", token);
    write_users("readers", scopes == Scopes::write ? "another token" : token);
    const std::string upstream =
        "proxy_pass http://127.0.0.1:" + std::to_string(loki_.port()) + ";";
    const auto gate = [&](const std::string& path, const std::string& users) {
      return "location = " + path + " {\nauth_basic cloud;\nauth_basic_user_file " +
             (directory_.path() / users).string() + ";\n" + upstream + "\n}\n";
    };
    nginx_.emplace(
        NginxOptions{.server = gate("/loki/api/v1/push", "writers") +
                               gate("/loki/api/v1/query_range", "readers"),
                     .tls = authority_.issue({.common_name = "logs", .names = {"DNS:localhost"}})});
    fs::create_symlink(program, directory_.path() / "metrics-event");
    install_token(token);
    write_file(
        config(),
        substitute(substitute(substitute(read_file(configuration), "logs-prod-000.example.com",
                                         "localhost:" + std::to_string(nginx_->port())),
                              "/etc/metrics-event/token", token_file()),
                   "spool = true", "spool = '" + spool() + '\''));
  }

  // Puts a token where the comment says. Its group, and a file for it, are only for root.
  void install_token(const std::string& text) const {
    write_file(directory_.path() / "token", text + '\n');
    std::string install = substitute(command("install"), "/etc/metrics-event/token", token_file());
    install = substitute(install, "--group runner", ::geteuid() == 0 ? "--group daemon" : "");
    REQUIRE(run(install).status == 0);
    if (::geteuid() != 0) {
      fs::permissions(token_file(), fs::perms{0600});
    }
  }

  // Runs a shell line on the host, where the program finds the configuration.
  Outcome run(const std::string& line) const {
    return metrics_event::testing::run(
        "/bin/sh", {.arguments = {"-c", "cd " + directory_.path().string() + "\n" + line},
                    .environment = {{"PATH", directory_.path().string() + ":/usr/bin:/bin"},
                                    {"METRICS_EVENT_CONFIG", config()},
                                    {"METRICS_EVENT_CA_CERT", authority_.certificate()}}});
  }

  std::string config() const { return directory_.path() / "config.toml"; }
  std::string token_file() const { return directory_.path() / "installed"; }
  std::string spool() const { return directory_.path() / "spool"; }
  StoringReceiver& loki() { return loki_; }
  Nginx& nginx() { return *nginx_; }

private:
  void write_users(const std::string& name, const std::string& password) const {
    const Outcome hash = metrics_event::testing::run("/usr/bin/openssl",
                                                     {.arguments = {"passwd", "-apr1", password}});
    REQUIRE(hash.status == 0);
    write_file(directory_.path() / name, "123456:" + hash.out);
  }

  TemporaryDirectory directory_;
  StoringReceiver loki_;
  CertificateAuthority authority_;
  std::optional<Nginx> nginx_;
};

} // namespace

TEST_SUITE_BEGIN("example-grafana-cloud");

TEST_CASE("with a token that may write, check sends an event into the stream of this host") {
  if (lacks_nginx()) {
    return;
  }
  Cloud cloud{Scopes::write};
  const Outcome outcome = cloud.run(command("metrics-event"));
  CAPTURE(outcome.out);
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.ends_with("\nan event was delivered\n"));
  const std::string warning = "  warning  ";
  CHECK(outcome.out.find(warning +
                         "query        forbidden: HTTP status 401; an event whose answer is "
                         "lost may be stored twice\n") == outcome.out.find(warning));
  CHECK(outcome.out.rfind(warning) == outcome.out.find(warning)); // it is the only one
  utsname names{};
  REQUIRE(::uname(&names) == 0);
  REQUIRE(cloud.loki().stored() == 1);
  CHECK(cloud.loki().copies().begin()->first.labels ==
        metrics_event::Labels{{"host", names.nodename}, {"job", "metrics"}});
  CHECK(cloud.nginx().access_log().find("authorization=\"Basic MTIzNDU2OmdsY19leGFtcGxl\"") !=
        std::string::npos); // 123456:glc_example
}

TEST_CASE("a lost answer is found out with a token that may read, else the event is repeated") {
  if (lacks_nginx()) {
    return;
  }
  for (const Scopes scopes : {Scopes::write, Scopes::write_and_read}) {
    CAPTURE(scopes);
    const bool reads = scopes == Scopes::write_and_read;
    Cloud cloud{scopes, {lost_answer, {}}};
    const Outcome outcome = cloud.run("metrics-event send started --output json");
    CAPTURE(outcome.out);
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find(reads ? "\"repeated\":0" : "\"repeated\":1") != std::string::npos);
    CHECK(outcome.err.empty() == reads);
    CHECK(cloud.loki().pushes().size() == (reads ? 1 : 2));
  }
  Cloud cloud{Scopes::write_and_read};
  const Outcome checked = cloud.run(command("metrics-event") + " --confirm");
  CHECK(checked.out.find("  warning  ") == std::string::npos);
  CHECK(checked.status == 0);
}

TEST_CASE("a wrong token keeps the event in the spool, and a missing line is noticed") {
  if (lacks_nginx()) {
    return;
  }
  Cloud cloud{Scopes::write};
  cloud.install_token("wrong");
  const Outcome refused = cloud.run("metrics-event send started");
  CHECK(refused.status == 77);
  CHECK(refused.err.find("kept in the spool \"" + cloud.spool() + "\"") != std::string::npos);
  cloud.install_token(token);
  CHECK(cloud.run("metrics-event flush").status == 0);
  CHECK(cloud.loki().stored() == 1);

  const std::string text = read_file(cloud.config());
  for (const std::string key : {"username", "password-file"}) {
    CAPTURE(key);
    write_file(cloud.config(), std::regex_replace(text, std::regex{"\n" + key + " = [^\n]*"}, ""));
    CHECK(cloud.run(command("metrics-event")).status != 0);
  }
  CHECK(cloud.loki().stored() == 1);
}

TEST_SUITE_END();
