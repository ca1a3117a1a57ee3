// What lies among the entries of a spool and is not a regular file: it is named for what it is, and
// neither opened in a way that waits, nor followed, nor in the way of the entries.

#include "spool/record.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

using namespace metrics_event;
using namespace metrics_event::testing;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

struct Kind {
  std::string words;
  std::function<bool(const fs::path& path)> make; // returns whether this machine can
};

bool make_fifo(const fs::path& path) {
  return ::mkfifo(path.c_str(), 0600) == 0;
}

bool make_socket(const fs::path& path) {
  const Descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const TemporaryDirectory directory; // because the path of a socket is short
  const fs::path short_path = directory.path() / "s";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  short_path.string().copy(&address.sun_path[0], sizeof address.sun_path - 1);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return false;
  }
  fs::rename(short_path, path);
  return true;
}

const Kind kinds[]{
    {"it is a directory", [](const fs::path& path) { return fs::create_directory(path); }},
    {"it is a FIFO", make_fifo},
    {"it is a socket", make_socket},
    {"it is a symbolic link",
     [](const fs::path& path) { // to a FIFO, whose opening would wait for its writer
       const fs::path target = path.parent_path().parent_path() / "target";
       fs::create_symlink(target, path);
       return fs::exists(target) || make_fifo(target);
     }},
    {"it is a device", [](const fs::path& path) {
       return ::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0; // /dev/null
     }}};

const std::string entry = "1700000000000000000.0123456789abcdef,S=312,N=1,A=3.json";
const std::string other_entry = "1700000000000000001.0123456789abcdef,S=312,N=1,A=3.json";

// Names that files in a spool have, and one that they do not have.
const Words names{"stranger", entry, "gone.reason", other_entry + '+' + entry};

// A spool in which one entry waits for a server, with one kind of stranger under each of the names.
struct Scene {
  TemporaryDirectory directory;
  fs::path spool = directory.path() / "spool";
  RawServer server{
      {{.reply = http_reply(429, "Too Many Requests")}, {.reply = http_reply(204, "No Content")}}};
  bool is_possible = true; // such a file can be made on this machine

  Scene(const Kind& kind, const std::string& box) {
    REQUIRE(start({"runner-installed", "--flavor", "small", "--duration", "1", "--url",
                   "http://127.0.0.1:" + std::to_string(server.port()), "--retries", "0"})
                .status == 0);
    for (const std::string& name : names) {
      is_possible = is_possible && kind.make(spool / box / name);
    }
  }

  Outcome start(Words words) const {
    words.insert(words.end(), {"--config", "none", "--spool=" + spool.string()});
    return run(program, {.arguments = words});
  }
};

void check_named(const std::string& text, const std::string& what, const std::string& words) {
  for (const std::string& name : names) {
    CAPTURE(name);
    constexpr std::size_t longest = 70; // a message shows that much, at least
    const bool is_short = name.size() <= longest;
    const std::size_t at = text.find('"' + what + name.substr(0, longest) + (is_short ? "\"" : ""));
    REQUIRE(at != std::string::npos);
    CHECK(text.substr(text.find('"', at + 1)).starts_with("\" is not an entry: " + words));
  }
}

// Calls `check(scene, words, box)` for each kind of stranger in the boxes of what waits.
void for_each_stranger(
    const std::function<void(const Scene&, const std::string&, const std::string&)>& check_it) {
  for (const Kind& kind : kinds) {
    for (const std::string box : {"new", "trying"}) {
      CAPTURE(kind.words);
      CAPTURE(box);
      const Scene scene{kind, box};
      if (scene.is_possible) {
        check_it(scene, kind.words, box);
      } else {
        MESSAGE("SKIPPED: cannot be made here: " << kind.words);
      }
    }
  }
}

std::string left_of(std::size_t dropped, std::size_t left) {
  return "dropped " + std::to_string(dropped) + ", left " + std::to_string(left) + '\n';
}

} // namespace

TEST_SUITE_BEGIN("spool_strangers");

TEST_CASE("a list names what is no regular file for what it is") {
  for_each_stranger([](const Scene& scene, const std::string& words, const std::string&) {
    const Outcome list = scene.start({"flush", "--list"});
    CHECK(list.status == 0);
    CHECK(list.err.empty());
    check_named(list.out, "", words);
    CHECK(std::ranges::count(list.out, '\n') == 8); // a head, the entry, four strangers, the sum
    CHECK(list.out.find("runner_installed") != std::string::npos);
  });
}

TEST_CASE("a check names what is no regular file for what it is, and does not count it") {
  for_each_stranger([](const Scene& scene, const std::string& words, const std::string& box) {
    const Outcome outcome =
        scene.start({"check", "--url", "http://127.0.0.1:" + std::to_string(scene.server.port())});
    check_named(outcome.out, box + '/', words);
    CHECK(outcome.out.find(" 1 entry is waiting for metrics-event flush") != std::string::npos);
  });
}

TEST_CASE("a flush sets aside what is no regular file, says what it is, and delivers the rest") {
  for_each_stranger([](const Scene& scene, const std::string& words, const std::string&) {
    const Outcome outcome = scene.start({"flush"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "delivered 1, refused 0, left 0, set aside 4\n");
    for (const std::string& name : names) {
      CAPTURE(name);
      const fs::path aside = scene.spool / "refused" / name;
      CHECK(outcome.err.find("set aside as \"" + aside.string() + "\": " + words + '\n') !=
            std::string::npos);
      CHECK(fs::exists(fs::symlink_status(aside)));
      CHECK(read_file(aside.string() + ".reason") == words + '\n');
    }
    CHECK(fs::is_empty(scene.spool / "new"));
    CHECK(fs::is_empty(scene.spool / "trying"));
    CHECK(fs::exists(scene.spool / "target") == (words == "it is a symbolic link"));
    check_named(scene.start({"flush", "--list", "--refused"}).out, "", words);
    CHECK(scene.start({"flush", "--drop", "--all", "--refused"}).status == 0);
    for (const std::string& name : names) {
      CHECK_FALSE(fs::exists(fs::symlink_status(scene.spool / "refused" / name)));
    }
    CHECK(fs::exists(scene.spool / "target") == (words == "it is a symbolic link"));
  });
}

TEST_CASE("a drop removes what is no regular file, and a link instead of what it leads to") {
  for_each_stranger([](const Scene& scene, const std::string& words, const std::string&) {
    const Outcome outcome = scene.start({"flush", "--drop", "--all"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out == left_of(5, 0));
    CHECK(fs::is_empty(scene.spool / "new"));
    CHECK(fs::is_empty(scene.spool / "trying"));
    CHECK(fs::exists(scene.spool / "target") == (words == "it is a symbolic link"));
  });
}

TEST_CASE("the drain after an event that arrives is not held up by what is no regular file") {
  for_each_stranger([](const Scene& scene, const std::string&, const std::string&) {
    const Outcome outcome = scene.start(
        {"send", "x", "--url", "http://127.0.0.1:" + std::to_string(scene.server.port())});
    CHECK(outcome.status == 0);
    CHECK(fs::is_empty(scene.spool / "new"));
    CHECK(scene.server.requests().size() == 3);
  });
}

TEST_CASE("a directory that is not empty is named by a drop, which drops the rest") {
  for (const std::string& name : Words{"0", entry, other_entry, "z"}) {
    CAPTURE(name);
    const Scene scene{{"", [](const fs::path& path) { return fs::create_directory(path); }}, "new"};
    fs::create_directories(scene.spool / "new" / name / "inside");
    const std::size_t others =
        4 - static_cast<std::size_t>(std::ranges::count(names, name)) + 1; // and the entry
    const Outcome outcome = scene.start({"flush", "--drop", "--all"});
    CHECK(outcome.status == 73);
    CHECK(outcome.out == left_of(others, 1));
    CHECK(outcome.err == "metrics-event: error: the spool \"" + scene.spool.string() +
                             "\" cannot release \"new/" + name + "\": directory not empty\n");
    CHECK(fs::exists(scene.spool / "new" / name / "inside"));
  }
}

TEST_CASE("what is no regular file in tmp/ is in nobody's way") {
  for (const Kind& kind : kinds) {
    CAPTURE(kind.words);
    const Scene scene{kind, "tmp"};
    fs::remove(scene.spool / "size"); // so that tmp/ is looked at
    CHECK(scene.start({"send", "x", "--url", "http://127.0.0.1:1", "--retries", "0"}).status == 0);
    CHECK(scene.start({"flush", "--drop", "--all"}).out == left_of(2, 0));
  }
}

TEST_SUITE_END();
