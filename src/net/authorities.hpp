#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace metrics_event {

/// The certificate authorities that the system trusts, from where OpenSSL looks for them: the file
/// SSL_CERT_FILE and the directories SSL_CERT_DIR, or those of the distribution. OpenSSL would open
/// these files itself, most of them in the middle of a handshake, and wait for ever for a FIFO or
/// for a mount whose server is gone. The files of the distribution are where OpenSSL itself is, so
/// only what a variable names is read by a thread that may be left behind.
class SystemAuthorities {
public:
  /// Reads the file, waiting for a pipe until the deadline. A file that cannot be read counts as
  /// empty, as with OpenSSL, because the directories may have what is needed. Throws Failure
  /// (tempfail) when it does not come in time or a signal is noted.
  explicit SystemAuthorities(Deadline deadline);

  /// Returns the text of the file, certificates in PEM form; nothing when it cannot be read.
  const std::optional<std::string>& text() const { return text_; }

  /// Records why the text is of no use, such as `holds no certificate`.
  void reject_text(const std::string& reason);

  /// Returns the texts of the files in the directories that are called `HASH.0`, `HASH.1` and so
  /// on, as c_rehash(1) calls the certificates of a subject whose name has this hash.
  std::vector<std::string> find(unsigned long hash, Deadline deadline);

  /// Says why the file and the directories are of no use, and which variable names them. The result
  /// is empty when nothing is known to be wrong with them.
  std::string trouble() const;

private:
  std::string path_; // of the file
  std::vector<std::string> directories_;
  bool is_path_given_ = false; // by a variable, and so with the directories
  bool are_directories_given_ = false;
  std::optional<std::string> text_;
  std::string trouble_of_file_;
  std::string trouble_of_directories_;
};

} // namespace metrics_event
