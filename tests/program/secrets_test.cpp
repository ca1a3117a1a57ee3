// Secrets that the program has, or that stand where they do not belong, through the real program:
// they are neither shown, nor stored, nor sent to another server.
#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/url_text.hpp"
#include "json/writer.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

namespace fs = std::filesystem;
using namespace metrics_event;
using namespace metrics_event::testing;
using Variables = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

namespace {

const std::string secret = "Hunter2-Sesame";

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::string at(std::uint16_t port, const std::string& path = "") {
  return "http://127.0.0.1:" + std::to_string(port) + path;
}

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words event(const Words& more) {
  return Words{"--config", "none", "--retries", "0", "send", "x"} + more;
}

Outcome run_with(const Words& words, const Variables& variables) {
  return run(plain_program, {.arguments = words, .environment = variables});
}

// Returns all files below a directory, one after the other, with their names.
std::string all_of(const fs::path& directory) {
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator{directory}) {
    text += entry.path().filename().string() + '\n';
    text += entry.is_regular_file() ? read_file(entry.path()) : "";
  }
  return text;
}

void check_secrecy(const Outcome& outcome, std::string_view word = secret) {
  CAPTURE(outcome.out);
  CAPTURE(outcome.err);
  CHECK_FALSE(has(outcome.out, word));
  CHECK_FALSE(has(outcome.err, word));
}

// Settings that give a secret, which is in the requests that result.
struct Way {
  std::string what;
  std::string query;
  Variables variables;
};

const std::vector<Way> ways{
    {"a bearer token", "", {{"METRICS_EVENT_BEARER_TOKEN", secret}}},
    {"a password", "", {{"LOKI_USERNAME", "user"}, {"LOKI_PASSWORD", secret}}},
    {"a header", "", {{"METRICS_EVENT_HEADER", "X-Key: " + secret}}},
    {"a value of the query", "?token=" + secret, {}},
    {"a query without a name", "?" + secret, {}},
};

// How a receiver may repeat what it was sent.
struct Echo {
  std::string what;
  std::function<std::string(const std::string& request)> body;
};

std::string with_each_between(std::string text, const std::string& between) {
  for (std::size_t at = 1; at < text.size(); at += 1 + between.size()) {
    text.insert(at, between);
  }
  return text;
}

std::string head_of(const std::string& request) {
  return request.substr(0, request.find("\r\n\r\n"));
}

const std::vector<Echo> echoes{
    {"as it is", head_of},
    {"as JSON", [](const auto& request) { return json_string(head_of(request)); }},
    {"as a part of a URL", [](const auto& request) { return percent_encoded(head_of(request)); }},
    {"in Base64", [](const auto& request) { return base64("x" + head_of(request)); }},
    {"between control characters",
     [](const auto& request) { return with_each_between(head_of(request), "\x01"); }},
    {"between bytes that are not UTF-8",
     [](const auto& request) { return with_each_between(head_of(request), "\x80"); }},
    {"in part",
     [](const auto& request) {
       const std::string head = head_of(request);
       const std::size_t found = head.find(secret); // not where it is in Base64
       return found == head.npos ? head : head.substr(0, found + secret.size() - 1);
     }},
};

} // namespace

TEST_SUITE_BEGIN("secrets");

TEST_CASE("whatever a receiver repeats, no secret is shown or stored") {
  for (const Way& way : ways) {
    CAPTURE(way.what);
    for (const Echo& echo : echoes) {
      CAPTURE(echo.what);
      const TemporaryDirectory directory;
      const std::string spool = (directory.path() / "spool").string();
      const RawServer server{{{.answer = [&echo](const std::string& request) {
        return http_reply(request.starts_with("GET") ? 503 : 400, "Bad", echo.body(request));
      }}}};
      const RawServer busy{{{.reply = http_reply(503, "Unavailable")}}};
      Variables variables = way.variables;
      variables["METRICS_EVENT_URL"] = at(server.port(), "/push" + way.query);
      std::string said;
      for (const Words& words :
           {event({}), event({"--output", "json", "-v"}), event({"--best-effort"}),
            Words{"--config", "none", "check"}, Words{"--config", "none", "check", "--send"},
            Words{"--config", "none", "check", "--output", "json"}}) {
        const Outcome outcome = run_with(words, variables);
        check_secrecy(outcome, std::string_view{secret}.substr(0, secret.size() - 1));
        check_secrecy(outcome, base64(secret).substr(0, 16));
        said += outcome.out + outcome.err;
      }
      CHECK(has(said, "HTTP status 400, \""));
      CHECK(has(said, "…"));
      CHECK(has(head_of(server.requests().front()),
                way.what == "a password" ? base64("user:" + secret) : secret));
    }
  }
}

TEST_CASE("what a receiver repeats when it refuses is stored without its secrets") {
  const TemporaryDirectory directory;
  const std::string spool = (directory.path() / "spool").string();
  const RawServer server{
      {{.reply = http_reply(503, "Unavailable")}, {.answer = [](const std::string& request) {
         return http_reply(400, "Bad", head_of(request));
       }}}};
  const Variables variables{{"METRICS_EVENT_URL", at(server.port(), "/push?" + secret)},
                            {"METRICS_EVENT_BEARER_TOKEN", "token-" + secret}};
  CHECK(run_with(event({"--spool", spool}), variables).status == 0);
  CHECK_FALSE(has(all_of(directory.path()), secret));
  for (const Words& words : {Words{"flush", "-v"}, Words{"flush", "--list", "--refused"},
                             Words{"flush", "--list", "--refused", "--output", "json"}}) {
    check_secrecy(run_with(Words{"--config", "none", "--spool", spool} + words, variables));
  }
  const std::string stored = all_of(directory.path());
  CHECK(has(stored, "HTTP status 400"));
  CHECK(has(stored, "Bearer …"));
  CHECK_FALSE(has(stored, secret));
}

TEST_CASE("of a password, neither the text nor the credentials in Base64 are shown") {
  struct Row {
    std::string password;
    std::string answer;
    std::string shown;
  };
  for (const Row& row : {Row{secret, "no user has " + secret + '.', "no user has …."},
                         Row{secret, "who is " + base64("user:" + secret) + "?", "who is …?"},
                         Row{"abc", "who is " + base64("user:abc") + "?", "who is …?"}}) {
    CAPTURE(row.answer);
    const RawServer server{{{.reply = http_reply(401, "Unauthorized", row.answer)}}};
    const std::string there = "127.0.0.1:" + std::to_string(server.port());
    const Variables in_variables{{"METRICS_EVENT_URL", "http://" + there},
                                 {"LOKI_USERNAME", "user"},
                                 {"LOKI_PASSWORD", row.password}};
    const Variables in_url{{"METRICS_EVENT_URL", "http://user:" + row.password + '@' + there}};
    for (const Variables& variables : {in_variables, in_url}) {
      CHECK(has(run_with(event({}), variables).err, "HTTP status 401, \"" + row.shown + '"'));
    }
  }
}

TEST_CASE("a proxy's password is shown neither as it is nor in Base64") {
  const std::string credentials = base64("user:" + secret);
  for (const std::string& answer : {"who is " + secret + "?", "who is " + credentials + "?"}) {
    const RawServer proxy{{{.reply = http_reply(407, "Who", answer)}}};
    const std::string there = "@127.0.0.1:" + std::to_string(proxy.port());
    const Outcome outcome =
        run_with(event({}), {{"METRICS_EVENT_URL", "http://receiver.invalid"},
                             {"METRICS_EVENT_PROXY", "http://user:" + secret + there}});
    CHECK(has(outcome.err, ", \"who is …?\""));
    REQUIRE(proxy.requests().size() == 1);
    CHECK(has(proxy.requests()[0], "Proxy-Authorization: Basic " + credentials));
  }
  const RawServer proxy{{{.reply = http_reply(407, "Who", "who is " + secret + "?")}}};
  const Outcome by_token = run_with(
      event({}), {{"METRICS_EVENT_URL", "http://receiver.invalid"},
                  {"METRICS_EVENT_PROXY", secret + "@127.0.0.1:" + std::to_string(proxy.port())}});
  CHECK(has(by_token.err, ", \"who is …?\""));
}

TEST_CASE("a redirect's Location is shown without our secrets and without any of its own") {
  struct Row {
    std::string location;
    std::string shown;
  };
  for (const Row& row :
       {Row{"https://login.example.com/" + secret + "/x", "https://login.example.com/…/x"},
        Row{"/" + percent_encoded(secret), "/…"},
        Row{"https://login.example.com/?state=foreign-secret&" + secret,
            "https://login.example.com/?state=…&=…"},
        Row{"https://login.example.com/#token=foreign-secret",
            "https://login.example.com/#token=…"},
        Row{"https://me:foreign-secret@login.example.com/", "https://…@login.example.com/"}}) {
    const RawServer server{
        {{.reply = http_reply(302, "Found", "", {"Location: " + row.location})}}};
    const Outcome outcome = run_with(event({}), {{"METRICS_EVENT_URL", at(server.port())},
                                                 {"METRICS_EVENT_BEARER_TOKEN", secret}});
    CHECK(has(outcome.err, ", a redirect to \"" + row.shown + "\" is not followed"));
  }
}

TEST_CASE("credentials for an https URL are not sent to a spooled http URL of the same host") {
  for (const bool is_in_url : {false, true}) {
    const TemporaryDirectory directory;
    const std::string spool = (directory.path() / "spool").string();
    ClosedPort closed;
    const std::string there = "127.0.0.1:" + std::to_string(closed.port());
    REQUIRE(
        run_with(event({"--spool", spool}), {{"METRICS_EVENT_URL", "http://" + there}}).status ==
        0);
    const RawServer server{std::move(closed), {{.reply = http_reply(204, "No Content")}}};
    Variables variables{{"METRICS_EVENT_HEADER", "X-Key: " + secret}};
    variables["METRICS_EVENT_URL"] = "https://" + (is_in_url ? "user:" + secret + '@' : "") + there;
    if (!is_in_url) {
      variables["METRICS_EVENT_BEARER_TOKEN"] = secret;
    }
    const Outcome outcome = run_with({"--config", "none", "--spool", spool, "flush"}, variables);
    CHECK(outcome.out == "delivered 1, refused 0, left 0\n");
    REQUIRE(server.requests().size() > 0);
    for (const std::string& request : server.requests()) {
      CHECK_FALSE(has(request, "Authorization"));
      CHECK_FALSE(has(request, secret));
    }
  }
}

TEST_CASE("a bad value of a setting is not repeated, wherever it is given and whatever it is") {
  const TemporaryDirectory directory;
  const std::string config = (directory.path() / "config.toml").string();
  const std::string key = "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----";
  const std::string tail = '/' + secret + "==";
  const std::pair<std::string, std::string> values[]{
      {"username", "user:" + secret},
      {"org-id", "https://user:" + secret + "@example.com"},
      {"header", secret},
      {"header", secret + ": \x01"},
      {"header", "X Key: " + secret},
      {"url", "user:" + secret + "@example.com:3100"},
      {"url", "https:/user:" + secret + "@example.com"},
      {"url", "http://user:12/" + secret + "@example.com"},
      {"url", "http://user:" + secret + "^@example.com"},
      {"url", "http://127.0.0.1:1/#" + secret},
      {"query-url", "http://127.0.0.1:1/" + secret},
      {"proxy", "socks5://user:" + secret + "@example.com"},
      {"proxy", "http://user:12/" + secret + "@example.com"},
      {"no-proxy", "http://user:" + secret + "@example.com"},
      {"password-file", secret},
      {"password-file", "a" + tail},
      {"password-file", tail},
      {"bearer-token-file", secret},
      {"bearer-token-file", "eyJhbGciOi" + tail},
      {"bearer-token-file", secret + std::string(300, 'x')},
      {"bearer-token-file", key},
      {"ca-cert", key},
      {"cert", key},
      {"cert", "MIIBIjANBg" + tail},
      {"key", key},
      {"key", "MIIBIjANBg" + tail},
      {"spool", "https://user:" + secret + "@example.com"},
      {"timeout", "https://user:" + secret + "@example.com"},
      {"retries", "user:" + secret + "@example.com"},
  };
  for (const auto& [setting, value] : values) {
    const std::string given = setting + '=' + value;
    CAPTURE(given);
    std::string variable = "METRICS_EVENT_";
    for (const char c : setting) {
      variable += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    const std::string quoted = json_string(value);
    write_file(config, setting + " = " + (setting == "header" ? '[' + quoted + ']' : quoted) +
                           (setting == "password-file" ? "\nusername = 'user'" : "") +
                           (setting == "key" ? "\ncert = '/dev/null'" : "") + '\n');
    Words others;
    if (setting != "url") {
      others = {"--url", setting == "proxy" || setting == "no-proxy" ? "http://receiver.invalid"
                                                                     : "https://127.0.0.1:1"};
    }
    if (setting == "no-proxy") { // which plays no part without a proxy
      others = others + Words{"--proxy", "http://127.0.0.1:1"};
    }
    if (setting == "password-file") {
      others = others + Words{"--username", "user"};
    }
    if (setting == "key") {
      others = others + Words{"--cert", "/dev/null"};
    }
    std::string said;
    for (const Words& command : {Words{"send", "x", "--output", "json"}, Words{"check"},
                                 Words{"check", "--output", "json"}, Words{"flush"}}) {
      const Words words = others + command;
      for (const Outcome& outcome :
           {run_with(Words{"--config", "none", "--" + setting + '=' + value} + words, {}),
            run_with(Words{"--config", "none"} + words, {{variable, value}}),
            run_with(Words{"--config", config} + words, {})}) {
        check_secrecy(outcome);
        said += outcome.err;
      }
    }
    for (const std::string& origin : {"--" + setting, variable, config + ":1:"}) {
      CAPTURE(origin);
      CHECK(has(said, origin));
    }
  }
}

TEST_CASE("a file that is missing is named when its directory is there") {
  const TemporaryDirectory directory;
  const std::string missing = (directory.path() / "token").string();
  const auto words = [](const std::string& file) {
    return event({"--url", "http://127.0.0.1:1", "--bearer-token-file", file});
  };
  CHECK(has(run_with(words(missing), {}).err, '"' + missing + "\": no such file or directory"));
  CHECK(run_with(words(secret), {}).err ==
        "metrics-event: error: --bearer-token-file: expected the name of an existing file; "
        "the one given is not shown, because it may be the secret itself\n");
  write_file(missing, "two words");
  CHECK(has(run_with(words(missing), {}).err, '"' + missing + "\": expected a token"));
}

TEST_CASE("a word in the wrong place does not show a secret") {
  const std::string url = "https://user:" + secret + "@example.com";
  const Words lines[]{
      {"--bearer-token", secret, "send", "x"},
      {"send", "--bearer-token", secret, "x"},
      {"send", "x", "--bearer-token", secret},
      {"send", "--bearer-token", secret + "/+", "x"},
      {"send", "--password=" + secret, "x"},
      {"send", "--token", secret + "/+", "x"},
      {"runner-installed", "--password", secret + "=x", "--flavor", "s", "--duration", "1"},
      {"send", "x", "-p" + secret},
      {"send", "x", "-np" + secret},
      {"send", "x", "-uuser:" + secret},
      {"send", "x", "-u", "user:" + secret},
      {"send", "x", "--username", "--url=" + url},
      {"send", "x", "--username", "--header=X-Key: " + secret},
      {url},
      {"send", url},
      {"send", "x", url},
      {"send", "x", url + "/?a=b"},
      {"check", url},
      {"check", "https:/user:" + secret + "@example.com"},
      {"check", "user:" + secret + "@example.com:3100"},
      {"check", "https://example.com/?token=" + secret},
      {"check", "https://example.com/?" + secret},
      {"flush", url},
      {"flush", "--spool", url},
      {"flush", "--spool=" + url},
      {"batch", url},
      {"batch", url, url},
      {"batch", "--resume", url},
      {"--config", url, "check"},
      {"--events", url, "check"},
      {"send", "x", "--timeout", url},
      {"send", "x", "--timestamp", url},
      {"send", "x", "--on", url, "--", "true"},
      {"help", url},
      {"completion", url},
      {"schema", url},
      {"listen", url},
      {"send", "x", "--", url},
  };
  for (const Words& line : lines) {
    const std::string words = joined(line, " ", [](const std::string& word) { return word; });
    CAPTURE(words);
    const Outcome outcome = run_with(line, {});
    CHECK(outcome.status != 0);
    CHECK_FALSE(outcome.err.empty());
    check_secrecy(outcome);
  }
}

TEST_CASE("a mistake in a configuration file does not show a secret") {
  const TemporaryDirectory directory;
  const std::string config = (directory.path() / "config.toml").string();
  const std::string number = "12345678901234567890123456789";
  for (const std::string& text :
       {"bearer-token = '" + secret + "'\n", "password = " + secret + '\n',
        "bearer-token-file = " + secret + '\n', "bearer-token-file = t" + secret + '\n',
        "bearer-token-file = '" + secret + '\n', "bearer-token-file = \"" + secret + "\\q\"\n",
        "bearer-token-file = '" + secret + "' x\n", "password-file = " + number + '\n',
        "password-file = " + number + "e9999\n", "url = http://user:" + secret + "@example.com\n",
        "header = '" + secret + "'\n", "header = { X-Key = " + secret + " }\n",
        "[header]\nX-Key: " + secret + '\n', "[header]\n'X-Key: " + secret + "' = 1\n",
        "username = ['" + secret + "']\n", "key = '''\n" + secret + "\n'''\n"}) {
    CAPTURE(text);
    write_file(config, text);
    for (const Words& command : {Words{"send", "x"}, Words{"check"}}) {
      const Outcome outcome =
          run_with(Words{"--config", config, "--url", "http://127.0.0.1:1"} + command, {});
      CHECK((outcome.status == 78 || outcome.status == 66));
      CHECK(has(outcome.err, config));
      check_secrecy(outcome);
      check_secrecy(outcome, number);
    }
  }
}

TEST_CASE("a variable with a name that is none is named without its value") {
  const Outcome outcome =
      run_with({"--config", "none", "--url", "http://127.0.0.1:1", "check"},
               {{"METRICS_EVENT_PASSWORT", secret}, {"METRICS_EVENT_TOKEN", secret}});
  CHECK(has(outcome.out, "METRICS_EVENT_PASSWORT"));
  check_secrecy(outcome);
}

TEST_SUITE_END();
