#include "commands/flush_routes.hpp"

#include "base/url_text.hpp"
#include "delivery/route.hpp"
#include "settings/rules.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {

const Routes& FlushRoutes::find(const std::string& url) {
  const auto known = routes_.find(url);
  return known != routes_.end() ? known->second : routes_.emplace(url, open(url)).first->second;
}

Routes FlushRoutes::open(const std::string& url) const {
  Resolved resolved = run_.resolved;
  std::string hint;
  const Endpoint& configured = run_.resolved.settings.url;
  if (configured.kept_url() != url) {
    resolved = resolve_for(url);
    if (url.find('=', std::min(url.find('?'), url.size())) != std::string::npos) {
      throw Failure{ExitCode::config, "the values in the query of " + redacted_url(url) +
                                          " are not kept in the spool; give the whole URL with "
                                          "--url"};
    }
    resolved.settings.query_url.reset(); // it belongs to the configured URL
    if (configured.has_origin_of(resolved.settings.url)) {
      resolved.settings.url.credentials = configured.credentials;
    } else {
      forget_credentials(resolved.settings);
      hint = "; credentials go only to the server of the setting url, " + configured.url();
    }
  }
  const Context& context = run_.context;
  Routes routes = open_routes(resolved, context.clock.steady_now() + run_.resolved.settings.timeout,
                              [&context](const std::string& text) { context.console.warn(text); });
  routes.push.hint = std::move(hint);
  return routes;
}

// Resolves the settings anew, so that those that depend on the URL, such as the proxy, are right.
Resolved FlushRoutes::resolve_for(const std::string& url) const {
  const auto setting = std::ranges::find(all_settings(), "url", &Setting::name);
  std::vector<Layer> layers = run_.layers;
  layers.push_back({GivenSetting{&*setting, url, Origin{.name = "the spool"}}});
  return resolve(layers, run_.line.command->settings);
}

} // namespace metrics_event
