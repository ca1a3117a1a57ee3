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

namespace metrics_event {

/// What goes to stdout: text for people and pipes, or one JSON object whatever the outcome.
enum class Output { text, json };

/// After which ends of COMMAND the event is sent.
enum class On { success, failure, always };

/// Whether and where undelivered entries are kept.
struct SpoolPlace {
  bool on = false;
  std::string directory{}; // empty: the usual one, which `places` knows
  bool is_usual = false;   // then the directories above it are made as well
};

/// Every setting's value. Defaults, spellings and meanings are in the table, `all_settings`.
struct Settings {
  Endpoint url;
  Labels labels;
  Labels metadata;
  Headers headers;
  std::string org_id; // empty: no tenant header
  std::string config; // a file, none, or empty: the usual places
  std::string events; // a directory besides the usual ones; empty: none
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds connect_timeout{};
  std::string username;
  Secret password;
  std::string password_file;
  Secret bearer_token;
  std::string bearer_token_file;
  std::string ca_cert; // files; empty: the system's authorities
  std::string cert;
  std::string key; // empty: in the file of cert
  bool tls_skip_verify = false;
  std::optional<Endpoint> proxy;
  std::string no_proxy;
  EntryTime entry_time{};
  On on{};
  Output output{};
  bool best_effort = false;
  int retries = 0; // attempts after the first
  SpoolPlace spool;
  std::uint64_t spool_max_bytes = 0;
  bool disabled = false;
  bool dry_run = false;
  bool quiet = false;
  bool verbose = false;
};

/// All values, and by setting name where each came from.
struct Resolved {
  Settings settings;
  std::map<std::string_view, Origin> origins;
};

} // namespace metrics_event
