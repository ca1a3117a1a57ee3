#pragma once

#include "base/origin.hpp"
#include "loki/endpoint.hpp"
#include "loki/entry.hpp"
#include "loki/header.hpp"
#include "loki/secret.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The format of stdout: text for people and pipes, or one JSON object for success and failure
/// alike.
enum class Output { text, json };

/// The outcomes of COMMAND after which the event is sent.
enum class On { success, failure, always };

/// The setting `spool`: whether undelivered entries are kept, and in which directory.
struct SpoolPlace {
  bool on = false;
  std::string directory{}; // empty means `usual_spool`
  bool is_usual = false;   // then missing parent directories are created as well
};

/// The values of all settings. The table `all_settings` has their defaults, spellings and meanings.
struct Settings {
  Endpoint url;
  std::optional<Endpoint> query_url; // none: it follows from `url`
  Labels labels;
  Labels metadata;
  ExtraHeaders headers;
  std::string org_id; // empty means no tenant header (X-Scope-OrgID)
  std::string config; // a file or `none`; empty means the default places
  std::string events; // an additional directory; empty means none
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds connect_timeout{};
  std::string username;
  Secret password;
  std::string password_file;
  Secret bearer_token;
  std::string bearer_token_file;
  std::string ca_cert; // a file; empty means the system's certificate authorities
  std::string cert;
  std::string key; // a file; empty means that the file of `cert` has the key
  bool tls_skip_verify = false;
  std::optional<Endpoint> proxy;
  std::string no_proxy;
  EntryTime entry_time{};
  On on{};
  Output output{};
  bool best_effort = false;
  int retries = 0; // attempts after the first
  bool confirm = false;
  SpoolPlace spool;
  std::uint64_t spool_max_bytes = 0;
  bool disabled = false;
  bool dry_run = false;
  bool quiet = false;
  bool verbose = false;
};

/// The values of all settings, and the origin of each by the name of the setting.
struct Resolved {
  Settings settings;
  std::map<std::string_view, Origin> origins;
  std::vector<std::string> warnings; // about values that are valid but hardly what is meant
};

} // namespace metrics_event
