// The Job for Kubernetes: kubectl knows each of its fields, and its two containers, run one after
// the other with the volumes that it asks for, end as its command does and send the event.
#include "support/boot.hpp"
#include "support/certificates.hpp"
#include "support/example_stage.hpp"
#include "support/isolated.hpp"
#include "support/nginx.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"
#include "support/yaml.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <regex>
#include <string>

using namespace metrics_event::testing;

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path directory = example("kubernetes");
constexpr const char* kubectl = "/usr/bin/kubectl";
constexpr ::uid_t pod_user = 65532;

json::value the_job() {
  return parse_yaml(read_file(directory / "job.yaml"));
}

std::string text_at(const json::value& value, const char* pointer) {
  return std::string{value.at_pointer(pointer).as_string()};
}

// Returns true when all that is in `part` is in `whole`, at the same place.
bool holds(const json::value& whole, const json::value& part) {
  if (part.is_object() && whole.is_object()) {
    return std::ranges::all_of(part.as_object(), [&whole](const auto& member) {
      const json::value* const there = whole.as_object().if_contains(member.key());
      return there != nullptr && holds(*there, member.value());
    });
  }
  if (part.is_array() && whole.is_array()) {
    return std::ranges::equal(whole.as_array(), part.as_array(), holds);
  }
  return whole == part;
}

// Returns the words of a command as a shell takes them.
std::string quoted(const json::value& words) {
  std::string line;
  for (const json::value& word : words.as_array()) {
    line += " '" + std::string{word.as_string()} + '\'';
  }
  return line;
}

// Makes the folder of the image of the init container that Containerfile names, with its files.
void make_init_image(const fs::path& root, const std::string& authority) {
  const std::string text = read_file(directory / "Containerfile");
  const std::regex copy{
      R"(COPY --from=registry\.example\.com/metrics-event:\S+ \\\n)"
      R"(  /usr/bin/metrics-event /etc/ssl/certs/ca-certificates\.crt (/\S+/)\n)"};
  std::smatch match;
  REQUIRE(std::regex_search(text, match, copy));
  const fs::path folder = root.string() + match[1].str();
  fs::create_directories(folder);
  strip(plain_program, folder / "metrics-event");
  fs::copy_file(authority, folder / "ca-certificates.crt");
}

// Mounts the volumes of the pod with their content, and /usr/local/bin of the image of the job.
void mount_volumes(const json::value& pod) {
  const auto mount_at = [](const std::string& place) {
    check(::mount("none", place.c_str(), "tmpfs", 0, "mode=755"), place.c_str());
  };
  for (const char* place : {"/etc", "/opt", "/usr/local/bin"}) {
    mount_at(place);
  }
  write_file("/etc/hosts", "127.0.0.1 localhost loki.example.com\n");
  write_file("/usr/local/bin/back-up", "#!/bin/sh\necho works\nexit 3\n");
  fs::permissions("/usr/local/bin/back-up", fs::perms{0755});
  fs::create_directory(text_at(pod, "/containers/0/volumeMounts/0/mountPath"));

  const fs::path settings = text_at(pod, "/containers/0/volumeMounts/1/mountPath");
  const json::value& sources = pod.at_pointer("/volumes/1/projected/sources");
  const fs::path declaration = settings / text_at(sources, "/1/configMap/items/0/path");
  fs::create_directories(declaration.parent_path());
  fs::copy_file(example("events.d") / text_at(sources, "/1/configMap/items/0/key"), declaration);
  fs::copy_file(directory / "config.toml", settings / "config.toml");
  write_file(settings / "password", "secret\n");
  const auto mode =
      static_cast<fs::perms>(pod.at_pointer("/volumes/1/projected/defaultMode").as_int64());
  const auto group = static_cast<::gid_t>(pod.at_pointer("/securityContext/fsGroup").as_int64());
  for (const fs::path& file : {declaration, settings / "config.toml", settings / "password"}) {
    fs::permissions(file, mode);
    check(::chown(file.c_str(), 0, group), file.c_str());
  }
}

} // namespace

TEST_SUITE_BEGIN("example-kubernetes");

TEST_CASE("kubectl knows each field of the job") {
  if (!fs::exists(kubectl)) {
    MESSAGE("SKIPPED: no kubectl here");
    return;
  }
  const json::value job = the_job();
  // Without a cluster: it reads the file into its own types, which drops what they do not have.
  const Outcome outcome =
      run(kubectl, {.arguments = {"set", "env", "--local", "--filename", directory / "job.yaml",
                                  "READ=yes", "--output", "json"}});
  REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  const json::value understood = json::parse(outcome.out);
  CAPTURE(outcome.out);
  CHECK(holds(understood, job));
}

TEST_CASE("the job ends as its command does, and its event arrives") {
  if (::geteuid() != 0 || !Nginx::installed()) {
    MESSAGE("SKIPPED: not root, or no nginx here");
    return;
  }
  const json::value job = the_job();
  const json::value& pod = job.at_pointer("/spec/template/spec");
  CHECK(pod.at_pointer("/securityContext/runAsUser") == pod_user);

  const TemporaryDirectory scratch = TemporaryDirectory::in_memory();
  const fs::path& path = scratch.path();
  const CertificateAuthority authority{path, "ours"};
  const CertificateFiles tls =
      authority.issue({.common_name = "loki", .names = {"DNS:loki.example.com"}});
  make_init_image(path / "image", authority.certificate());
  fs::create_directory(path / "nginx");
  write_file(path / "users", "12345:{PLAIN}secret\n");
  const std::string server = "auth_basic Loki; auth_basic_user_file \"" +
                             (path / "users").string() +
                             "\"; location / { proxy_pass http://127.0.0.1:3100; }";

  const std::string copy =
      substitute(quoted(pod.at_pointer("/initContainers/0/command")), "'/metrics-event/.'",
                 "'" + (path / "image/metrics-event/.").string() + "'");
  const std::string command = quoted(pod.at_pointer("/containers/0/command")) +
                              quoted(pod.at_pointer("/containers/0/args"));
  std::optional<Nginx> nginx;
  const auto outcome = run_isolated(
      "/bin/sh",
      {.arguments = {"-e", "-c",
                     R"(
cd "$0"
mkfifo announcement
image/metrics-event/metrics-event listen --port 3100 --count 1 --timeout 20s >arrived 2>announcement &
read -r _ <announcement
)" + copy + R"(
status=0
setpriv --reuid=65532 --regid=0 --groups=65532)" +
                         command + R"( || status=$?
wait
exit $status
)",
                     path},
       .environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", "/"}}},
      {}, [&] {
        nginx.emplace(NginxOptions{
            .server = server, .tls = tls, .place = {.directory = path / "nginx", .port = 443}});
        mount_volumes(pod);
      });
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->out == "works\n");
  CHECK(outcome->err == "");
  CHECK(outcome->status == 3);
  CHECK(
      std::regex_replace(read_file(path / "arrived"),
                         std::regex{R"re("(timestamp|took)":[0-9.]+)re"}, R"("$1":#)") ==
      R"({"timestamp":#,"event":"backup_finished","target":"tape","kind":"full","took":#,"code":3})"
      "\n");
}

TEST_SUITE_END();
