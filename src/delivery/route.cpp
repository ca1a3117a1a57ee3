#include "delivery/route.hpp"

#include "base/text.hpp"
#include "net/tls.hpp"
#include "system/file.hpp"

namespace metrics_event {
namespace {

class RouteReader {
public:
  RouteReader(const Resolved& resolved, Deadline deadline, const Warn& warn)
      : resolved_{resolved}, settings_{resolved.settings}, deadline_{deadline}, warn_{warn} {}

  Routes read() {
    route_.endpoint = settings_.url;
    route_.authorization = authorization();
    route_.headers = settings_.headers;
    route_.proxy = proxy_to(settings_.url);
    route_.tls = settings_.url.scheme == Scheme::https ? tls() : nullptr;
    route_.connect_timeout = settings_.connect_timeout;
    note_secrets();
    warn_of_config("url", settings_.url.has_password());
    warn_of_config("query-url", settings_.query_url && settings_.query_url->has_password());
    warn_of_config("proxy", settings_.proxy && settings_.proxy->has_password());
    auto query = query_route();
    return {std::move(route_), std::move(query)};
  }

private:
  const Origin& origin(std::string_view setting) const { return resolved_.origins.at(setting); }

  // Returns the text of a file that a setting names.
  std::string read(const std::string& path, std::string_view setting) const {
    auto text = read_file(path, deadline_);
    if (!text && !names_file(path)) {
      throw file_failure(origin(setting),
                         "expected the name of an existing file; the one "
                         "given is not shown, because it may be the secret itself");
    }
    if (!text) {
      throw file_failure(origin(setting), cannot_read(path, text.error()));
    }
    return *std::move(text);
  }

  // Returns a secret that is given directly or in a file, whichever takes precedence by its origin.
  template <class Parse>
  Secret secret(const Secret& given, std::string_view name, const std::string& path,
                std::string_view file_name, Parse&& parse) const {
    if (path.empty() || origin(name).source > origin(file_name).source) {
      return given;
    }
    const std::string text = read(path, file_name);
    if (text.empty()) {
      throw file_failure(origin(file_name), quote(path) + " is empty");
    }
    auto parsed = parse(text);
    if (!parsed) {
      throw file_failure(origin(file_name), quote(path) + ": " + parsed.error().text);
    }
    warn_of_readers(path, file_name);
    return *std::move(parsed);
  }

  // Warns of a file that its group or others can read. `what` names the secret part of the file
  // when not all of it is secret.
  void warn_of_readers(const std::string& path, std::string_view setting,
                       const char* what = "") const {
    if (others_can_read(path)) {
      warn_(origin(setting).name + ": its group or others can read " + what + quote(path) +
            "; give it mode 600");
    }
  }

  void warn_of_config(std::string_view setting, bool has_password) const {
    if (const std::string& path = origin(setting).path; has_password && !path.empty()) {
      warn_of_readers(path, setting, "the password in ");
    }
  }

  Secret basic(const BasicCredentials& credentials) {
    route_.secrets.push_back(credentials.password);
    return basic_authorization(credentials);
  }

  Secret authorization() {
    if (settings_.url.credentials) {
      return basic(*settings_.url.credentials);
    }
    if (!settings_.username.empty()) {
      return basic(
          {settings_.username, secret(settings_.password, "password", settings_.password_file,
                                      "password-file", parse_password)});
    }
    const Secret token = secret(settings_.bearer_token, "bearer-token", settings_.bearer_token_file,
                                "bearer-token-file", parse_bearer_token);
    route_.secrets.push_back(token);
    return token.empty() ? Secret{} : bearer_authorization(token);
  }

  // Notes the credentials that follow the name of the authentication scheme.
  void note_authorization(const Secret& authorization) {
    const std::string& value = authorization.reveal();
    route_.secrets.emplace_back(value.substr(value.find(' ') + 1));
  }

  // Notes the values that a receiver may repeat in its answer: credentials as they are sent, values
  // of the query, and headers, which may hold keys.
  void note_secrets() {
    note_authorization(route_.authorization);
    for (auto& pair : query_pairs(settings_.url)) {
      route_.secrets.emplace_back(std::move(pair.second));
    }
    for (const auto& header : settings_.headers) {
      route_.secrets.emplace_back(header.second);
    }
    if (settings_.proxy && settings_.proxy->credentials) {
      const BasicCredentials& credentials = *settings_.proxy->credentials;
      // A token may be the user name and have no password.
      route_.secrets.push_back(credentials.password.empty() ? Secret{credentials.username}
                                                            : credentials.password);
      note_authorization(basic_authorization(credentials));
    }
  }

  std::optional<Endpoint> proxy_to(const Endpoint& endpoint) const {
    return goes_direct(endpoint, settings_.no_proxy) ? std::nullopt : settings_.proxy;
  }

  // The credentials of a push are sent, unless the place has its own: the receiver is the one that
  // they are for, or the user has named the place.
  std::optional<QueryRoute> query_route() const {
    // A place that a lower layer names belongs to the URL of that layer.
    const bool is_ours = origin("query-url").source >= origin("url").source;
    auto place =
        query_place(settings_.url, settings_.headers, is_ours ? settings_.query_url : std::nullopt);
    if (!place) {
      if (settings_.confirm) {
        blame(origin("confirm"),
              "no query URL is known for " + settings_.url.url() + "; give --query-url");
      }
      return std::nullopt;
    }
    Route route = route_;
    route.endpoint = place->endpoint;
    if (place->endpoint.credentials) {
      route.authorization = basic_authorization(*place->endpoint.credentials);
    }
    route.proxy = proxy_to(place->endpoint);
    if (place->endpoint.scheme == Scheme::https && !route.tls) {
      route.tls = tls();
    }
    return QueryRoute{*std::move(place), std::move(route)};
  }

  std::optional<std::string> text_of(const std::string& path, std::string_view setting) const {
    return path.empty() ? std::nullopt : std::optional{read(path, setting)};
  }

  std::shared_ptr<const TlsContext> tls() const {
    // The key may be in the same file as the certificate.
    const bool has_own_file = !settings_.key.empty();
    const std::string& key_path = has_own_file ? settings_.key : settings_.cert;
    const std::string_view key_setting = has_own_file ? "key" : "cert";
    TlsOptions options{.authorities = text_of(settings_.ca_cert, "ca-cert"),
                       .certificate = text_of(settings_.cert, "cert"),
                       .verify = !settings_.tls_skip_verify};
    // The file may be a pipe, which can be read only once.
    auto key = has_own_file ? text_of(key_path, key_setting) : options.certificate;
    if (key) {
      options.key.emplace(*std::move(key));
    }
    auto context = make_tls_context(options, deadline_);
    if (!context) {
      const BadTlsOption& bad = context.error();
      const bool is_key = bad.setting == "key";
      const std::string& path = bad.setting == "ca-cert" ? settings_.ca_cert
                                : is_key                 ? key_path
                                                         : settings_.cert;
      throw file_failure(origin(is_key ? key_setting : bad.setting),
                         quote(path) + ' ' + bad.reason +
                             (is_key && !has_own_file ? "; name one with --key" : ""));
    }
    if (!key_path.empty()) {
      warn_of_readers(key_path, key_setting);
    }
    return *std::move(context);
  }

  const Resolved& resolved_;
  const Settings& settings_;
  Deadline deadline_;
  const Warn& warn_;
  Route route_;
};

} // namespace

Routes open_routes(const Resolved& resolved, Deadline deadline, const Warn& warn) {
  return RouteReader{resolved, deadline, warn}.read();
}

} // namespace metrics_event
