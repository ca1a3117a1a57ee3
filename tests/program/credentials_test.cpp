#include "loki/credentials.hpp"

#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <concepts>
#include <csignal>
#include <filesystem>
#include <iterator>

using namespace metrics_event;
using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

namespace {

constexpr const char* marker = "hunter2";

template <class T>
concept Printable = std::convertible_to<T, std::string> || requires(std::ostream& out, T value) {
  out << value;
};
static_assert(!Printable<Secret>);

std::string url_of(const RawServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

Words event(const Words& more) {
  Words words{"runner-installed", "--flavor", "small", "--duration", "1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// A file with a mode; its path.
std::string secret_file(const TemporaryDirectory& directory, const std::string& name,
                        const std::string& text, std::filesystem::perms mode) {
  const std::filesystem::path path = directory.path() / name;
  write_file(path, text);
  std::filesystem::permissions(path, mode);
  return path;
}

constexpr auto private_mode = std::filesystem::perms{0600};

// The Authorization header that arrives, or what was said instead.
std::string authorization(const Words& options, const Variables& variables = {}) {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  Words words = event({"--url", url_of(server)});
  words.insert(words.end(), options.begin(), options.end());
  const Outcome outcome = run(program, {.arguments = words, .environment = variables});
  if (outcome.status != 0 || !outcome.err.empty() || server.requests().empty()) {
    return std::to_string(outcome.status) + ' ' + outcome.err;
  }
  const std::string request = server.requests()[0];
  constexpr std::string_view name = "\r\nAuthorization: ";
  const std::size_t start = request.find(name);
  return start == std::string::npos
             ? ""
             : request.substr(start + name.size(),
                              request.find("\r\n", start + name.size()) - start - name.size());
}

} // namespace

TEST_SUITE_BEGIN("credentials");

TEST_CASE("Basic is base64 of the two with a colon between them") {
  // The examples of RFC 7617, section 2 and 2.1, and those of RFC 4648, section 10, by their
  // length.
  const auto basic = [](const std::string& user, const std::string& password) {
    return basic_authorization({user, Secret{password}}).reveal();
  };
  CHECK(basic("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(basic("test", "123\u00a3") == "Basic dGVzdDoxMjPCow==");
  CHECK(basic("a", "") == "Basic YTo=");
  CHECK(basic("a", "b") == "Basic YTpi");
  CHECK(basic("a", "\xff\xff") == "Basic YTr//w==");
  CHECK(bearer_authorization(Secret{"x.y-z"}).reveal() == "Bearer x.y-z");
}

TEST_CASE("one newline at the end of a secret is left out, other control characters refuse it") {
  CHECK(parse_password("pass word\n")->reveal() == "pass word");
  CHECK(parse_password("password\r\n")->reveal() == "password");
  CHECK(parse_password("p\u00e4ss")->reveal() == "p\u00e4ss");
  CHECK(parse_bearer_token("a.b_c-d~e+f/g=\n")->reveal() == "a.b_c-d~e+f/g=");
  for (const std::string_view text : std::initializer_list<std::string_view>{
           "", "\n", "a\n\n", "a\nb", "a\r", "a\tb", "a\x7f", "\xff", {"a\0b", 3}}) {
    CAPTURE(text);
    CHECK(parse_password(text).error().text ==
          "expected a password on one line without control characters");
  }
  for (const char* text : {"", "a b", "a\nb", "t\u00f6ken"}) {
    CAPTURE(text);
    CHECK(parse_bearer_token(text).error().text == "expected a token, one word of printable ASCII");
  }
  CHECK(parse_username("a b@c").has_value());
  for (const char* text : {"", "a:b", "a\nb", "\xff"}) {
    CAPTURE(text);
    CHECK(parse_username(text).has_error());
  }
}

TEST_CASE("credentials come from files, the environment or the URL, the nearest one first") {
  const TemporaryDirectory directory;
  const std::string password = secret_file(directory, "password", "b\n", private_mode);
  const std::string token = secret_file(directory, "token", "t\n", private_mode);
  const std::string a_b = "Basic YTpi";
  CHECK(authorization({}).empty());
  CHECK(authorization({"--username", "a", "--password-file", password}) == a_b);
  CHECK(authorization({}, {{"METRICS_EVENT_USERNAME", "a"}, {"METRICS_EVENT_PASSWORD", "b"}}) ==
        a_b);
  CHECK(authorization({}, {{"LOKI_USERNAME", "a"}, {"LOKI_PASSWORD", "b"}}) == a_b);
  CHECK(authorization({"--username", "a", "--password-file", password},
                      {{"LOKI_PASSWORD", "other"}}) == a_b);
  CHECK(authorization({"--bearer-token-file", token}) == "Bearer t");
  const std::string marked = secret_file(directory, "marked", "\xEF\xBB\xBFt\r\n", private_mode);
  CHECK(authorization({"--bearer-token-file", marked}) == "Bearer t");
  CHECK(authorization({"--username", "a", "--password-file", marked}) == "Basic YTp0");
  CHECK(authorization({}, {{"LOKI_BEARER_TOKEN_FILE", token}}) == "Bearer t");
  CHECK(authorization({}, {{"LOKI_BEARER_TOKEN", "t"}}) == "Bearer t");
  CHECK(authorization({}, {{"METRICS_EVENT_BEARER_TOKEN", "t"}, {"LOKI_BEARER_TOKEN", "x"}}) ==
        "Bearer t");
  CHECK(authorization({"--bearer-token-file", token}, {{"LOKI_BEARER_TOKEN", "x"}}) == "Bearer t");

  const std::string config = (directory.path() / "config.toml").string();
  write_file(config, "username = 'a'\npassword-file = '" + password + "'\n");
  CHECK(authorization({"--config", config}) == a_b);
  CHECK(authorization({"--config", config}, {{"LOKI_PASSWORD", "c"}}) == "Basic YTpj");
}

TEST_CASE("a password in the URL moves into the header") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const std::string url = "http://a:b%21@127.0.0.1:" + std::to_string(server.port());
  const Outcome by_variable =
      run(program, {.arguments = event({"-v"}), .environment = {{"METRICS_EVENT_URL", url}}});
  CHECK(by_variable.status == 0);
  CHECK(by_variable.err.find("delivered runner_installed to http://127.0.0.1:") !=
        std::string::npos);
  const Outcome by_flag = run(program, {.arguments = event({"--url", url})});
  CHECK(by_flag.status == 0);
  CHECK(by_flag.err ==
        "metrics-event: warning: --url: everybody on this machine can see a password "
        "on the command line; use METRICS_EVENT_URL\n");
  REQUIRE(server.requests().size() == 2);
  for (const std::string& request : server.requests()) {
    CHECK(request.find("\r\nAuthorization: Basic YTpiIQ==\r\n") != std::string::npos);
    CHECK(request.find("\r\nHost: 127.0.0.1:") != std::string::npos);
  }
}

TEST_CASE("credentials that contradict each other or lack a half are errors that name origins") {
  const TemporaryDirectory directory;
  const std::string file = secret_file(directory, "secret", "x", private_mode);
  struct Row {
    Words options;
    Variables variables;
    std::string complaint;
  };
  const std::string both_kinds = "a password and a bearer token exclude each other; give one";
  const Row rows[]{
      {{"--username", "a"},
       {{"LOKI_BEARER_TOKEN", "t"}},
       "64 --username and LOKI_BEARER_TOKEN: " + both_kinds},
      {{},
       {{"LOKI_PASSWORD", "b"}, {"METRICS_EVENT_BEARER_TOKEN_FILE", file}},
       "78 LOKI_PASSWORD and METRICS_EVENT_BEARER_TOKEN_FILE: " + both_kinds},
      {{"--url", "http://a:b@127.0.0.1"},
       {{"LOKI_BEARER_TOKEN", "t"}},
       "64 --url and LOKI_BEARER_TOKEN: the URL has credentials already; leave one of the two out"},
      {{},
       {{"LOKI_USERNAME", "a"}, {"LOKI_PASSWORD", "b"}, {"METRICS_EVENT_PASSWORD_FILE", file}},
       "78 LOKI_PASSWORD and METRICS_EVENT_PASSWORD_FILE: both give the same secret; leave one of "
       "them out"},
      {{"--username", "a"},
       {},
       "64 --username: a user name needs a password; give --password-file or "
       "METRICS_EVENT_PASSWORD"},
      {{},
       {{"LOKI_PASSWORD", "b"}},
       "78 LOKI_PASSWORD: a password needs a user name; give it with --username"},
      {{"--password", "b"},
       {},
       "64 \"--password\" is not an option, because everybody could see the secret; use "
       "METRICS_EVENT_PASSWORD "
       "or --password-file"},
      {{"--bearer-token=t"},
       {},
       "64 \"--bearer-token\" is not an option, because everybody could see the secret; use "
       "METRICS_EVENT_BEARER_TOKEN or --bearer-token-file"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.complaint);
    const Outcome outcome =
        run(program, {.arguments = event(row.options), .environment = row.variables});
    CHECK(std::to_string(outcome.status) + ' ' + outcome.err ==
          row.complaint.substr(0, 3) + "metrics-event: error: " + row.complaint.substr(3) + '\n');
    CHECK(outcome.out.empty());
  }
}

TEST_CASE("a dry run and a disabled run do without credentials") {
  for (const char* flag : {"--dry-run", "--disabled"}) {
    const Outcome outcome =
        run(program,
            {.arguments = event({"--username", "a", "--password-file", "/nonexistent", flag})});
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(run(program, {.arguments = event({"--username", "a", flag})}).status == 0);
  }
}

TEST_CASE("a secret file that is missing, unusable or open to others is named, never its text") {
  const TemporaryDirectory directory;
  const std::string missing = (directory.path() / "missing").string();
  CHECK(authorization({"--username", "a", "--password-file", missing}) ==
        "66 metrics-event: error: --password-file: cannot read \"" + missing +
            "\": no such file or directory\n");
  CHECK(authorization({}, {{"LOKI_BEARER_TOKEN_FILE", missing}}) ==
        "78 metrics-event: error: LOKI_BEARER_TOKEN_FILE: cannot read \"" + missing +
            "\": no such file or directory\n");
  const std::string two_lines =
      secret_file(directory, "two", std::string{marker} + "\nx\n", private_mode);
  CHECK(authorization({"--bearer-token-file", two_lines}) ==
        "66 metrics-event: error: --bearer-token-file: \"" + two_lines +
            "\": expected a token, one word of printable ASCII\n");
  const std::string open_file = secret_file(directory, "open", "t", std::filesystem::perms{0644});
  CHECK(authorization({"--bearer-token-file", open_file}) ==
        "0 metrics-event: warning: --bearer-token-file: its group or others can read \"" +
            open_file + "\"; give it mode 600\n");
  CHECK(authorization({"--bearer-token-file", open_file, "--quiet"}) == "Bearer t");
}

TEST_CASE("a secret of root is for its group as well, and one with an ACL for whom that names") {
  const TemporaryDirectory directory;
  std::filesystem::permissions(directory.path(), std::filesystem::perms{0755});
  const auto is_warned_of = [](const std::string& path) {
    const std::string answer = authorization({"--bearer-token-file", path});
    return answer != "Bearer t";
  };
  if (::geteuid() == 0) {
    for (const auto mode : {0400, 0440, 0640, 0660}) {
      CAPTURE(mode);
      CHECK_FALSE(is_warned_of(
          secret_file(directory, "of-root", "t\n", static_cast<std::filesystem::perms>(mode))));
    }
  }
  for (const auto mode : {0404, 0444, 0644, 0604}) {
    CAPTURE(mode);
    CHECK(is_warned_of(
        secret_file(directory, "of-all", "t\n", static_cast<std::filesystem::perms>(mode))));
  }
  const std::string of_user =
      secret_file(directory, "of-user", "t\n", std::filesystem::perms{0440});
  if (::geteuid() == 0) {
    REQUIRE(::chown(of_user.c_str(), 65534, 65534) == 0);
  }
  CHECK(is_warned_of(of_user));
  // Version 2; owner r, user 65534 r, group none, mask r, others none: acl(5), as the kernel has
  // it.
  constexpr std::array<std::uint32_t, 11> acl{2,   0x40001, ~0U, 0x40002, 65534, 0x4,
                                              ~0U, 0x40010, ~0U, 0x20,    ~0U};
  if (::setxattr(of_user.c_str(), "system.posix_acl_access", acl.data(), sizeof acl, 0) != 0) {
    MESSAGE("SKIPPED: no ACLs here");
    return;
  }
  CHECK((std::filesystem::status(of_user).permissions() & std::filesystem::perms::group_read) !=
        std::filesystem::perms::none);
  CHECK_FALSE(is_warned_of(of_user));
}

TEST_CASE("a password in a configuration file that others can read is warned of") {
  const TemporaryDirectory directory;
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const std::string text = "url = 'http://a:" + std::string{marker} +
                           "@127.0.0.1:" + std::to_string(server.port()) + "'\n";
  const std::string open_file = secret_file(directory, "open", text, std::filesystem::perms{0644});
  const Outcome warned = run(program, {.arguments = event({"--config", open_file})});
  CHECK(warned.status == 0);
  CHECK(warned.err == "metrics-event: warning: " + open_file +
                          ":1:7: url: its group or others can read the password in \"" + open_file +
                          "\"; give it mode 600\n");
  const std::string closed_file = secret_file(directory, "closed", text, private_mode);
  CHECK(run(program, {.arguments = event({"--config", closed_file})}).err.empty());
}

TEST_CASE("a URL in the wrong place does not show its password") {
  const std::string url = "http://user:" + std::string{marker} + "@example.com";
  CHECK(run(program, {.arguments = {"check", url}}).err ==
        "metrics-event: error: unexpected argument \"http://…@example.com\"; see metrics-event "
        "check --help\n");
  CHECK(run(program, {.arguments = {url}}).err.find(marker) == std::string::npos);
}

TEST_CASE("a file needs no credentials, so incomplete ones do not stop it") {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "metrics.log").string();
  const Outcome outcome =
      run(program, {.arguments = event({"--url", "file://" + path}),
                    .environment = {{"LOKI_USERNAME", "u"}, {"LOKI_BEARER_TOKEN", marker}}});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
}

TEST_CASE("a secret may come through a pipe, as from a process substitution") {
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const std::string line = "exec " + program + " runner-installed --flavor s --duration 1 --url " +
                           url_of(server) + " --username a --password-file <(read -r x; echo $x)";
  const Outcome outcome = run("/bin/bash", {.arguments = {"-c", line}, .input = "b\n"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].find("Basic YTpi\r\n") != std::string::npos);
}

TEST_CASE("credentials over plain http to another machine are warned of") {
  const ClosedPort closed;
  const std::string proxy = "127.0.0.1:" + std::to_string(closed.port());
  const Outcome far =
      run(program, {.arguments = event({"--url", "http://loki.example.com", "--proxy", proxy}),
                    .environment = {{"LOKI_BEARER_TOKEN", "t"}}});
  CHECK(far.status == 69);
  CHECK(far.err.starts_with("metrics-event: warning: credentials are sent to loki.example.com "
                            "unencrypted; use an https URL\n"));
  const Outcome encrypted =
      run(program, {.arguments = event({"--url", "https://loki.example.com", "--proxy", proxy}),
                    .environment = {{"LOKI_BEARER_TOKEN", "t"}}});
  CHECK(encrypted.err.starts_with("metrics-event: error: "));
}

TEST_CASE("no output holds a secret, whatever the outcome") {
  const TemporaryDirectory directory;
  const std::string password =
      secret_file(directory, "password", std::string{marker} + '\n', private_mode);
  const RawServer server{{{.reply = http_reply(401, "Unauthorized", "no\n")}}};
  const ClosedPort closed;
  const std::string secret_url = "http://user:" + std::string{marker} +
                                 "@127.0.0.1:" + std::to_string(server.port()) +
                                 "/push?token=" + marker;
  const Variables ways[]{
      {{"METRICS_EVENT_URL", secret_url}},
      {{"METRICS_EVENT_URL", url_of(server)}, {"LOKI_USERNAME", "u"}, {"LOKI_PASSWORD", marker}},
      {{"METRICS_EVENT_URL", url_of(server)}, {"LOKI_BEARER_TOKEN", marker}},
      {{"METRICS_EVENT_URL", url_of(server)},
       {"LOKI_USERNAME", "u"},
       {"METRICS_EVENT_PASSWORD_FILE", password}},
      {{"METRICS_EVENT_URL", url_of(server)},
       {"METRICS_EVENT_HEADER", "X-Key: " + std::string{marker}}},
      {{"METRICS_EVENT_URL", "http://loki.example.com"},
       {"METRICS_EVENT_PROXY",
        "http://u:" + std::string{marker} + "@127.0.0.1:" + std::to_string(closed.port())}},
      // Bad ones.
      {{"METRICS_EVENT_URL", "http://user:" + std::string{marker} + "@127.0.0.1:0"}},
      {{"METRICS_EVENT_URL", "ftp://127.0.0.1/?x=" + std::string{marker}}},
      {{"LOKI_USERNAME", "u"}, {"LOKI_PASSWORD", std::string{marker} + "\x01"}},
      {{"LOKI_BEARER_TOKEN", std::string{marker} + " x"}},
      {{"METRICS_EVENT_HEADER", "X-Key: " + std::string{marker} + "\x01"}},
      {{"METRICS_EVENT_HEADER", "Authorization: " + std::string{marker}}},
      {{"METRICS_EVENT_PROXY", "socks5://u:" + std::string{marker} + "@x"}},
      {{"LOKI_PASSWORD", marker}},
      {{"LOKI_PASSWORD", marker}, {"LOKI_BEARER_TOKEN", marker}},
  };
  const Words lines[]{
      event({"--verbose"}),
      event({"--dry-run"}),
      event({"--output", "json"}),
      event({"--dry-run", "--output", "json"}),
      {"check"},
      {"check", "--output", "json"},
      {"check", "--send", "-v"},
      event({"--disabled", "-v"}),
      event({"--best-effort", "-v"}),
  };
  std::string all;
  for (const Variables& variables : ways) {
    for (const Words& line : lines) {
      const Outcome outcome = run(program, {.arguments = line, .environment = variables});
      all += outcome.out + outcome.err;
      CAPTURE(outcome.out);
      CAPTURE(outcome.err);
      CHECK(outcome.out.find(marker) == std::string::npos);
      CHECK(outcome.err.find(marker) == std::string::npos);
    }
  }
  CHECK(all.find("LOKI_PASSWORD") != std::string::npos); // something was said at all
  CHECK(server.requests().size() > 10);
}

TEST_CASE("while it sends, a secret is not in its command line") {
  const RawServer server{{{.then_close = false}}};
  Background running{program,
                     {.arguments = event({"--url", url_of(server), "--timeout", "20s"}),
                      .environment = {{"LOKI_BEARER_TOKEN", marker}}}};
  while (server.requests().empty()) {
    std::this_thread::yield();
  }
  // Only its own: another test may have the secret in the command line of what it starts.
  const std::string seen = read_file("/proc/" + std::to_string(running.pid()) + "/cmdline");
  CHECK(seen.find("runner-installed") != std::string::npos);
  CHECK(seen.find(marker) == std::string::npos);
}

TEST_CASE("no core of it is left, and one of COMMAND is, as without it") {
  const TemporaryDirectory directory;
  const std::string fifo = (directory.path() / "config").string();
  const std::string cores = (directory.path() / "cores").string();
  std::filesystem::create_directory(cores);
  // Returns what a shell writes and the number of cores that its script leaves where it runs, if
  // the machine's core_pattern is a plain name.
  const auto run_script = [&](const std::string& script) {
    Outcome outcome = run(
        "/bin/sh",
        {.arguments = {"-c", "cd \"$1\" && ulimit -c unlimited && " + script, program, cores, fifo},
         .environment = {{"LOKI_BEARER_TOKEN", marker},
                         // which the sanitizer would forbid
                         {"ASAN_OPTIONS", "disable_coredump=0"}}});
    std::ptrdiff_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{cores}) {
      std::filesystem::remove(entry.path());
      ++count;
    }
    return std::pair{outcome.out, count};
  };
  if (run_script("sh -c 'kill -ABRT $$'").second != 1) {
    MESSAGE("SKIPPED: this machine writes no core into the working directory");
    return;
  }
  // While it waits for its configuration; opening the FIFO for writing waits for the reader.
  CHECK(run_script("mkfifo \"$2\" && { \"$0\" --config \"$2\" send x & exec 3> \"$2\" && "
                   "kill -ABRT $! && ! wait $!; }")
            .second == 0);
  const std::string wrapper = "\"$0\" --config none send x --disabled --on always -- ";
  CHECK(run_script(wrapper + "sh -c 'kill -ABRT $PPID'").second == 0);
  CHECK(run_script(wrapper + "sh -c 'ulimit -c; kill -ABRT $$'") ==
        std::pair{std::string{"unlimited\n"}, std::ptrdiff_t{1}});
}

TEST_SUITE_END();
