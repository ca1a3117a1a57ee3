// nginx as what stands in front of a receiver: it asks who we are, limits, passes on and breaks.
// Exit status, stderr and what it logged, all compared whole.
#include "support/certificates.hpp"
#include "support/nginx.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

namespace {

namespace fs = std::filesystem;

constexpr auto ample = 20s;
const std::string push_path = "/loki/api/v1/push";

// The server at the push path, which does what it is told before it accepts. (An answer by `return`
// alone would come before nginx looks at limits and passwords.)
std::string guarded(const std::string& directives) {
  return "location = " + push_path + " {\n" + directives + "\ntry_files \"\" @accept;\n}\n" +
         "location @accept { return 204; }\n";
}

std::string passed_on_to(std::uint16_t port) {
  return "location / { proxy_pass http://127.0.0.1:" + std::to_string(port) + "; }\n";
}

bool lacks_nginx() {
  if (!Nginx::installed()) {
    MESSAGE("SKIPPED: no nginx here");
  }
  return !Nginx::installed();
}

std::string private_file(const fs::path& path, const std::string& text) {
  write_file(path, text);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  return path.string();
}

// In every text, {port} is nginx's.
std::string filled(std::string text, const Nginx& nginx) {
  constexpr std::string_view mark = "{port}";
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) {
    text.replace(at, mark.size(), std::to_string(nginx.port()));
  }
  return text;
}

const Words to_nginx{"--url", "http://127.0.0.1:{port}"};

Words with(const Words& words, const Words& more) {
  Words all = words;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Outcome send(const Nginx& nginx, const Words& options, const Variables& variables = {},
             const std::string& flavor = "small") {
  Invocation invocation{.arguments = {"runner-installed", "--flavor", flavor, "--duration", "1",
                                      "--timestamp", "1700000000"}};
  for (const std::string& option : options) {
    invocation.arguments.push_back(filled(option, nginx));
  }
  for (const auto& [name, value] : variables) {
    invocation.environment[name] = filled(value, nginx);
  }
  invocation.environment.insert(one_attempt);
  return run(program, invocation);
}

std::string undelivered(const Nginx& nginx, const std::string& reason,
                        const std::string& path = push_path) {
  return "metrics-event: error: cannot deliver runner_installed to http://127.0.0.1:" +
         std::to_string(nginx.port()) + path + ": " + reason + '\n';
}

std::string logged(int status, const std::string& authorization, const std::string& tenant = "-") {
  return "\"POST " + push_path + " HTTP/1.1\" status=" + std::to_string(status) +
         " authorization=\"" + authorization + "\" tenant=\"" + tenant +
         R"(" tls="-" name="-" client="-")";
}

const std::string line =
    R"({"timestamp":1700000000,"event":"runner_installed","flavor":"small","duration":1})";
const std::string unknown_user =
    "HTTP status 401, \"401 Authorization Required\"; the receiver rejected the credentials; check "
    "--username and --password-file (Grafana Cloud: the numeric user and a token with logs:write) "
    "or --bearer-token-file, and the tenant (--org-id)";

// One event, with what proves who sends it.
struct Proof {
  std::string what;
  Words options;
  Variables variables;
  std::string authorization; // that nginx was told
  int status = 0;
  std::string warning{};
};

void check_proof(Nginx& nginx, const Proof& proof) {
  CAPTURE(proof.what);
  const Outcome outcome = send(nginx, proof.options, proof.variables);
  const bool refused = proof.status != 0;
  CHECK(outcome.err == proof.warning + (refused ? undelivered(nginx, unknown_user) : ""));
  CHECK(outcome.status == proof.status);
  CHECK(nginx.await_log_line(ample) == logged(refused ? 401 : 204, proof.authorization));
}

// A running `metrics-event listen`.
struct Listener {
  explicit Listener(const Words& options = {})
      : process{program, {.arguments = with({"listen", "--port", "0"}, options)}} {
    const std::string announcement = process.read_error_line(ample);
    const std::string url = announcement.substr(announcement.rfind(' ') + 1);
    port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

  Background process;
  std::uint16_t port = 0;
};

} // namespace

TEST_SUITE_BEGIN("nginx");

TEST_CASE("a user name and its password are taken from wherever they are given") {
  if (lacks_nginx()) {
    return;
  }
  const TemporaryDirectory directory;
  const Outcome hashed =
      run("/usr/bin/openssl", {.arguments = {"passwd", "-apr1", "open: s&same"}});
  REQUIRE(hashed.status == 0);
  const std::string users = private_file(directory.path() / "users", "ci:" + hashed.out);
  Nginx nginx{{.server = guarded("auth_basic loki;\nauth_basic_user_file \"" + users + "\";")}};
  const std::string right = private_file(directory.path() / "right", "open: s&same\n");
  const std::string wrong = private_file(directory.path() / "wrong", "open: sesame\n");
  const std::string proof = "Basic Y2k6b3BlbjogcyZzYW1l";       // ci:open: s&same
  const std::string wrong_proof = "Basic Y2k6b3Blbjogc2VzYW1l"; // ci:open: sesame
  const std::string in_url = "http://ci:open%3A%20s&same@127.0.0.1:{port}";
  const std::string wrong_in_url = "http://ci:open%3A%20sesame@127.0.0.1:{port}";
  const std::string seen = "metrics-event: warning: --url: everybody on this machine can see a "
                           "password on the command line; use METRICS_EVENT_URL\n";
  const Proof proofs[]{
      {"a file", with(to_nginx, {"--username", "ci", "--password-file", right}), {}, proof},
      {"the wrong file",
       with(to_nginx, {"--username", "ci", "--password-file", wrong}),
       {},
       wrong_proof,
       77},
      {"nothing", to_nginx, {}, "-", 77},
      {"our variables",
       to_nginx,
       {{"METRICS_EVENT_USERNAME", "ci"}, {"METRICS_EVENT_PASSWORD", "open: s&same"}},
       proof},
      {"those of others",
       to_nginx,
       {{"LOKI_USERNAME", "ci"}, {"LOKI_PASSWORD", "open: s&same"}},
       proof},
      {"a wrong variable",
       to_nginx,
       {{"LOKI_USERNAME", "ci"}, {"LOKI_PASSWORD", "open: sesame"}},
       wrong_proof,
       77},
      {"a flag before a variable",
       with(to_nginx, {"--password-file", right}),
       {{"LOKI_USERNAME", "ci"}, {"LOKI_PASSWORD", "open: sesame"}},
       proof},
      {"a variable's URL", {}, {{"METRICS_EVENT_URL", in_url}}, proof},
      {"a flag's URL, which others can see", {"--url", in_url}, {}, proof, 0, seen},
      {"the wrong URL", {}, {{"LOKI_ADDR", wrong_in_url}}, wrong_proof, 77},
  };
  for (const Proof& each : proofs) {
    check_proof(nginx, each);
  }
}

TEST_CASE("a bearer token is taken from wherever it is given") {
  if (lacks_nginx()) {
    return;
  }
  const TemporaryDirectory directory;
  Nginx nginx{
      {.server = guarded("if ($http_authorization != \"Bearer t0k/en=\") { return 401; }")}};
  const std::string right = private_file(directory.path() / "right", "t0k/en=\n");
  const std::string wrong = private_file(directory.path() / "wrong", "t0ken");
  const Proof proofs[]{
      {"a file", with(to_nginx, {"--bearer-token-file", right}), {}, "Bearer t0k/en="},
      {"the wrong file", with(to_nginx, {"--bearer-token-file", wrong}), {}, "Bearer t0ken", 77},
      {"nothing", to_nginx, {}, "-", 77},
      {"our variable", to_nginx, {{"METRICS_EVENT_BEARER_TOKEN", "t0k/en="}}, "Bearer t0k/en="},
      {"that of others", to_nginx, {{"LOKI_BEARER_TOKEN", "t0k/en="}}, "Bearer t0k/en="},
      {"a file from a variable", to_nginx, {{"LOKI_BEARER_TOKEN_FILE", right}}, "Bearer t0k/en="},
      {"a wrong variable", to_nginx, {{"LOKI_BEARER_TOKEN", "t0ken"}}, "Bearer t0ken", 77},
  };
  for (const Proof& each : proofs) {
    check_proof(nginx, each);
  }
}

TEST_CASE("a rate limit is 75, as 429 and as 503") {
  if (lacks_nginx()) {
    return;
  }
  const std::pair<std::string, std::string> rows[]{
      {"limit_req_status 429;", "HTTP status 429, \"429 Too Many Requests\"; the rate limit of the "
                                "receiver was exceeded; try again later"},
      {"", "HTTP status 503, \"503 Service Temporarily Unavailable\"; the receiver failed; try "
           "again later; it may have been stored"},
  };
  for (const auto& [directive, reason] : rows) {
    const Nginx nginx{{.server = guarded("limit_req zone=once; " + directive),
                       .http = "limit_req_zone $server_port zone=once:64k rate=1r/m;"}};
    CHECK(send(nginx, to_nginx).status == 0);
    const Outcome limited = send(nginx, to_nginx);
    CHECK(limited.err == undelivered(nginx, reason));
    CHECK(limited.status == 75);
  }
}

TEST_CASE("what nginx answers for itself becomes the exit status, with its own words") {
  if (lacks_nginx()) {
    return;
  }
  const ClosedPort nobody;
  const RawServer silent{{{.then_close = false}}};
  const RawServer broken{{{.reply = "HTTP/1.1 204 No"}}};
  const std::string endpoint_hint = "; is it the push endpoint? Loki's path is /loki/api/v1/push";
  struct Row {
    std::string what;
    std::string server;
    int status;
    std::string reason;
    std::string path = push_path;
  };
  const Row rows[]{
      {"no such path", guarded(""), 76, "HTTP status 404, \"404 Not Found\"" + endpoint_hint,
       "/wrong"},
      {"nobody behind it", passed_on_to(nobody.port()), 75,
       "HTTP status 502, \"502 Bad Gateway\"; the receiver failed; try again later; it may "
       "have been stored"},
      {"garbage behind it", passed_on_to(broken.port()), 75,
       "HTTP status 502, \"502 Bad Gateway\"; the receiver failed; try again later; it may "
       "have been stored"},
      {"silence behind it", "proxy_read_timeout 50ms;\n" + passed_on_to(silent.port()), 75,
       "HTTP status 504, \"504 Gateway Time-out\"; the receiver failed; try again later; it "
       "may have been stored"},
      {"addresses that it denies", guarded("deny all;"), 77,
       "HTTP status 403, \"403 Forbidden\"; the receiver denied access; check the credentials and "
       "the "
       "tenant (--org-id)"},
      {"a redirect to https", "return 301 https://loki.example.com$request_uri;", 76,
       "HTTP status 301, \"301 Moved Permanently\", a redirect to "
       "\"https://loki.example.com/loki/api/v1/push\" is not followed" +
           endpoint_hint},
      {"a slammed door", "return 444;", 75,
       "the connection was closed before the answer was complete; try again later, or use https:// "
       "if the port speaks TLS; it may have been stored"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Nginx nginx{{.server = row.server}};
    const Outcome outcome = send(nginx, {"--url", "http://127.0.0.1:{port}" + row.path});
    CHECK(outcome.err == undelivered(nginx, row.reason, row.path));
    CHECK(outcome.status == row.status);
  }
}

TEST_CASE("an event that is too large for it is 65") {
  if (lacks_nginx()) {
    return;
  }
  const Nginx nginx{{.server = "client_max_body_size 1k;\n" + guarded("")}};
  CHECK(send(nginx, to_nginx).status == 0);
  for (const std::size_t size : {std::size_t{1024}, std::size_t{100'000}}) {
    CAPTURE(size);
    const Outcome outcome = send(nginx, to_nginx, {}, std::string(size, 'x'));
    CHECK(outcome.err ==
          undelivered(nginx, "HTTP status 413, \"413 Request Entity Too Large\"; the event is too "
                             "large for the receiver; make it smaller"));
    CHECK(outcome.status == 65);
  }
}

TEST_CASE("an event reaches the receiver behind it, and a tenant and a refusal pass as well") {
  if (lacks_nginx()) {
    return;
  }
  Listener listener{{"--respond", "204,429,204"}};
  Nginx nginx{{.server = passed_on_to(listener.port)}};
  CHECK(send(nginx, with(to_nginx, {"--org-id", "team-a"})).err == "");
  CHECK(listener.process.read_output_line(ample) == line);
  CHECK(nginx.await_log_line(ample) == logged(204, "-", "team-a"));
  CHECK(send(nginx, to_nginx).err ==
        undelivered(nginx, "HTTP status 429, \"answered as told\"; the rate limit of the receiver "
                           "was exceeded; try again later"));
  CHECK(nginx.await_log_line(ample) == logged(429, "-"));
}

TEST_CASE("TLS in front of a receiver: an event of many records arrives whole") {
  if (lacks_nginx()) {
    return;
  }
  const TemporaryDirectory directory;
  const CertificateAuthority authority{directory.path(), "Test Root"};
  Listener listener;
  Nginx nginx{{.server = passed_on_to(listener.port),
               .tls = authority.issue({.common_name = "nginx", .names = {"DNS:localhost"}})}};
  const std::string flavor(50'000, 'x'); // which a pipe holds: listen prints before it answers
  const Outcome outcome = send(nginx,
                               {"--url", "https://localhost:{port}", "--ca-cert",
                                authority.certificate(), "--org-id", "team-a"},
                               {}, flavor);
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
  CHECK(listener.process.read_output_line(ample) ==
        R"({"timestamp":1700000000,"event":"runner_installed","flavor":")" + flavor +
            R"(","duration":1})");
  CHECK(nginx.await_log_line(ample) ==
        "\"POST " + push_path +
            R"( HTTP/1.1" status=204 authorization="-" tenant="team-a" tls="TLSv1.3")"
            R"( name="localhost" client="-")");
}

TEST_SUITE_END();
