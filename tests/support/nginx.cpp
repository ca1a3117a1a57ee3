#include "nginx.hpp"

#include <stdexcept>

namespace metrics_event::testing {
namespace {

using std::chrono::milliseconds;

constexpr const char* nginx = "/usr/sbin/nginx";
constexpr milliseconds pause{5};

std::string nginx_configuration(const NginxOptions& options, std::uint16_t port) {
  const auto listen = "listen 127.0.0.1:" + std::to_string(port);
  const auto& tls = options.tls;
  const auto entrance = tls ? listen + " ssl;\nssl_certificate \"" + tls->certificate +
                                  "\";\nssl_certificate_key \"" + tls->key + "\";\n"
                            : listen + ";\n";
  return R"(daemon off;
master_process off;
pid nginx.pid;
error_log error.log info;
events {}
http {
ssl_protocols TLSv1.2 TLSv1.3;
client_body_temp_path body; proxy_temp_path proxy;
fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
log_format test '"$request" status=$status authorization="$http_authorization"'
                ' tenant="$http_x_scope_orgid" tls="$ssl_protocol" name="$ssl_server_name"'
                ' client="$ssl_client_s_dn"';
access_log access.log test;
)" + options.http +
         "\nserver {\n" + entrance + options.server + "\n}\n}\n";
}

} // namespace

bool Nginx::installed() {
  return std::filesystem::exists(nginx);
}

Nginx::Nginx(const NginxOptions& options) : program_(options.place) {
  // The relative paths of the configuration start there.
  const auto directory = program_.path("").string();
  write_file(program_.path("nginx.conf"), nginx_configuration(options, port()));
  program_.start(nginx, {"-p", directory, "-c", "nginx.conf", "-e", "error.log"},
                 program_.path("error.log"));
}

std::string Nginx::await_log_line(milliseconds limit) {
  for (const auto until = Clock::now() + limit; Clock::now() < until;
       poll_until({}, Clock::now() + pause)) {
    const auto text = access_log();
    if (const auto end = text.find('\n', read_); end != std::string::npos) {
      const auto start = std::exchange(read_, end + 1);
      return text.substr(start, end - start);
    }
  }
  throw std::runtime_error("no line in the access log in time");
}

} // namespace metrics_event::testing
