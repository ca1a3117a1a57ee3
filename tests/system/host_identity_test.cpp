#include "system/host_identity.hpp"

#include "base/text.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <sys/utsname.h>

#include <filesystem>
#include <string>

using namespace metrics_event;
using metrics_event::testing::TemporaryDirectory;
using metrics_event::testing::write_file;

TEST_SUITE_BEGIN("host identity");

TEST_CASE("the name of the host is that of uname(2)") {
  utsname names{};
  REQUIRE(::uname(&names) == 0);
  REQUIRE(*names.nodename != '\0');
  CHECK(*host_name() == names.nodename);
}

TEST_CASE("a machine id is 32 hexadecimal digits on the first line") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "machine-id";
  for (const std::string id :
       {"3d1219c7c4c5404aaa1f6d2a48adfda4", "3D1219C7C4C5404AAA1F6D2A48ADFDA4"}) {
    for (const std::string end : {"\n", "", "\nmore\n"}) {
      write_file(path, id + end);
      CHECK(*machine_id(path) == id);
    }
  }
  for (const std::string bad :
       {"", "uninitialized", "3d1219c7c4c5404aaa1f6d2a48adfda", "3d1219c7c4c5404aaa1f6d2a48adfda45",
        "3d1219c7c4c5404aaa1f6d2a48adfdag", "3d1219c7-c4c5-404a-aa1f-6d2a48adfda4"}) {
    write_file(path, bad + '\n');
    CHECK(machine_id(path).error().text ==
          "expected 32 hexadecimal digits in " + quote(path) + ", got " + quote(bad));
  }
}

TEST_CASE("a machine id that cannot be read is missing for that reason") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "machine-id";
  CHECK(machine_id(path).error().text ==
        "cannot read " + quote(path) + ": no such file or directory");
  std::filesystem::create_directory(path);
  CHECK(machine_id(path).error().text.starts_with("cannot read " + quote(path) + ": "));
}

TEST_SUITE_END();
