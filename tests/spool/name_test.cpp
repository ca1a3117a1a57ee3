#include "spool/name.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

const SpoolName sample_name{Instant{1700000000123456789ns}, 0xabc, 312, 40, 3};
const std::string stem = "1700000000123456789.0000000000000abc";

} // namespace

TEST_SUITE_BEGIN("spool_name");

TEST_CASE("a file name says the entry time, the size, the entries and the attempts") {
  CHECK(sample_name.text() == stem + ",S=312,N=40,A=3.json");
  CHECK(sample_name.stem() == stem);
  const auto parsed = parse_spool_name(sample_name.text());
  REQUIRE(parsed);
  CHECK(parsed->time == sample_name.time);
  CHECK(parsed->id == 0xabc);
  CHECK(parsed->size == 312);
  CHECK(parsed->entries == 40);
  CHECK(parsed->attempts == 3);
}

TEST_CASE("names are small, because a flush holds all of them") {
  CHECK(sizeof(SpoolName) == 24);
}

TEST_CASE("the smallest and the largest name read back as they were") {
  for (const SpoolName& name :
       {SpoolName{}, SpoolName{Instant::max(), std::numeric_limits<std::uint64_t>::max(),
                               std::numeric_limits<std::uint32_t>::max(),
                               std::numeric_limits<std::uint16_t>::max(),
                               std::numeric_limits<std::uint16_t>::max()}}) {
    CAPTURE(name.text());
    REQUIRE(parse_spool_name(name.text()));
    CHECK(parse_spool_name(name.text())->text() == name.text());
    REQUIRE(parse_spool_stem(name.stem()));
    CHECK(parse_spool_stem(name.stem())->stem() == name.stem());
  }
}

TEST_CASE("names sort by the entry time, as texts and as values") {
  std::vector<SpoolName> names;
  for (const auto time : {0ns, 9ns, 10ns, 999'999'999'999ns, 1'700'000'000'000'000'000ns,
                          std::chrono::nanoseconds::max()}) {
    for (const std::uint64_t id : {std::uint64_t{9}, std::uint64_t{10}, ~std::uint64_t{0}}) {
      names.push_back({Instant{time}, id, 7, 1, 0});
    }
  }
  CHECK(std::ranges::is_sorted(names, std::less<>{}));
  CHECK(std::ranges::is_sorted(names, {}, &SpoolName::text));
}

TEST_CASE("two names of one record are equal, whatever has become of it") {
  SpoolName tried = sample_name;
  tried.add_attempts(5);
  CHECK_FALSE(sample_name < tried);
  CHECK_FALSE(tried < sample_name);
  CHECK(tried.stem() == sample_name.stem());
  CHECK(tried.text() == stem + ",S=312,N=40,A=8.json");
}

TEST_CASE("attempts are counted as far as a name has room for them") {
  SpoolName name = sample_name;
  name.add_attempts(65'531);
  CHECK(name.attempts == 65'534);
  name.add_attempts(1);
  CHECK(name.attempts == 65'535);
  name.add_attempts(1);
  CHECK(name.attempts == 65'535);
  name.add_attempts(std::numeric_limits<int>::max());
  CHECK(name.attempts == 65'535);
  CHECK(parse_spool_name(name.text())->attempts == 65'535);
}

TEST_CASE("another spelling, or a stranger's name, is none of ours") {
  const std::vector<std::string> names{
      "",
      "x",
      "x.json",
      "1700000000123456789.json",
      stem,
      "1.0000000000000abc,S=312,N=1,A=3.json",
      "1700000000123456789.abc,S=312,N=1,A=3.json",
      "1700000000123456789.0000000000000ABC,S=312,N=1,A=3.json",
      "1700000000123456789.0x00000000000abc,S=312,N=1,A=3.json",
      "1700000000123456789.0000000000000abg,S=312,N=1,A=3.json",
      "1700000000123456789.00000000000000abc,S=312,N=1,A=3.json",
      "01700000000123456789.0000000000000abc,S=312,N=1,A=3.json",
      "-700000000123456789.0000000000000abc,S=312,N=1,A=3.json",
      "+700000000123456789.0000000000000abc,S=312,N=1,A=3.json",
      "9999999999999999999.0000000000000abc,S=312,N=1,A=3.json",
      "9223372036854775808.0000000000000abc,S=312,N=1,A=3.json",
      stem + ",S=312,A=3.json",            // the name of an older version
      stem + ",S=,N=1,A=3.json",           // without a number
      stem + ",S=312,N=,A=3.json",         //
      stem + ",S=312,N=1,A=.json",         //
      stem + ",S=-1,N=1,A=3.json",         // negative
      stem + ",S=312,N=-1,A=3.json",       //
      stem + ",S=312,N=1,A=-3.json",       //
      stem + ",S=+312,N=1,A=3.json",       //
      stem + ",S=0312,N=1,A=3.json",       // not canonical
      stem + ",S=312,N=01,A=3.json",       //
      stem + ",S=312,N=1,A=00.json",       //
      stem + ",S=312,N=0,A=3.json",        // a record without entries
      stem + ",S=4294967296,N=1,A=3.json", // too large
      stem + ",S=312,N=65536,A=3.json",    //
      stem + ",S=312,N=1,A=65536.json",    //
      stem + ",N=1,S=312,A=3.json",        // in another order
      stem + ",S=312,N=1,A=3",             // cut
      stem + ",S=312,N=1,A=3.jso",         //
      stem + ",S=312,N=1,A=3.json.reason",
      stem + ",S=312,N=1,A=3.json ",
      " " + stem + ",S=312,N=1,A=3.json",
      stem + ",S=312, N=1,A=3.json",
      stem + ",s=312,n=1,a=3.json",
      stem + ",S=312,N=1,A=3.json" + '\0',
  };
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK_FALSE(parse_spool_name(name));
  }
  for (const std::string& other : {std::string{}, std::string{"."}, stem + '\n', stem + '.',
                                   sample_name.text(), stem.substr(1), stem.substr(0, 35)}) {
    CAPTURE(other);
    CHECK_FALSE(parse_spool_stem(other));
  }
}

TEST_CASE("a name that is cut anywhere is none") {
  const std::string text = sample_name.text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_spool_name(text.substr(0, size)));
  }
}

TEST_CASE("a joined name has both names, and no other name is joined") {
  const SpoolName replaced{Instant{5ns}, 1, 2, 3, 4};
  const std::string joined = joined_name(sample_name, replaced);
  CHECK(joined == sample_name.text() + "+" + replaced.text());
  CHECK_FALSE(parse_spool_name(joined));
  CHECK(divided_name(joined).name == sample_name.text());
  CHECK(divided_name(joined).replaced == replaced.text());
  const std::string text = sample_name.text();
  CHECK(divided_name(text).name == text);
  CHECK(divided_name(text).replaced.empty());
  CHECK(divided_name("").name.empty());
  CHECK(divided_name("a+b+c").name == "a");
  CHECK(divided_name("a+b+c").replaced == "b+c");
}

TEST_SUITE_END();
