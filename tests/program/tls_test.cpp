// TLS against real servers, nginx and the openssl tool, with certificates made for the test: exit
// status and stderr, both compared whole.
#include "base/text.hpp"
#include "support/certificates.hpp"
#include "support/isolated.hpp"
#include "support/nginx.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/server_program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using metrics_event::quote;
using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

namespace {

namespace fs = std::filesystem;

constexpr auto ample = 20s;
constexpr const char* openssl = "/usr/bin/openssl";
constexpr const char* accept_pushes = "location = /loki/api/v1/push { return 204; }\n";

// What all tests share: made once in a process, and each only when it is first asked for.
const fs::path& directory() {
  static const TemporaryDirectory made;
  return made.path();
}
const CertificateAuthority& root() {
  static const CertificateAuthority made{directory(), "Test Root"};
  return made;
}
const CertificateAuthority& intermediate() {
  static const CertificateAuthority made = root().intermediate("Test Intermediate");
  return made;
}
const CertificateAuthority& stranger() {
  static const CertificateAuthority made{directory(), "Other \x1b[31mRoot"};
  return made;
}

Leaf receiver(Validity validity = Validity::good) {
  return {.common_name = "receiver",
          .names = {"DNS:localhost", "DNS:*.dev.localhost", "IP:127.0.0.1", "IP:::1"},
          .validity = validity};
}
const CertificateFiles& good() {
  static const CertificateFiles made = intermediate().issue(receiver());
  return made;
}
// Without alternative names it is issued for its common name.
CertificateFiles issued_for(const Words& names, const std::string& common_name = "receiver") {
  return root().issue({.common_name = common_name, .names = names});
}
Leaf client(Validity validity = Validity::good) {
  return {.common_name = "me", .validity = validity, .client = true};
}
const CertificateFiles& me() {
  static const CertificateFiles made = intermediate().issue(client());
  return made;
}

std::string private_file(const std::string& name, const std::string& text) {
  const fs::path path = directory() / name;
  write_file(path, text);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  return path.string();
}

bool lacks_nginx() {
  if (!Nginx::installed()) {
    MESSAGE("SKIPPED: no nginx here");
  }
  return !Nginx::installed();
}

// A server of the openssl tool that demands a client certificate. It says what is wrong with that
// by alerts of TLS, where nginx goes on to HTTP.
class DemandingServer {
public:
  explicit DemandingServer(const std::string& version_flag) {
    server_.start(openssl,
                  {"s_server", "-quiet", version_flag, "-accept",
                   "127.0.0.1:" + std::to_string(server_.port()), "-cert", good().certificate,
                   "-cert_chain", intermediate().certificate(), "-key", good().key, "-CAfile",
                   root().certificate(), "-Verify", "2", "-verify_return_error"},
                  server_.path("log"));
  }
  std::uint16_t port() const { return server_.port(); }

private:
  ServerProgram server_{Place{}};
};

std::string https(const std::string& host, std::uint16_t port) {
  return "https://" + host + ':' + std::to_string(port);
}

Invocation event(const std::string& url, const Words& more, Variables variables = {}) {
  variables.insert(one_attempt);
  Words words{"runner-installed", "--flavor", "small", "--duration", "1", "--url", url};
  words.insert(words.end(), more.begin(), more.end());
  return {.arguments = words, .environment = variables};
}

Outcome send(const std::string& url, const Words& more, const Variables& variables = {}) {
  return run(program, event(url, more, variables));
}

// The same where even root has only the permissions that the modes of files give.
Outcome run_with_permissions(Invocation invocation) {
  if (::geteuid() != 0) {
    return run(program, invocation);
  }
  const Words words{"--bounding-set=-all", program};
  invocation.arguments.insert(invocation.arguments.begin(), words.begin(), words.end());
  return run("/usr/bin/setpriv", invocation);
}

Words trusting(const std::string& authority, const Words& more = {}) {
  Words words{"--ca-cert", authority};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words identified_by(const std::string& certificate, const std::string& key) {
  return trusting(root().certificate(), {"--cert", certificate, "--key", key});
}

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

// Nothing without a reason.
std::string undelivered(const std::string& url, const std::string& reason) {
  return reason.empty()
             ? ""
             : error("cannot deliver runner_installed to " + url + "/loki/api/v1/push: " + reason);
}

std::string unverified(const std::string& origin) {
  return "metrics-event: warning: " + origin +
         ": the receiver's certificate is not verified, so anybody can impersonate it; use "
         "--ca-cert\n";
}

// The line in nginx's log of an event that it accepted.
std::string logged(const std::string& version, const std::string& name,
                   const std::string& client = "-") {
  return R"("POST /loki/api/v1/push HTTP/1.1" status=204 authorization="-" tenant="-" tls=")" +
         version + R"(" name=")" + name + R"(" client=")" + client + '"';
}

const std::string unknown_authority =
    ", an authority that is not trusted; trust it with --ca-cert FILE; if it is an intermediate "
    "one, the receiver must send its certificate";
const std::string other_name = "; use a URL with a name that it was issued for";
const std::string not_for_addresses = ", not as an IP address; issue it with subjectAltName=IP:";
const std::string signed_by_itself =
    "the receiver's certificate is self-signed and not trusted; trust it with --ca-cert FILE";
const std::string no_tls = "the port does not speak TLS; use an http URL, or another port";
const std::string too_old = "the receiver does not offer TLS 1.2 or newer; it must be updated";
const std::string breaks_off =
    "the receiver broke off the handshake; does it want a client certificate (--cert, --key)?";
const std::string wants_certificate =
    "the receiver requires a client certificate; give --cert and --key";

} // namespace

TEST_SUITE_BEGIN("tls");

TEST_CASE("a good certificate lets events through, and the server is told names, not addresses") {
  if (lacks_nginx()) {
    return;
  }
  const ServerProgram place{Place{}}; // keeps the port for IPv6 as well
  Nginx nginx{{.server = "listen [::1]:" + std::to_string(place.port()) + " ssl;\n" + accept_pushes,
               .tls = good(),
               .place = {.port = place.port()}}};
  struct Row {
    std::string host;
    std::string told;
  };
  const Row rows[]{
      {"localhost", "localhost"},  {"LocalHost", "LocalHost"},
      {"localhost.", "localhost"}, {"a.dev.localhost", "a.dev.localhost"},
      {"127.0.0.1", "-"},          {"[::1]", "-"},
      {"[::1%25lo]", "-"}, // a certificate knows nothing of zones
  };
  for (const Row& row : rows) {
    CAPTURE(row.host);
    const Outcome outcome = send(https(row.host, nginx.port()), trusting(root().certificate()));
    CHECK(outcome.err == "");
    CHECK(outcome.status == 0);
    CHECK(nginx.await_log_line(ample) == logged("TLSv1.3", row.told));
  }
}

TEST_CASE("a certificate that breaks a rule is 76, and the message says which") {
  if (lacks_nginx()) {
    return;
  }
  Leaf without_chain = receiver();
  without_chain.with_chain = false;
  Leaf for_clients = receiver();
  for_clients.client = true;
  const CertificateFiles alone = self_signed(directory(), receiver());
  struct Row {
    std::string what;
    CertificateFiles certificate;
    const char* host;
    std::string reason;
    std::string trusted = root().certificate();
  };
  const Row rows[]{
      {"expired", intermediate().issue(receiver(Validity::expired)), "localhost",
       "the receiver's certificate expired on 2020-02-03; it must be renewed there"},
      {"not yet valid", intermediate().issue(receiver(Validity::not_yet)), "localhost",
       "the receiver's certificate is not valid before 2099-01-01; check the clock of this "
       "machine"},
      {"another name", good(), "other.localhost",
       "the receiver's certificate was issued for localhost, *.dev.localhost, 127.0.0.1, ::1 and "
       "not for other.localhost" +
           other_name},
      {"two labels for one *", good(), "a.b.dev.localhost",
       "the receiver's certificate was issued for localhost, *.dev.localhost, 127.0.0.1, ::1 and "
       "not for a.b.dev.localhost" +
           other_name},
      {"another address", issued_for({"DNS:localhost", "IP:127.0.0.2", "IP:::1"}), "127.0.0.1",
       "the receiver's certificate was issued for localhost, 127.0.0.2, ::1 and not for 127.0.0.1" +
           other_name},
      {"more names than anybody reads",
       issued_for(
           {"DNS:a.test", "DNS:b.test", "DNS:c.test", "DNS:d.test", "DNS:e.test", "DNS:f.test"}),
       "localhost",
       "the receiver's certificate was issued for a.test, b.test, c.test, d.test, e.test, … and "
       "not for localhost" +
           other_name},
      {"a common name only", issued_for({}, "localhost"), "127.0.0.1",
       "the receiver's certificate was issued for localhost and not for 127.0.0.1" + other_name},
      {"an address as a DNS name", issued_for({"DNS:127.0.0.1", "IP:127.0.0.2"}), "127.0.0.1",
       "the receiver's certificate names 127.0.0.1 as a DNS name" + not_for_addresses +
           "127.0.0.1"},
      {"an address as the common name", issued_for({}, "127.0.0.1"), "127.0.0.1",
       "the receiver's certificate names 127.0.0.1 as its common name" + not_for_addresses +
           "127.0.0.1"},
      {"an address as the common name, beside others", issued_for({"DNS:localhost"}, "127.0.0.1"),
       "127.0.0.1",
       "the receiver's certificate names 127.0.0.1 as its common name" + not_for_addresses +
           "127.0.0.1"},
      {"an authority that nobody knows, with a name that would act on a terminal",
       stranger().issue(receiver()), "localhost",
       "the receiver's certificate was issued by \"Other [31mRoot\"" + unknown_authority},
      {"an authority that the system does not know", good(), "localhost",
       "the certificate of its authority \"Test Intermediate\" was issued by \"Test Root\"" +
           unknown_authority,
       ""},
      {"the intermediate is missing", intermediate().issue(without_chain), "localhost",
       "the receiver's certificate was issued by \"Test Intermediate\"" + unknown_authority},
      {"signed by itself", alone, "localhost", signed_by_itself},
      {"signed by itself, as trusted", alone, "localhost", "", alone.certificate},
      {"for clients", root().issue(for_clients), "localhost",
       "the receiver's certificate is refused: unsuitable certificate purpose"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Nginx nginx{{.server = accept_pushes, .tls = row.certificate}};
    const std::string url = https(row.host, nginx.port());
    const Outcome outcome = send(url, row.trusted.empty() ? Words{} : trusting(row.trusted));
    CHECK(outcome.err == undelivered(url, row.reason));
    CHECK(outcome.status == (row.reason.empty() ? 0 : 76));
  }
}

TEST_CASE("an address is known in all of its spellings, and stays none of the names") {
  if (lacks_nginx()) {
    return;
  }
  for (const std::string name : {"DNS:0:0:0:0:0:0:0:1", "DNS:[::1]"}) {
    CAPTURE(name);
    const ServerProgram place{Place{}}; // keeps the port for IPv6 as well
    const Nginx nginx{
        {.server = "listen [::1]:" + std::to_string(place.port()) + " ssl;\n" + accept_pushes,
         .tls = issued_for({name}),
         .place = {.port = place.port()}}};
    const std::string url = https("[::1]", nginx.port());
    const Outcome outcome = send(url, trusting(root().certificate()));
    CHECK(outcome.err == undelivered(url, "the receiver's certificate names ::1 as a DNS name" +
                                              not_for_addresses + "::1"));
    CHECK(outcome.status == 76);
  }
}

TEST_CASE("a wildcard is one whole label, the first, and nothing else") {
  if (lacks_nginx()) {
    return;
  }
  struct Row {
    std::string name;
    std::string host;
    bool matches;
  };
  const Row rows[]{
      {"*.a.localhost", "foo.a.localhost", true},
      {"f*.a.localhost", "foo.a.localhost", false},
      {"*o.a.localhost", "foo.a.localhost", false},
      {"f*o.a.localhost", "foo.a.localhost", false},
      {"*", "localhost", false},
      {"*", "foo.a.localhost", false},
      {"*.*.localhost", "foo.a.localhost", false},
      {"foo.*.localhost", "foo.a.localhost", false},
      {"*.a.localhost", "a.localhost", false},
      {"*.localhost", "foo.localhost", false},
      {"*.a.localhost", "b.foo.a.localhost", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.host);
    const Nginx nginx{{.server = accept_pushes, .tls = issued_for({"DNS:" + row.name})}};
    const std::string url = https(row.host, nginx.port());
    const Outcome outcome = send(url, trusting(root().certificate()));
    CHECK(outcome.err ==
          undelivered(url, row.matches ? ""
                                       : "the receiver's certificate was issued for " + row.name +
                                             " and not for " + row.host + other_name));
    CHECK(outcome.status == (row.matches ? 0 : 76));
  }
}

TEST_CASE("TLS 1.2 and newer are spoken, and nothing older") {
  if (lacks_nginx()) {
    return;
  }
  for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
    CAPTURE(version);
    Nginx nginx{{.server = "ssl_protocols " + version + ";\n" + accept_pushes, .tls = good()}};
    const Outcome outcome = send(https("localhost", nginx.port()), trusting(root().certificate()));
    CHECK(outcome.err == "");
    CHECK(outcome.status == 0);
    CHECK(nginx.await_log_line(ample) == logged(version, "localhost"));
  }
  // Not even where the system's own rules would let them through.
  const std::string lax =
      private_file("lax.cnf", "openssl_conf = main\n[main]\nssl_conf = ssl\n[ssl]\n"
                              "system_default = lax\n[lax]\nMinProtocol = TLSv1\n"
                              "CipherString = DEFAULT@SECLEVEL=0\n");
  for (const std::string versions : {"TLSv1", "TLSv1.1", "TLSv1 TLSv1.1"}) {
    CAPTURE(versions);
    const Nginx nginx{{.server = "ssl_protocols " + versions +
                                 ";\nssl_ciphers DEFAULT@SECLEVEL=0;\n" + accept_pushes,
                       .tls = good()}};
    const std::string url = https("localhost", nginx.port());
    const Outcome outcome = send(url, trusting(root().certificate()), {{"OPENSSL_CONF", lax}});
    CHECK(outcome.err == undelivered(url, too_old));
    CHECK(outcome.status == 76);
  }
}

TEST_CASE("without verification any certificate is taken, with a warning every time") {
  if (lacks_nginx()) {
    return;
  }
  const Nginx nginx{{.server = accept_pushes,
                     .tls = self_signed(directory(), {.common_name = "elsewhere",
                                                      .names = {"DNS:elsewhere"},
                                                      .validity = Validity::expired})}};
  const std::string url = https("localhost", nginx.port());
  const std::string config = private_file("skip.toml", "tls-skip-verify = true\n");
  struct Row {
    std::string what;
    Words options;
    Variables variables;
    std::string err;
    int status = 0;
  };
  const Row rows[]{
      {"it is verified", {}, {}, undelivered(url, signed_by_itself), 76},
      {"once", {"--tls-skip-verify"}, {}, unverified("--tls-skip-verify")},
      {"twice", {"--tls-skip-verify"}, {}, unverified("--tls-skip-verify")},
      {"by our variable",
       {},
       {{"METRICS_EVENT_TLS_SKIP_VERIFY", "1"}},
       unverified("METRICS_EVENT_TLS_SKIP_VERIFY")},
      {"by that of others",
       {},
       {{"LOKI_TLS_SKIP_VERIFY", "true"}},
       unverified("LOKI_TLS_SKIP_VERIFY")},
      {"by a file", {"--config", config}, {}, unverified(config + ":1:19: tls-skip-verify")},
      {"best effort", {"--tls-skip-verify", "--best-effort"}, {}, unverified("--tls-skip-verify")},
      {"as an object",
       {"--tls-skip-verify", "--output", "json"},
       {},
       unverified("--tls-skip-verify")},
      {"quiet", {"--tls-skip-verify", "--quiet"}, {}, ""},
      {"a flag wins",
       {"--tls-skip-verify=false"},
       {{"LOKI_TLS_SKIP_VERIFY", "1"}},
       undelivered(url, signed_by_itself),
       76},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Outcome outcome = send(url, row.options, row.variables);
    CHECK(outcome.err == row.err);
    CHECK(outcome.status == row.status);
  }
  const RawServer plain{{{.reply = http_reply(204, "No Content")}}};
  CHECK(send("http://127.0.0.1:" + std::to_string(plain.port()), {"--tls-skip-verify"}).err == "");
}

TEST_CASE("without verification a handshake that fails is not blamed on the certificate") {
  const DemandingServer server{"-tls1_2"};
  const std::string url = https("localhost", server.port());
  const Outcome outcome = send(url, {"--tls-skip-verify", "--quiet"});
  CHECK(outcome.err == undelivered(url, breaks_off));
}

TEST_CASE("nginx says over HTTP what is wrong with a client certificate") {
  if (lacks_nginx()) {
    return;
  }
  Nginx nginx{{.server = "ssl_client_certificate \"" + root().certificate() +
                         "\";\nssl_verify_depth 2;\nssl_verify_client on;\n" + accept_pushes,
               .tls = good()}};
  const std::string url = https("localhost", nginx.port());
  const std::string certificate = read_file(me().certificate);
  const std::string key = read_file(me().key);
  Leaf without_chain = client();
  without_chain.with_chain = false;
  const CertificateFiles strange = stranger().issue(client());
  const CertificateFiles expired = intermediate().issue(client(Validity::expired));
  const CertificateFiles unchained = intermediate().issue(without_chain);
  const std::string missing = "HTTP status 400, \"400 No required SSL certificate was sent\"; ";
  const std::string wrong = "HTTP status 400, \"400 The SSL certificate error\"; ";
  const std::string remedy = "the receiver rejected the client certificate; check --cert and --key";
  struct Row {
    std::string what;
    Words options;
    Variables variables;
    std::string reason;
  };
  const Row rows[]{
      {"good", identified_by(me().certificate, me().key), {}, ""},
      {"one file",
       trusting(root().certificate(), {"--cert", private_file("one.pem", certificate + key)}),
       {},
       ""},
      {"one file, the key first",
       trusting(root().certificate(), {"--cert", private_file("two.pem", key + certificate)}),
       {},
       ""},
      {"by variables",
       {},
       {{"LOKI_CA_CERT_PATH", root().certificate()},
        {"LOKI_CLIENT_CERT_PATH", me().certificate},
        {"LOKI_CLIENT_KEY_PATH", me().key}},
       ""},
      {"none", trusting(root().certificate()), {}, missing + remedy},
      {"of another authority", identified_by(strange.certificate, strange.key), {}, wrong + remedy},
      {"expired", identified_by(expired.certificate, expired.key), {}, wrong + remedy},
      {"without its chain",
       identified_by(unchained.certificate, unchained.key),
       {},
       wrong + remedy},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Outcome outcome = send(url, row.options, row.variables);
    CHECK(outcome.err == undelivered(url, row.reason));
    CHECK(outcome.status == (row.reason.empty() ? 0 : 76));
    const std::string line = nginx.await_log_line(ample);
    if (row.reason.empty()) {
      CHECK(line == logged("TLSv1.3", "localhost", "CN=me"));
    }
  }
}

TEST_CASE("an alert says what is wrong with a client certificate, in TLS 1.2 and 1.3") {
  const CertificateFiles strange = stranger().issue(client());
  const CertificateFiles expired = intermediate().issue(client(Validity::expired));
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    CAPTURE(version);
    const DemandingServer server{version};
    const std::string url = https("localhost", server.port());
    const std::pair<Words, std::string> rows[]{
        {trusting(root().certificate()), version == "-tls1_2" ? breaks_off : wants_certificate},
        {identified_by(strange.certificate, strange.key),
         "the receiver does not know the authority of the client certificate; check --cert"},
        {identified_by(expired.certificate, expired.key),
         "the receiver refuses the client certificate as expired; renew --cert"},
        {identified_by(good().certificate, good().key),
         "the receiver does not support this kind of client certificate; check --cert"},
    };
    for (const auto& [options, reason] : rows) {
      const Outcome outcome = send(url, options);
      CHECK(outcome.err == undelivered(url, reason));
      CHECK(outcome.status == 76);
    }
  }
}

TEST_CASE("http and https ports that are taken for each other are 76, and told apart") {
  if (lacks_nginx()) {
    return;
  }
  const Nginx plain{{.server = accept_pushes}};
  const std::string https_url = https("127.0.0.1", plain.port());
  const Outcome to_plain = send(https_url, {});
  CHECK(to_plain.err == undelivered(https_url, no_tls));
  CHECK(to_plain.status == 76);
  const Nginx secure{{.server = accept_pushes, .tls = good()}};
  const std::string http_url = "http://127.0.0.1:" + std::to_string(secure.port());
  const Outcome to_secure = send(http_url, {});
  CHECK(to_secure.err ==
        undelivered(http_url, "HTTP status 400, \"400 The plain HTTP request was sent to HTTPS "
                              "port\"; the port speaks TLS; use an https URL"));
  CHECK(to_secure.status == 76);
}

TEST_CASE("what can go wrong in a handshake has its status and its words") {
  const auto alert = [](int description) {
    return std::string{"\x15\x03\x03\x00\x02\x02", 6} + static_cast<char>(description);
  };
  // Of a server that chooses TLS 1.1 without asking.
  const std::string hello_1_1 = std::string{"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02", 11} +
                                std::string(32, 'r') + std::string{"\x00\x00\x2f\x00", 4};
  const std::string refuses = "the receiver refuses the client certificate";
  const std::string closed = "the connection was closed during the TLS handshake; try again later";
  struct Row {
    std::string what;
    Behaviour server;
    int status;
    std::string reason;
  };
  const Row rows[]{
      {"silence",
       {.then_close = false},
       75,
       "no TLS handshake in time; try again later or raise --timeout"},
      {"silence in the middle",
       {.reply = hello_1_1.substr(0, 9), .then_close = false},
       75,
       "no TLS handshake in time; try again later or raise --timeout"},
      {"an end", {}, 75, closed},
      {"an end in the middle", {.reply = hello_1_1.substr(0, 9)}, 75, closed},
      {"a reset",
       {.reset = true},
       75,
       "the connection was lost during the TLS handshake: connection reset by peer; try again "
       "later"},
      {"SSH", {.reply = "SSH-2.0-OpenSSH_9.2\r\n"}, 76, no_tls},
      {"zeros", {.reply = std::string(100, '\0')}, 76, no_tls},
      {"endless garbage", {.repeated = std::string(4096, 'x')}, 76, no_tls},
      {"data too early",
       {.reply = {"\x17\x03\x03\x00\x01x", 6}},
       76,
       "TLS failed: unexpected message; check the host and the port"},
      {"an old version", {.reply = hello_1_1}, 76, too_old},
      {"protocol_version", {.reply = alert(70)}, 76, too_old},
      {"handshake_failure", {.reply = alert(40)}, 76, breaks_off},
      {"bad_certificate", {.reply = alert(42)}, 76, refuses + "; check --cert"},
      {"unsupported_certificate",
       {.reply = alert(43)},
       76,
       "the receiver does not support this kind of client certificate; check --cert"},
      {"certificate_revoked", {.reply = alert(44)}, 76, refuses + " as revoked; renew --cert"},
      {"certificate_expired", {.reply = alert(45)}, 76, refuses + " as expired; renew --cert"},
      {"certificate_unknown", {.reply = alert(46)}, 76, refuses + "; check --cert"},
      {"unknown_ca",
       {.reply = alert(48)},
       76,
       "the receiver does not know the authority of the client certificate; check --cert"},
      {"access_denied",
       {.reply = alert(49)},
       76,
       "the receiver denies access to the client certificate; check --cert"},
      {"internal_error",
       {.reply = alert(80)},
       76,
       "TLS failed: tlsv1 alert internal error; check the host and the port"},
      {"unrecognized_name",
       {.reply = alert(112)},
       76,
       "the receiver does not serve this host name; check the URL"},
      {"certificate_required", {.reply = alert(116)}, 76, wants_certificate},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Behaviour behaviour = row.server;
    behaviour.read_request = false; // what comes is not HTTP
    const RawServer server{{behaviour}};
    const std::string url = https("localhost", server.port());
    Words options{"--cert", me().certificate, "--key", me().key};
    if (!behaviour.then_close) {
      options.insert(options.end(), {"--timeout", "1s"});
    }
    const Outcome outcome = send(url, trusting(root().certificate(), options));
    CHECK(outcome.err == undelivered(url, row.reason));
    CHECK(outcome.status == row.status);
  }
  // Without a client certificate, what is said about it means that there should be one.
  for (const int description : {42, 43, 46, 48, 49}) {
    const RawServer server{{{.reply = alert(description), .read_request = false}}};
    const std::string url = https("localhost", server.port());
    CHECK(send(url, {}).err == undelivered(url, wants_certificate));
  }
}

TEST_CASE("a stricter system stays as strict") {
  if (lacks_nginx()) {
    return;
  }
  const std::string config = private_file("strict.cnf", "openssl_conf = a\n[a]\nssl_conf = b\n"
                                                        "[b]\nsystem_default = c\n"
                                                        "[c]\nMinProtocol = TLSv1.3\n");
  const Nginx server{
      {.server = std::string{"ssl_protocols TLSv1.2;\n"} + accept_pushes, .tls = good()}};
  const std::string url = https("localhost", server.port());
  const Words options = trusting(root().certificate());
  CHECK(send(url, options).status == 0);
  const Outcome strict = send(url, options, {{"OPENSSL_CONF", config}});
  CHECK(strict.status == 76);
  CHECK(strict.err == undelivered(url, too_old));
}

TEST_CASE("an intermediate authority may be the one to trust") {
  if (lacks_nginx()) {
    return;
  }
  const Nginx server{{.server = accept_pushes, .tls = good()}};
  CHECK(send(https("localhost", server.port()), trusting(intermediate().certificate())).status ==
        0);
}

TEST_CASE("a bad certificate file is 66 by flag and 78 from elsewhere, and is named") {
  const ClosedPort nobody; // which is not asked: files come first
  struct Setting {
    std::string name;
    const char* own_variable;
    const char* other_variable;
    std::string kind;
  };
  const Setting settings[]{
      {"ca-cert", "METRICS_EVENT_CA_CERT", "LOKI_CA_CERT_PATH", "certificate"},
      {"cert", "METRICS_EVENT_CERT", "LOKI_CLIENT_CERT_PATH", "certificate"},
      {"key", "METRICS_EVENT_KEY", "LOKI_CLIENT_KEY_PATH", "private key"},
  };
  const std::string forbidden = private_file("forbidden.pem", "");
  fs::permissions(forbidden, fs::perms::none);
  for (const Setting& setting : settings) {
    const std::string holds_none = " contains no " + setting.kind + " in PEM form";
    const std::string path = (directory() / "missing.pem").string();
    const std::string missing = "cannot read " + quote(path) + ": no such file or directory";
    const std::string flag = "--" + setting.name;
    const std::string config = private_file("bad.toml", setting.name + " = \"" + path + "\"\n");
    const std::string column = std::to_string(setting.name.size() + 4);
    struct Row {
      Words options;
      Variables variables;
      std::string message;
      int status = 66;
    };
    const auto unusable = [&](const std::string& file) {
      return Row{{flag, file}, {}, flag + ": " + quote(file) + holds_none};
    };
    const Row rows[]{
        {{flag, path}, {}, flag + ": " + missing},
        {{}, {{setting.own_variable, path}}, setting.own_variable + (": " + missing), 78},
        {{}, {{setting.other_variable, path}}, setting.other_variable + (": " + missing), 78},
        {{"--config", config},
         {},
         config + ":1:" + column + ": " + setting.name + ": " + missing,
         78},
        {{flag, forbidden}, {}, flag + ": cannot read " + quote(forbidden) + ": permission denied"},
        {{flag, directory()},
         {},
         flag + ": cannot read " + quote(directory().string()) + ": is a directory"},
        {{flag, "/dev/zero"}, {}, flag + ": cannot read \"/dev/zero\": file too large"},
        unusable(private_file("empty.pem", "")),
        unusable(setting.name == "key" ? private_file("no.key", read_file(good().certificate))
                                       : good().key),
    };
    for (const Row& row : rows) {
      CAPTURE(row.message);
      Invocation invocation = event(https("localhost", nobody.port()), row.options, row.variables);
      if (setting.name == "key") {
        invocation.arguments.insert(invocation.arguments.end(), {"--cert", good().certificate});
      }
      const Outcome outcome = run_with_permissions(invocation);
      CHECK(outcome.err == error(row.message));
      CHECK(outcome.status == row.status);
    }
  }
}

TEST_CASE("a file with a damaged certificate is refused, whatever else is in it") {
  const ClosedPort nobody;
  const std::string damaged = read_file(root().certificate()) +
                              "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n";
  const std::string path = private_file("damaged.pem", damaged);
  for (const std::string flag : {"--ca-cert", "--cert"}) {
    const Outcome outcome = send(https("localhost", nobody.port()), {flag, path});
    CHECK(outcome.status == 66);
    CHECK(outcome.err.starts_with("metrics-event: error: " + flag + ": " + quote(path) +
                                  " is damaged: "));
  }
}

TEST_CASE("a key must be one that can be used, for the certificate that is given") {
  const ClosedPort nobody;
  const CertificateFiles locked = encrypted(me(), "a passphrase");
  const std::string both =
      private_file("locked.pem", read_file(me().certificate) + read_file(locked.key));
  const std::string open = (directory() / "open.key").string();
  fs::copy_file(me().key, open);
  fs::permissions(open, fs::perms::others_read, fs::perm_options::add);
  const std::string url = https("127.0.0.1", nobody.port());
  struct Row {
    Words options;
    Variables variables;
    std::string err;
    int status;
  };
  const Row rows[]{
      {{"--cert", me().certificate, "--key", good().key},
       {},
       error("--key: " + quote(good().key) + " does not belong to the certificate"),
       66},
      {{"--cert", me().certificate},
       {{"LOKI_CLIENT_KEY_PATH", good().key}},
       error("LOKI_CLIENT_KEY_PATH: " + quote(good().key) + " does not belong to the certificate"),
       78},
      {{"--cert", me().certificate, "--key", locked.key},
       {},
       error("--key: " + quote(locked.key) + " is encrypted; give a key without a passphrase"),
       66},
      {{"--cert", both},
       {},
       error("--cert: " + quote(both) +
             " is encrypted; give a key without a passphrase; name one with --key"),
       66},
      {{"--key", me().key},
       {},
       error("--key: a key needs its certificate; give it with --cert"),
       64},
      {{},
       {{"LOKI_CLIENT_KEY_PATH", me().key}},
       error("LOKI_CLIENT_KEY_PATH: a key needs its certificate; give it with --cert"),
       78},
      {{"--cert", me().certificate, "--key", open},
       {},
       "metrics-event: warning: --key: its group or others can read " + quote(open) +
           "; give it mode 600\n" +
           undelivered(url, "127.0.0.1:" + std::to_string(nobody.port()) +
                                ": connection refused; check that the receiver is running"),
       69},
  };
  for (const Row& row : rows) {
    CAPTURE(row.err);
    Invocation invocation = event(url, row.options, row.variables);
    invocation.input = "a passphrase\n"; // which nothing asks for
    const Outcome outcome = run(program, invocation);
    CHECK(outcome.err == row.err);
    CHECK(outcome.status == row.status);
  }
}

// OpenSSL keeps a certificate of each kind, and finds no other to compare with.
TEST_CASE("a key of another kind than the certificate's does not belong to it") {
  const ClosedPort nobody;
  const std::string key = (directory() / "ed25519.key").string();
  REQUIRE(run(openssl, {.arguments = {"genpkey", "-algorithm", "ed25519", "-out", key}}).status ==
          0);
  const Outcome outcome =
      send(https("localhost", nobody.port()), {"--cert", me().certificate, "--key", key});
  CHECK(outcome.err == error("--key: " + quote(key) + " does not belong to the certificate"));
}

TEST_CASE(
    "SSL_CERT_FILE and SSL_CERT_DIR replace the system's authorities, --ca-cert all of them") {
  if (lacks_nginx()) {
    return;
  }
  const Nginx nginx{{.server = accept_pushes, .tls = good()}};
  const std::string url = https("localhost", nginx.port());
  const std::string& authority = root().certificate();
  const std::string hash =
      run(openssl, {.arguments = {"x509", "-hash", "-noout", "-in", authority}}).out;
  const fs::path hashed = directory() / "hashed";
  fs::create_directory(hashed);
  fs::create_symlink(authority, hashed / (hash.substr(0, hash.find('\n')) + ".0"));
  struct Row {
    std::string what;
    Words options;
    Variables variables;
    int status;
  };
  const Row rows[]{
      {"nothing", {}, {}, 76},
      {"a file", {}, {{"SSL_CERT_FILE", authority}}, 0},
      {"the wrong file", {}, {{"SSL_CERT_FILE", stranger().certificate()}}, 76},
      {"a directory", {}, {{"SSL_CERT_DIR", hashed}}, 0},
      {"a directory without hashes", {}, {{"SSL_CERT_DIR", directory()}}, 76},
      {"--ca-cert instead", trusting(stranger().certificate()), {{"SSL_CERT_FILE", authority}}, 76},
      {"--ca-cert instead of a wrong file",
       trusting(authority),
       {{"SSL_CERT_FILE", stranger().certificate()}},
       0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(send(url, row.options, row.variables).status == row.status);
  }
}

TEST_CASE("on a distribution that keeps the system's authorities elsewhere they are found") {
  if (lacks_nginx()) {
    return;
  }
  constexpr std::uint16_t port = 8443; // which nobody else has in a network of its own
  const std::string authority = root().certificate();
  const CertificateFiles& files = good();
  std::optional<Nginx> nginx;
  for (const bool has_file : {true, false}) {
    CAPTURE(has_file);
    const TemporaryDirectory place;
    const auto outcome = run_isolated(program, event(https("localhost", port), {}), {}, [&] {
      check(::mount("none", "/etc/ssl", "tmpfs", 0, nullptr), "mount /etc/ssl");
      if (has_file) {
        fs::copy_file(authority, "/etc/ssl/cert.pem"); // as Alpine has it
      }
      nginx.emplace(NginxOptions{.server = accept_pushes,
                                 .tls = files,
                                 .place = {.directory = place.path(), .port = port}});
    });
    if (!outcome) {
      MESSAGE("SKIPPED: no namespaces here");
      return;
    }
    CHECK(outcome->status == (has_file ? 0 : 76));
  }
}

TEST_CASE("OpenSSL is not initialised for http URLs") {
  // It reads its configuration as soon as it is: here a comment that fills a FIFO.
  const std::string path = (directory() / "openssl.cnf").string();
  check(::mkfifo(path.c_str(), 0600), "mkfifo");
  Descriptor fifo{check(::open(path.c_str(), O_RDWR | O_CLOEXEC), "open")};
  const std::string comment = std::string(4095, '#') + '\n';
  check(::fcntl(fifo.get(), F_SETPIPE_SZ, static_cast<int>(comment.size())), "fcntl");
  REQUIRE(::write(fifo.get(), comment.data(), comment.size()) == 4096);
  const auto unread = [&fifo] {
    int count = 0;
    check(::ioctl(fifo.get(), FIONREAD, &count), "ioctl");
    return count;
  };
  const Variables variables{{"OPENSSL_CONF", path}};

  const RawServer plain{{{.reply = http_reply(204, "No Content")}}};
  CHECK(send("http://127.0.0.1:" + std::to_string(plain.port()), {}, variables).status == 0);
  CHECK(unread() == 4096);

  const ClosedPort nobody;
  Background sender{program, event(https("127.0.0.1", nobody.port()), {}, variables)};
  pollfd room{fifo.get(), POLLOUT, 0};
  CHECK(poll_until({&room, 1}, Clock::now() + ample));
  CHECK(unread() == 0);
  fifo.reset(); // the end of the configuration
  CHECK(sender.wait(ample).status == 69);
}

TEST_SUITE_END();
