// The action of GitHub's workflows, run as a runner does it: a release on a server of ours, and a
// step that follows.
#include "support/certificates.hpp"
#include "support/nginx.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"
#include "support/yaml.hpp"

#include <boost/json/object.hpp>
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event::testing;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Variables = std::map<std::string, std::string>;

const fs::path action = source_directory + "/packaging/github-action";
const std::string path_variable = "/usr/sbin:/usr/bin:/sbin:/bin";

bool lacks_servers() {
  const bool lacks = !Nginx::installed() || !fs::exists("/usr/bin/curl");
  if (lacks) {
    MESSAGE("SKIPPED: no nginx or curl here");
  }
  return lacks;
}

Outcome run_shell(const std::string& line, const Variables& environment) {
  return run("/bin/sh", {.arguments = {"-e", "-c", line}, .environment = environment});
}

// Serves releases as GitHub does, with the files that publish.sh makes of two tarballs. The program
// for amd64 is the one under test.
class Releases {
public:
  Releases()
      : authority_{directory_.path(), "ours"}, server_{{.server = configuration(), .tls = leaf()}} {
    fs::create_directories(files());
    add_tarball("amd64", "exec " + program + " \"$@\"\n");
    add_tarball("arm64", "echo for arm64\n");
    const Outcome outcome = run(source_directory + "/packaging/publish.sh",
                                {.arguments = {files()}, .environment = {{"PATH", path_variable}}});
    REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  }

  fs::path files() const { return directory_.path() / "files"; }
  std::string url() const { return "https://localhost:" + std::to_string(server_.port()); }
  const std::string& authority() const { return authority_.certificate(); }

  // Returns the paths that were asked for, a line each.
  std::string requests() const {
    const std::string log = server_.access_log();
    const std::regex request{R"re("GET (\S+))re"};
    std::string paths;
    for (std::sregex_iterator at{log.begin(), log.end(), request}, end; at != end; ++at) {
      paths += (*at)[1].str() + '\n';
    }
    return paths;
  }

private:
  // The latest release is a redirect, and its files are somewhere else.
  std::string configuration() const {
    return "location ~ ^/(.+)/releases/latest/download/(.+)$ {\n"
           "return 302 https://$http_host/$1/releases/download/v9.0.0/$2; }\n"
           "location ~ ^/.+/releases/download/v[^/]+/(.+)$ { alias \"" +
           files().string() + "/$1\"; }\n";
  }

  CertificateFiles leaf() const {
    return authority_.issue({.common_name = "localhost", .names = {"DNS:localhost"}});
  }

  void add_tarball(const std::string& architecture, const std::string& script) const {
    const std::string name = "metrics-event-9.0.0-linux-" + architecture;
    fs::create_directories(directory_.path() / name / "bin");
    const fs::path path = directory_.path() / name / "bin/metrics-event";
    write_file(path, "#!/bin/sh\n" + script);
    fs::permissions(path, fs::perms{0755});
    const Outcome outcome =
        run("/bin/tar",
            {.arguments = {"-czf", files() / (name + ".tar.gz"), "-C", directory_.path(), name},
             .environment = {{"PATH", path_variable}}});
    REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  }

  TemporaryDirectory directory_;
  CertificateAuthority authority_;
  Nginx server_;
};

// A job that uses the action.
class Job {
public:
  explicit Job(const Releases& releases) : releases_{releases} {
    fs::create_directory(path("temp"));
  }

  // Where the runner keeps the action, and what it says of its machine and of the job.
  std::string place = "work/_actions/example/metrics-event/main";
  Variables environment{{"RUNNER_OS", "Linux"}, {"RUNNER_ARCH", "X64"}};

  // Runs the step of the action as the runner does.
  Outcome use(const Variables& inputs, const std::vector<std::string>& under = {}) const {
    const fs::path at = path(place) / "packaging";
    fs::create_directories(at);
    if (!fs::exists(at / "github-action")) {
      fs::create_directory_symlink(action, at / "github-action");
    }
    const json::value description = parse_yaml(read_file(action / "action.yml"));
    const json::array& steps = description.at_pointer("/runs/steps").as_array();
    REQUIRE(steps.size() == 1);
    Variables variables = environment;
    variables.insert({{"PATH", path_variable},
                      {"CURL_CA_BUNDLE", releases_.authority()},
                      {"GITHUB_SERVER_URL", releases_.url()},
                      {"GITHUB_REPOSITORY", "example/project"},
                      {"GITHUB_ACTION_PATH", at / "github-action"},
                      {"GITHUB_ENV", path("env")},
                      {"GITHUB_PATH", path("path")},
                      {"RUNNER_TEMP", path("temp")}});
    const json::object& known = description.at("inputs").as_object();
    for (const auto& [name, text] : steps[0].at("env").as_object()) {
      std::smatch match;
      const std::string expression{text.as_string()};
      REQUIRE(std::regex_match(expression, match, std::regex{R"(\$\{\{ inputs\.(\S+) \}\})"}));
      const auto given = inputs.find(match[1]);
      variables[name] = given != inputs.end()
                            ? given->second
                            : std::string{known.at(match[1].str()).at("default").as_string()};
    }
    CHECK(steps[0].at("shell") == "sh");
    std::vector<std::string> words = under;
    words.insert(words.end(), {"/bin/sh", "-e", "-c", std::string{steps[0].at("run").as_string()}});
    const std::string first = words.front();
    words.erase(words.begin());
    return run(first, {.arguments = words, .environment = variables, .limit = 60s});
  }

  // Runs a step that follows.
  Outcome step(const std::string& line) const {
    Variables variables{{"PATH", said_in("path") + ':' + path_variable}, one_attempt};
    std::istringstream lines{said_in("env")};
    for (std::string variable; std::getline(lines, variable);) {
      const std::size_t equals = variable.find('=');
      variables[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
    variables["PATH"].erase(variables["PATH"].find('\n'), 1);
    return run_shell(line, variables);
  }

  // Returns what the action has written for the steps that follow, into the file `env` or `path`.
  std::string said_in(const std::string& name) const {
    return fs::exists(path(name)) ? read_file(path(name)) : "";
  }

  fs::path path(const std::string& name) const { return directory_.path() / name; }

private:
  const Releases& releases_;
  TemporaryDirectory directory_;
};

const std::string event = "metrics-event runner-installed --flavor \"$RUNNER_FLAVOR\" --duration 1";

std::string url_of(const RawServer& receiver) {
  return "http://127.0.0.1:" + std::to_string(receiver.port());
}

} // namespace

TEST_SUITE_BEGIN("action");

TEST_CASE("the steps after the action have the program, the receiver and its credentials") {
  if (lacks_servers()) {
    return;
  }
  const RawServer receiver{{{.reply = http_reply(204, "No Content")}}};
  const Releases releases;
  const Job job{releases};
  const Outcome outcome = job.use({{"url", url_of(receiver)},
                                   {"username", "12345"},
                                   {"token", "100%\"secret\"\r\n"}, // pasted with its line end
                                   {"flavor", "small one"}});
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
  CHECK(outcome.out ==
        "::add-mask::100%25\"secret\"\n" + run(program, {.arguments = {"--version"}}).out);
  const Outcome sent = job.step(event);
  CHECK(sent.err == "");
  CHECK(sent.status == 0);
  const auto requests = receiver.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].find("Authorization: Basic MTIzNDU6MTAwJSJzZWNyZXQi\r\n") != std::string::npos);
  CHECK(requests[0].find(R"(\"flavor\":\"small one\")") != std::string::npos);
}

TEST_CASE("a token without a user name is a bearer token") {
  if (lacks_servers()) {
    return;
  }
  const RawServer receiver{{{.reply = http_reply(204, "No Content")}}};
  const Releases releases;
  const Job job{releases};
  CHECK(job.use({{"url", url_of(receiver)}, {"token", "secret"}}).status == 0);
  CHECK(job.step("RUNNER_FLAVOR=small; " + event).status == 0);
  const auto requests = receiver.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].find("Authorization: Bearer secret\r\n") != std::string::npos);
}

TEST_CASE("without a secret, as in a pull request from a fork, nothing is sent and nothing fails") {
  if (lacks_servers()) {
    return;
  }
  const Releases releases;
  const Job job{releases};
  const Outcome outcome = job.use({{"username", "12345"}, {"flavor", "small"}});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.ends_with(
      "::warning title=metrics-event::the input token is empty, so the user name is not used\n"
      "::warning title=metrics-event::the input url is empty, so events are validated and not "
      "sent\n"));
  CHECK(job.said_in("env") == "RUNNER_FLAVOR=small\nMETRICS_EVENT_DISABLED=true\n");
  CHECK(job.step(event).status == 0);
  CHECK(job.step(event + " --queue 1").status == 64);

  Job other{releases};
  other.environment["METRICS_EVENT_URL"] = "http://127.0.0.1:1"; // of the job
  CHECK(other.use({}).out.find("::warning") == std::string::npos);
  CHECK(other.said_in("env") == "");
}

TEST_CASE("the program is that of the runner's architecture") {
  if (lacks_servers()) {
    return;
  }
  const Releases releases;
  Job job{releases};
  job.environment["RUNNER_ARCH"] = "ARM64";
  CHECK(job.use({{"url", "http://127.0.0.1:1"}}).status == 0);
  CHECK(job.step("metrics-event").out == "for arm64\n");
}

TEST_CASE("the release is the one that the action was taken from, else the latest") {
  if (lacks_servers()) {
    return;
  }
  const Releases releases;
  const auto downloads = [](const std::string& release) {
    return release + "/SHA256SUMS\n" + release + "/metrics-event-linux-amd64\n";
  };
  const std::string latest = "/releases/latest/download";
  const std::string newest = "/releases/download/v9.0.0";
  const auto by_way_of_latest = [&](const std::string& repository) {
    std::string paths;
    for (const std::string name : {"/SHA256SUMS\n", "/metrics-event-linux-amd64\n"}) {
      paths.append(repository).append(latest).append(name);
      paths.append(repository).append(newest).append(name);
    }
    return paths;
  };
  const std::string mirror = "/mirror/releases/download/v8";
  struct Row {
    std::string place;
    Variables inputs;
    std::string requests;
  };
  const Row rows[]{
      {"work/_actions/else/where/v1.2.3", {}, downloads("/else/where/releases/download/v1.2.3")},
      {"work/_actions/else/where/v1", {}, by_way_of_latest("/else/where")},
      {"work/_actions/else/where/feature/a", {}, by_way_of_latest("/else/where")},
      {"work/project/project", {}, by_way_of_latest("/example/project")}, // uses: ./packaging/…
      {"work/_actions/else/where/v1.2.3",
       {{"release-url", releases.url() + mirror + '/'}},
       downloads(mirror)},
  };
  std::string before;
  for (const Row& row : rows) {
    CAPTURE(row.place);
    Job job{releases};
    job.place = row.place;
    CHECK(job.use(row.inputs).status == 0);
    const std::string requests = releases.requests();
    CHECK(requests.substr(before.size()) == row.requests);
    before = requests;
  }
}

TEST_CASE("what is not the release's program is neither run nor put on PATH") {
  if (lacks_servers()) {
    return;
  }
  const Releases releases;
  const std::string release = releases.url() + "/mirror/releases/download/v1";
  const std::string sums = read_file(releases.files() / "SHA256SUMS");
  const auto fails = [&releases](const Variables& inputs, const std::string& reason,
                                 const Variables& environment = {}) {
    CAPTURE(reason);
    Job job{releases};
    for (const auto& [name, value] : environment) {
      job.environment[name] = value;
    }
    const Outcome outcome = job.use(inputs);
    CHECK(outcome.status == 1);
    const std::string said = outcome.out + outcome.err;
    CHECK(said.find("::error title=metrics-event::" + reason) != std::string::npos);
    CHECK(said.find("metrics-event 0") == std::string::npos);
    CHECK(job.said_in("path") + job.said_in("env") == "");
  };
  const Nginx plain{{.server = "root \"" + releases.files().string() + "\";"}};
  const std::string insecure = "http://127.0.0.1:" + std::to_string(plain.port());
  fails({{"release-url", insecure}}, "cannot download " + insecure + "/SHA256SUMS");
  const Variables from{{"release-url", release}};
  write_file(releases.files() / "SHA256SUMS",
             std::regex_replace(sums, std::regex{"(^|\n)[0-9a-f]"}, "$1g"));
  fails(from, "SHA256SUMS of " + release + " has no line for metrics-event-linux-amd64");
  write_file(releases.files() / "SHA256SUMS",
             std::regex_replace(sums, std::regex{"(^|\n)[0-9a-f]{4}"}, "$010000"));
  fails(from, "metrics-event-linux-amd64 of " + release + " has the SHA-256 ");
  fs::remove(releases.files() / "SHA256SUMS");
  fails(from, "cannot download " + release + "/SHA256SUMS");
  fails(from, "there is no program for Linux on X86; use a runner with Linux on X64 or ARM64",
        {{"RUNNER_ARCH", "X86"}});
  fails({{"url", "http://127.0.0.1:1\nPATH=/tmp"}}, "the input url has several lines; give one");
  fails({{"token", "one\ntwo"}}, "the input token has several lines; give one");
}

TEST_CASE("no program gets the token as an argument") {
  if (lacks_servers()) {
    return;
  }
  const std::string strace = "/usr/bin/strace";
  const Releases releases;
  const Job job{releases};
  if (!fs::exists(strace) || run(strace, {.arguments = {"-qq", "/bin/true"}}).status != 0) {
    MESSAGE("SKIPPED: programs cannot be traced here");
    return;
  }
  const Outcome outcome =
      job.use({{"url", "http://127.0.0.1:1"}, {"username", "1"}, {"token", "secret"}},
              {strace, "-f", "-qq", "-s", "10000", "-e", "trace=execve", "-o", job.path("trace")});
  CHECK(outcome.status == 0);
  const std::string trace = read_file(job.path("trace"));
  CHECK(trace.find("\"/usr/bin/curl\"") != std::string::npos);
  CHECK(trace.find("secret") == std::string::npos);
}

TEST_SUITE_END();
