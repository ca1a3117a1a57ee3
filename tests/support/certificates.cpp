#include "certificates.hpp"

#include "process.hpp"
#include "temporary.hpp"

#include <stdexcept>
#include <utility>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;

// For `openssl ca`, the one command of OpenSSL 3.0 that takes any two dates, at the price of a
// database. make() sets the variables in front of this, and appends to its end.
constexpr const char* openssl_configuration = R"(
[req]
prompt = no
utf8 = yes
distinguished_name = name

[name]
CN = $common_name

[ca]
default_ca = authority

[authority]
database = $scratch/database
new_certs_dir = $scratch
rand_serial = yes
certificate = $certificate
private_key = $key
default_md = sha256
default_startdate = ${start}000000Z
default_enddate = ${end}000000Z
policy = policy
x509_extensions = extensions

[policy]
commonName = supplied

[extensions]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
)";

constexpr const char* authority_extensions = "basicConstraints = critical, CA:true\n"
                                             "keyUsage = critical, keyCertSign, cRLSign\n";

std::string leaf_extensions(const Leaf& leaf) {
  std::string text = "basicConstraints = critical, CA:false\n"
                     "keyUsage = critical, digitalSignature\n"
                     "extendedKeyUsage = ";
  text += leaf.client ? "clientAuth\n" : "serverAuth\n";
  for (const char* before = "subjectAltName = "; const auto& name : leaf.names) {
    text += std::exchange(before, ", ") + name;
  }
  return text;
}

CertificateFiles unused_files(const fs::path& directory) {
  for (int number = 1;; ++number) {
    const auto stem = (directory / ("certificate-" + std::to_string(number))).string();
    if (!fs::exists(stem + ".pem")) {
      return {stem + ".pem", stem + ".key"};
    }
  }
}

void openssl(std::vector<std::string> arguments) {
  const auto outcome = run("/usr/bin/openssl", {.arguments = std::move(arguments)});
  if (outcome.status != 0) {
    throw std::runtime_error("openssl: " + outcome.err);
  }
}

// Without an issuer the certificate signs itself.
CertificateFiles make(const fs::path& directory, const Leaf& leaf, const std::string& extensions,
                      const CertificateFiles* issuer) {
  const TemporaryDirectory scratch;
  const auto path = [&](const char* name) { return (scratch.path() / name).string(); };
  auto files = unused_files(directory);
  const auto& signer = issuer ? *issuer : files;
  const char* start = leaf.validity == Validity::not_yet ? "20990101" : "20200101";
  const char* end = leaf.validity == Validity::expired ? "20200203" : "21000101";

  write_file(path("database"), "");
  write_file(path("config"),
             "common_name = " + leaf.common_name + "\nscratch = " + scratch.path().string() +
                 "\ncertificate = " + signer.certificate + "\nkey = " + signer.key +
                 "\nstart = " + start + "\nend = " + end + openssl_configuration + extensions);
  openssl({"req", "-config", path("config"), "-new", "-newkey", "ec", "-pkeyopt",
           "ec_paramgen_curve:P-256", "-noenc", "-keyout", files.key, "-out", path("request")});
  std::vector<std::string> sign{"ca",  "-config",       path("config"), "-batch",         "-notext",
                                "-in", path("request"), "-out",         files.certificate};
  if (!issuer) {
    sign.emplace_back("-selfsign");
  }
  openssl(std::move(sign));
  return files;
}

} // namespace

CertificateAuthority::CertificateAuthority(const fs::path& directory,
                                           const std::string& common_name)
    : directory_(directory),
      files_(make(directory, {.common_name = common_name}, authority_extensions, nullptr)) {}

CertificateAuthority CertificateAuthority::intermediate(const std::string& common_name) const {
  CertificateAuthority authority;
  authority.directory_ = directory_;
  authority.files_ = make(directory_, {.common_name = common_name}, authority_extensions, &files_);
  authority.chain_ = read_file(authority.files_.certificate) + chain_;
  return authority;
}

CertificateFiles CertificateAuthority::issue(const Leaf& leaf) const {
  auto files = make(directory_, leaf, leaf_extensions(leaf), &files_);
  if (leaf.with_chain) {
    write_file(files.certificate, read_file(files.certificate) + chain_);
  }
  return files;
}

CertificateFiles self_signed(const fs::path& directory, const Leaf& leaf) {
  return make(directory, leaf, leaf_extensions(leaf), nullptr);
}

CertificateFiles encrypted(const CertificateFiles& files, const std::string& passphrase) {
  const auto key = files.key + ".encrypted";
  openssl({"pkey", "-in", files.key, "-aes256", "-passout", "pass:" + passphrase, "-out", key});
  return {files.certificate, key};
}

} // namespace metrics_event::testing
