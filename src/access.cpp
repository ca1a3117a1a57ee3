#include "access.hpp"

#include "file.hpp"
#include "text.hpp"
#include "tls.hpp"

namespace metrics_event {
namespace {

class AccessReader {
public:
  AccessReader(const Resolved& resolved, const Warn& warn)
      : resolved_{resolved}, settings_{resolved.settings}, warn_{warn} {}

  Access read() const {
    return {.endpoint = settings_.url,
            .authorization = authorization(),
            .proxy = proxy(),
            .tls = settings_.url.scheme == Scheme::https ? tls() : nullptr,
            .connect_timeout = settings_.connect_timeout};
  }

private:
  const Origin& origin(std::string_view setting) const { return resolved_.origins.at(setting); }

  // A secret that is given as such or in a file, whichever is nearer to the command line.
  template <class Parse>
  Secret secret(const Secret& given, std::string_view name, const std::string& path,
                std::string_view file_name, Parse&& parse) const {
    if (path.empty() || origin(name).source > origin(file_name).source) {
      return given;
    }
    auto parsed = parse(read_named_file(path, origin(file_name)));
    if (!parsed) {
      throw file_failure(origin(file_name), quote(path) + ": " + parsed.error().text);
    }
    warn_of_readers(path, file_name);
    return *std::move(parsed);
  }

  void warn_of_readers(const std::string& path, std::string_view setting) const {
    if (others_can_read(path)) {
      warn_(origin(setting).name + ": others can read " + quote(path) + ", give it mode 600");
    }
  }

  Secret authorization() const {
    if (settings_.url.credentials) {
      return basic_authorization(*settings_.url.credentials);
    }
    if (!settings_.username.empty()) {
      return basic_authorization(
          {settings_.username, secret(settings_.password, "password", settings_.password_file,
                                      "password-file", parse_password)});
    }
    const Secret token = secret(settings_.bearer_token, "bearer-token", settings_.bearer_token_file,
                                "bearer-token-file", parse_bearer_token);
    return token.empty() ? Secret{} : bearer_authorization(token);
  }

  std::optional<Endpoint> proxy() const {
    return goes_direct(settings_.url, settings_.no_proxy) ? std::nullopt : settings_.proxy;
  }

  std::optional<std::string> text_of(const std::string& path, std::string_view setting) const {
    return path.empty() ? std::nullopt : std::optional{read_named_file(path, origin(setting))};
  }

  std::shared_ptr<const TlsContext> tls() const {
    // The key may be in the file of the certificate.
    const bool has_own_file = !settings_.key.empty();
    const std::string& key_path = has_own_file ? settings_.key : settings_.cert;
    const std::string_view key_setting = has_own_file ? "key" : "cert";
    TlsOptions options{.authorities = text_of(settings_.ca_cert, "ca-cert"),
                       .certificate = text_of(settings_.cert, "cert"),
                       .verify = !settings_.tls_skip_verify};
    if (auto key = text_of(key_path, key_setting)) {
      options.key.emplace(*std::move(key));
    }
    auto context = make_tls_context(options);
    if (!context) {
      const BadTlsOption& bad = context.error();
      const bool is_key = bad.setting == "key";
      const std::string& path = bad.setting == "ca-cert" ? settings_.ca_cert
                                : is_key                 ? key_path
                                                         : settings_.cert;
      throw file_failure(origin(is_key ? key_setting : bad.setting),
                         quote(path) + ' ' + bad.reason +
                             (is_key && !has_own_file ? ", name one with --key" : ""));
    }
    if (!key_path.empty()) {
      warn_of_readers(key_path, key_setting);
    }
    return *std::move(context);
  }

  const Resolved& resolved_;
  const Settings& settings_;
  const Warn& warn_;
};

} // namespace

Access open_access(const Resolved& resolved, const Warn& warn) {
  return AccessReader{resolved, warn}.read();
}

} // namespace metrics_event
