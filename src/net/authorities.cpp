#include "net/authorities.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/detached.hpp"
#include "system/file.hpp"

#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace metrics_event {
namespace {

constexpr std::size_t largest_bundle = 16UL * 1024 * 1024;

// The files with all authorities on distributions other than the one that OpenSSL was built for:
// those of Fedora, openSUSE and Alpine, and that of Debian, which others have adopted.
constexpr std::array bundles{"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                             "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
                             "/etc/ssl/certs/ca-certificates.crt"};

// Returns the value of a variable as OpenSSL reads it, empty when it is not set.
std::string value_of(const char* variable) {
  const char* const value = ::secure_getenv(variable);
  return value == nullptr ? "" : value;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (end > 0) {
      parts.emplace_back(list.substr(0, end));
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

std::string in_variable(const char* variable, bool is_given, const std::string& text) {
  return is_given ? variable + (": " + text) : text;
}

// The result of a search in the directories.
struct Found {
  std::vector<std::string> texts;
  std::string missing; // a directory that does not exist, if any
};

Found search(const std::vector<std::string>& directories, const std::string& hash) {
  Found found;
  for (const std::string& directory : directories) {
    const std::string stem = directory + '/' + hash + '.';
    for (int number = 0;; ++number) {
      auto text = read_regular_file(stem + std::to_string(number));
      if (text) {
        found.texts.push_back(*std::move(text));
      } else if (text.error() != std::errc::not_supported) { // such as a FIFO, which is passed over
        break;
      }
    }
    if (is_missing(directory + "/.")) {
      found.missing = directory;
    }
  }
  return found;
}

bool is_late(const std::error_code& error) {
  return error == std::errc::stream_timeout || error == std::errc::interrupted;
}

} // namespace

SystemAuthorities::SystemAuthorities(Deadline deadline)
    : path_{value_of(X509_get_default_cert_file_env())}, directories_{split(value_of(
                                                             X509_get_default_cert_dir_env()))},
      is_path_given_{!path_.empty()}, are_directories_given_{!directories_.empty()} {
  if (!are_directories_given_) {
    directories_.emplace_back(X509_get_default_cert_dir());
  }
  std::vector<std::string> paths{is_path_given_ ? path_ : X509_get_default_cert_file()};
  if (!is_path_given_ && !are_directories_given_ && is_missing(directories_.front())) {
    paths.insert(paths.end(), bundles.begin(), bundles.end());
  }
  for (const std::string& path : paths) {
    auto text = is_path_given_ ? read_file_anywhere(path, deadline, largest_bundle)
                               : read_file(path, deadline, largest_bundle);
    if (text) {
      path_ = path;
      text_ = *std::move(text);
      return;
    }
    const std::string trouble = in_variable(X509_get_default_cert_file_env(), is_path_given_,
                                            cannot_read(path, text.error()));
    if (is_late(text.error())) {
      throw Failure{ExitCode::tempfail, trouble};
    }
    if (is_path_given_) {
      trouble_of_file_ = trouble;
    }
  }
}

void SystemAuthorities::reject_text(const std::string& reason) {
  trouble_of_file_ = in_variable(X509_get_default_cert_file_env(), is_path_given_,
                                 quote_path(path_) + ' ' + reason);
}

std::vector<std::string> SystemAuthorities::find(unsigned long hash, Deadline deadline) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%08lx", hash);
  auto found = run_detached_if(are_directories_given_, deadline,
                               [directories = directories_, name = std::string{digits.data()}] {
                                 return search(directories, name);
                               });
  const std::string trouble = !found ? cannot_read(directories_.front(), found.error())
                              : found->missing.empty()
                                  ? ""
                                  : quote_path(found->missing) + " is not a directory";
  // A directory of the distribution need not exist beside a file.
  if (!trouble.empty() && (are_directories_given_ || !text_)) {
    trouble_of_directories_ =
        in_variable(X509_get_default_cert_dir_env(), are_directories_given_, trouble);
  }
  return found ? std::move(found->texts) : std::vector<std::string>{};
}

std::string SystemAuthorities::trouble() const {
  const bool are_two = !trouble_of_file_.empty() && !trouble_of_directories_.empty();
  return trouble_of_file_ + (are_two ? ", " : "") + trouble_of_directories_;
}

} // namespace metrics_event
