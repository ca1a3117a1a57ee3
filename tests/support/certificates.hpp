#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// The PEM files of one certificate, by their paths. The key has mode 0600.
struct CertificateFiles {
  std::string certificate; ///< may hold the chain that leads to the root, without the root
  std::string key;
};

/// When a certificate is valid: from 2020-01-01 on, until 2020-02-03 only, or from 2099-01-01 on.
enum class Validity { good, expired, not_yet };

/// What the certificate of a server or client is to say.
struct Leaf {
  std::string common_name{};
  std::vector<std::string> names{}; ///< alternative names, such as `DNS:localhost`, `IP:127.0.0.1`
  Validity validity = Validity::good;
  bool client = false;    ///< for clients only, instead of for servers only
  bool with_chain = true; ///< followed by the intermediate authorities, which peers may not have
};

/// An authority that issues certificates with EC P-256 keys, by means of the openssl tool. What it
/// makes are new files in a directory, which authorities can share; what openssl refuses is a
/// std::runtime_error.
class CertificateAuthority {
public:
  /// A root, which signs itself.
  CertificateAuthority(const std::filesystem::path& directory, const std::string& common_name);

  /// An authority that is signed by this one.
  CertificateAuthority intermediate(const std::string& common_name) const;

  /// A certificate that is signed by this authority.
  CertificateFiles issue(const Leaf& leaf) const;

  /// Its own certificate, by its path: for a root, what a peer has to trust.
  const std::string& certificate() const { return files_.certificate; }

private:
  CertificateAuthority() = default;

  std::filesystem::path directory_;
  CertificateFiles files_;
  std::string chain_; ///< in PEM, from this authority up to below the root; none of a root
};

/// A certificate that no authority has signed, as new files in the directory.
CertificateFiles self_signed(const std::filesystem::path& directory, const Leaf& leaf);

/// The same certificate with a copy of its key that takes a passphrase of four bytes or more.
CertificateFiles encrypted(const CertificateFiles& files, const std::string& passphrase);

} // namespace metrics_event::testing
