#include "tinyproxy.hpp"

namespace metrics_event::testing {
namespace {

constexpr const char* tinyproxy = "/usr/bin/tinyproxy";

std::string tinyproxy_configuration(const TinyProxyOptions& options, const ServerProgram& program) {
  std::string text = "Listen 127.0.0.1\nPort " + std::to_string(program.port()) + "\nLogFile \"" +
                     program.path("tinyproxy.log").string() + "\"\nLogLevel Info\n";
  if (!options.user.empty()) {
    text += "BasicAuth " + options.user + " " + options.password + "\n";
  }
  for (const auto port : options.connect_ports) {
    text += "ConnectPort " + std::to_string(port) + "\n";
  }
  return text;
}

} // namespace

bool TinyProxy::installed() {
  return std::filesystem::exists(tinyproxy);
}

TinyProxy::TinyProxy(const TinyProxyOptions& options) : program_(options.place) {
  const auto file = program_.path("tinyproxy.conf");
  write_file(file, tinyproxy_configuration(options, program_));
  program_.start(tinyproxy, {"-d", "-c", file.string()}, program_.path("tinyproxy.log"));
}

} // namespace metrics_event::testing
