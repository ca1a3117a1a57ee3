// The files that OpenSSL would open itself: its configuration, and the authorities that the system
// trusts. None of them may hold an event, and when they are of no use the message says so.
#include "base/text.hpp"
#include "support/certificates.hpp"
#include "support/nginx.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>

#include <sys/fanotify.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <thread>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using metrics_event::quote;
using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

namespace {

namespace fs = std::filesystem;

constexpr auto ceiling = 4s; // below the usual timeout, which nothing here may wait for
constexpr const char* openssl = "/usr/bin/openssl";

const fs::path& directory() {
  static const TemporaryDirectory made;
  return made.path();
}
const CertificateAuthority& root() {
  static const CertificateAuthority made{directory(), "Test Root"};
  return made;
}

// A receiver with a certificate of the authority; nothing without nginx.
const Nginx* receiver() {
  static const std::unique_ptr<Nginx> made =
      Nginx::installed()
          ? std::make_unique<Nginx>(NginxOptions{
                .server = "location = /loki/api/v1/push { return 204; }\n",
                .tls = root().issue({.common_name = "receiver", .names = {"DNS:localhost"}})})
          : nullptr;
  if (!made) {
    MESSAGE("SKIPPED: no nginx here");
  }
  return made.get();
}

std::string url_of(const Nginx& server) {
  return "https://localhost:" + std::to_string(server.port());
}

Invocation event(const std::string& url, const Words& more, Variables variables) {
  variables.insert(one_attempt);
  variables.emplace("METRICS_EVENT_CONFIG", "none");
  Words words{"runner-installed", "--flavor", "small", "--duration", "1", "--url", url};
  words.insert(words.end(), more.begin(), more.end());
  return {.arguments = words, .environment = variables, .limit = ceiling};
}

std::string file(const std::string& name, const std::string& text) {
  const fs::path path = directory() / name;
  write_file(path, text);
  return path;
}

std::string fifo(const std::string& name) {
  const fs::path path = directory() / name;
  fs::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  return path;
}

// The name of a certificate in a directory of hashed names, without its number.
std::string hash_of(const std::string& certificate) {
  const std::string words =
      run(openssl, {.arguments = {"x509", "-hash", "-noout", "-in", certificate}}).out;
  return words.substr(0, words.find('\n'));
}

std::string new_directory(const std::string& name) {
  fs::create_directory(directory() / name);
  return directory() / name;
}

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

std::string late(const std::string& variable, const std::string& path) {
  return error(variable + ": cannot read " + quote(path) + ": nothing arrived in time");
}

// Makes open(2) of a file wait for ever, as it does on a mount whose server is gone. It takes the
// rights of root, and a kernel that asks for permissions.
class DeadFile {
public:
  explicit DeadFile(const std::string& path)
      : group_{::fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY)} {
    is_dead_ = group_.get() != -1 && ::fanotify_mark(group_.get(), FAN_MARK_ADD, FAN_OPEN_PERM,
                                                     AT_FDCWD, path.c_str()) == 0;
    if (!is_dead_) {
      MESSAGE("SKIPPED: no permission events here");
    }
  }
  explicit operator bool() const { return is_dead_; }

private:
  metrics_event::testing::Descriptor group_; // nobody reads what it asks
  bool is_dead_ = false;
};

} // namespace

TEST_SUITE_BEGIN("authorities");

TEST_CASE("a file of OpenSSL that never comes keeps the deadline, and is named") {
  const ClosedPort nobody;
  const std::string url = "https://127.0.0.1:" + std::to_string(nobody.port());
  const std::string path = fifo("silent");
  const std::string including = file("including.cnf", ".include = " + path + "\n");
  const std::pair<std::string, std::string> rows[]{
      {"SSL_CERT_FILE", path}, {"OPENSSL_CONF", path}, {"OPENSSL_CONF", including}};
  for (const bool has_writer : {false, true}) {
    const metrics_event::testing::Descriptor writer{
        has_writer ? ::open(path.c_str(), O_RDWR | O_CLOEXEC) : -1};
    for (const auto& row : rows) {
      CAPTURE(has_writer);
      CAPTURE(row.first);
      const Outcome outcome =
          run(program, event(url, {"--timeout", "300ms"}, {{row.first, row.second}}));
      CHECK(outcome.err == late(row.first, row.second));
      CHECK(outcome.status == 75);
    }
  }
}

TEST_CASE("with a spool, the event waits for files that do not come") {
  const std::string spool = directory() / "spool";
  const Outcome outcome =
      run(program, event("https://127.0.0.1:1", {"--timeout", "300ms", "--spool=" + spool, "-q"},
                         {{"SSL_CERT_FILE", fifo("silent")}}));
  CHECK(outcome.status == 0);
  CHECK(std::distance(fs::directory_iterator{spool + "/new"}, fs::directory_iterator{}) == 1);
}

TEST_CASE("a signal ends the wait for a file of OpenSSL") {
  const std::string path = fifo("silent");
  Background running{program,
                     event("https://127.0.0.1:1", {"--timeout", "1h"}, {{"OPENSSL_CONF", path}})};
  metrics_event::testing::Descriptor writer;
  await("somebody to open the FIFO", [&] {
    writer =
        metrics_event::testing::Descriptor{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)};
    return writer.get() != -1;
  });
  running.signal(SIGTERM);
  CHECK(running.wait(ceiling).status == 128 + SIGTERM);
}

TEST_CASE("COMMAND ends with its own status whatever the files of OpenSSL do") {
  const std::string path = fifo("silent");
  for (const std::string variable : {"SSL_CERT_FILE", "OPENSSL_CONF"}) {
    CAPTURE(variable);
    Invocation invocation =
        event("https://127.0.0.1:1", {"--timeout", "300ms", "--on", "always"}, {{variable, path}});
    invocation.arguments.insert(invocation.arguments.end(), {"--", "/bin/sh", "-c", "exit 7"});
    std::erase(invocation.arguments, "--duration"); // which is measured
    std::erase(invocation.arguments, "1");
    const Outcome outcome = run(program, invocation);
    CHECK(outcome.status == 7);
    CHECK(outcome.err == late(variable, path));
  }
}

TEST_CASE("a file on a mount whose server is gone keeps the deadline") {
  const Nginx* const server = receiver();
  const DeadFile dead{file("dead.pem", read_file(root().certificate()))};
  const std::string hashed = new_directory("dead");
  const std::string name = hash_of(root().certificate()) + ".0";
  const DeadFile dead_of_hash{file("dead/" + name, read_file(root().certificate()))};
  if (server == nullptr || !dead || !dead_of_hash) {
    return;
  }
  const std::string path = directory() / "dead.pem";
  const Outcome of_file =
      run(program, event(url_of(*server), {"--timeout", "500ms"}, {{"SSL_CERT_FILE", path}}));
  CHECK(of_file.err == late("SSL_CERT_FILE", path));
  CHECK(of_file.status == 75);
  const Outcome of_directory =
      run(program, event(url_of(*server), {"--timeout", "2s"}, {{"SSL_CERT_DIR", hashed}}));
  CHECK(of_directory.err == error("cannot deliver runner_installed to " + url_of(*server) +
                                  "/loki/api/v1/push: no TLS handshake in time; try again later "
                                  "or raise --timeout"));
  CHECK(of_directory.status == 75);
}

TEST_CASE("the authorities may come through a pipe, and with OpenSSL's own trust settings") {
  const Nginx* const server = receiver();
  if (server == nullptr) {
    return;
  }
  const std::string path = fifo("pipe");
  const std::jthread writer{[&path] { write_file(path, read_file(root().certificate())); }};
  const Outcome piped = run(program, event(url_of(*server), {}, {{"SSL_CERT_FILE", path}}));
  CHECK(piped.err.empty());
  CHECK(piped.status == 0);
  const std::string trusted = directory() / "trusted.pem";
  REQUIRE(run(openssl,
              {.arguments = {"x509", "-trustout", "-in", root().certificate(), "-out", trusted}})
              .status == 0);
  REQUIRE(read_file(trusted).starts_with("-----BEGIN TRUSTED CERTIFICATE-----"));
  CHECK(run(program, event(url_of(*server), {}, {{"SSL_CERT_FILE", trusted}})).status == 0);
}

TEST_CASE("a directory of hashed names is searched, past what is no certificate") {
  const Nginx* const server = receiver();
  if (server == nullptr) {
    return;
  }
  const std::string hashed = new_directory("hashed");
  const std::string stem = hashed + '/' + hash_of(root().certificate());
  REQUIRE(::mkfifo((stem + ".0").c_str(), 0600) == 0); // which OpenSSL would wait for
  file("hashed/" + fs::path{stem}.filename().string() + ".1", "no certificate\n");
  fs::create_directory(stem + ".2");
  fs::create_symlink(root().certificate(), stem + ".3");
  for (const std::string& value : {hashed, "/nonexistent:" + hashed, hashed + ":/nonexistent"}) {
    CAPTURE(value);
    const Outcome outcome = run(program, event(url_of(*server), {}, {{"SSL_CERT_DIR", value}}));
    CHECK(outcome.err.empty());
    CHECK(outcome.status == 0);
  }
  // A name behind a gap is not found.
  fs::remove(stem + ".2");
  CHECK(run(program, event(url_of(*server), {}, {{"SSL_CERT_DIR", hashed}})).status == 76);
}

TEST_CASE("a variable that names nothing usable is the cause when an authority is unknown") {
  const Nginx* const server = receiver();
  if (server == nullptr) {
    return;
  }
  const std::string missing = directory() / "missing";
  const std::string empty = file("empty.pem", "");
  const std::string words = file("words.pem", "these are words\n");
  const std::string damaged =
      file("damaged.pem", "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
  const std::string folder = new_directory("folder");
  const auto unreadable = [](const std::string& path, const std::string& why) {
    return "SSL_CERT_FILE: cannot read " + quote(path) + ": " + why;
  };
  const auto unusable = [](const std::string& path, const std::string& why) {
    return "SSL_CERT_FILE: " + quote(path) + ' ' + why;
  };
  const std::string none = "contains no certificate in PEM form";
  const std::string no_directory = "SSL_CERT_DIR: " + quote(missing) + " is not a directory";
  struct Row {
    Variables variables;
    std::string cause;
  };
  const Row rows[]{
      {{{"SSL_CERT_FILE", missing}}, unreadable(missing, "no such file or directory")},
      {{{"SSL_CERT_FILE", folder}}, unreadable(folder, "is a directory")},
      {{{"SSL_CERT_FILE", "/dev/zero"}}, unreadable("/dev/zero", "file too large")},
      {{{"SSL_CERT_FILE", empty}}, unusable(empty, none)},
      {{{"SSL_CERT_FILE", words}}, unusable(words, none)},
      {{{"SSL_CERT_FILE", damaged}}, unusable(damaged, "is damaged: bad base64 decode")},
      {{{"SSL_CERT_DIR", missing}}, no_directory},
      {{{"SSL_CERT_FILE", words}, {"SSL_CERT_DIR", missing}},
       unusable(words, none) + ", " + no_directory},
      {{{"SSL_CERT_DIR", folder}}, ""},
      {{}, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.cause);
    const Outcome outcome = run(program, event(url_of(*server), {}, row.variables));
    CHECK(outcome.err == error("cannot deliver runner_installed to " + url_of(*server) +
                               "/loki/api/v1/push: the receiver's certificate was issued by \"Test "
                               "Root\", an authority that is not trusted" +
                               (row.cause.empty() ? "" : " (" + row.cause + ')') +
                               "; trust it with --ca-cert FILE; if it is an intermediate one, the "
                               "receiver must send its certificate"));
    CHECK(outcome.status == 76);
    // Whoever names the authority does not need the variables.
    const Outcome named =
        run(program, event(url_of(*server), {"--ca-cert", root().certificate()}, row.variables));
    CHECK(named.err.empty());
    CHECK(named.status == 0);
  }
  // The directory may have what the file does not.
  const std::string hashed = new_directory("good");
  fs::create_symlink(root().certificate(), hashed + '/' + hash_of(root().certificate()) + ".0");
  const Outcome outcome = run(
      program, event(url_of(*server), {}, {{"SSL_CERT_FILE", missing}, {"SSL_CERT_DIR", hashed}}));
  CHECK(outcome.err.empty());
  CHECK(outcome.status == 0);
}

TEST_SUITE_END();
