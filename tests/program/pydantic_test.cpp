// Models as pydantic writes them, from the schema to the line: each can be sent, and what it does
// not allow is refused. tests/fixtures has one model a line, its name and its schema.
#include "support/in_process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include "event/type.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

using Words = std::vector<std::string>;

// A model, the arguments that give its fields, the end of the line that they make, and arguments
// with a value that the model does not allow. A model of any text refuses only other JSON.
struct Model {
  std::string name;
  Words good;
  std::string line; // without the brace that ends it
  Words bad{};
};

// A model that cannot be sent, and what the message says to do about it.
struct Broken {
  std::string name;
  std::string remedy;
};

const Model pydantic1[]{
    {"Ali", {"--runId", "x"}, R"("runId":"x")"},
    {"AliDash", {"--run-id", "x"}, R"("run-id":"x")"},
    {"AliDot", {"--run-id", "x"}, R"("run.id":"x")"},
    {"AnyV", {R"(v:=[1,{"a":null}])"}, R"("v":[1,{"a":null}])"},
    {"B", {"--raw", "x"}, R"("raw":"x")"},
    {"Bool", {"--ok", "true"}, R"("ok":true)", {"--ok", "yes"}},
    {"Con", {"--s", "ab", "--n", "0.5"}, R"("s":"ab","n":0.5)", {"--s", "ab", "--n", "1"}},
    {"Conf", {"config=x", "timeout=5"}, R"("config":"x","timeout":5)", {"config=x", "timeout=5.5"}},
    {"Day", {"--day", "2023-11-14"}, R"("day":"2023-11-14")"},
    {"Dec", {"--cost", "12.50"}, R"("cost":12.50)", {"--cost", "12,50"}},
    {"DeepF", {R"(d[c]:={"code":1})"}, R"("d":{"c":{"code":1}})", {R"(d:={"c":{"code":"1"}})"}},
    {"Delta", {"--took", "1.5"}, R"("took":1.5)", {"--took", "PT1S"}},
    {"Desc", {"--s", "x"}, R"("s":"x")"},
    {"EnumF", {}, R"("kind":"a")", {"--kind", "c"}},
    {"EvLit", {"--n", "1"}, R"("event":"ev_lit","n":1)", {"--n", "x"}},
    {"Ex", {"--s", "x"}, R"("s":"x")"},
    {"Exs", {"--s", "x"}, R"("s":"x")"},
    {"Help", {"help=x"}, R"("help":"x")"},
    {"IntEnumF", {"--lvl", "2"}, R"("lvl":2)", {"--lvl", "3"}},
    {"Ip", {"--ip", "127.0.0.1"}, R"("ip":"127.0.0.1")"},
    {"Label", {"label=x", "url=y"}, R"("label":"x","url":"y")"},
    {"ListNested",
     {R"(l:=[{"code":1},{"code":2}])"},
     R"("l":[{"code":1},{"code":2}])",
     {R"(l:=[{"code":1},{"code":2.5}])"}},
    {"Lit", {"--s", "run.end"}, R"("s":"run.end")", {"--s", "run"}},
    {"LitMix", {"s:=1"}, R"("s":1)", {"s:=2"}},
    {"LitOne", {}, R"("s":"x")", {"--s", "y"}},
    {"Meta", {R"(metadata:={"a":[1]})"}, R"("metadata":{"a":[1]})", {"metadata:=[1]"}},
    {"MetaStr", {"metadata[a]=b"}, R"("metadata":{"a":"b"})", {"metadata[a]:=1"}},
    {"Mult", {"--n", "-15"}, R"("n":-15)", {"--n", "14"}},
    {"MultP", {"--n", "0"}, R"("n":0)", {"--n", "1"}},
    {"Nested", {"--info-code", "3"}, R"("info":{"code":3})", {"--info-code", "3.5"}},
    {"NestedReq", {"--info-code", "3"}, R"("info":{"code":3})", {"--info-code", "x"}},
    {"Opt", {"--n", "1", "--k", "b"}, R"("n":1,"k":"b")", {"--k", "c"}},
    {"Plain",
     {"--flavor", "s", "--duration", "1"},
     R"("flavor":"s","duration":1)",
     {"--flavor", "s", "--duration", "-1"}},
    {"RawDict", {"raw:={}"}, R"("raw":{})", {"raw:=1"}},
    {"Sec", {"--s", "x"}, R"("s":"x")"},
    {"Started",
     {"--run-id", "u", "--ts", "now", "--project", "p"},
     R"("run_id":"u","ts":"now","project":"p")"},
    {"TagSet",
     {"--tags", "a", "--tags", "b"},
     R"("tags":["a","b"])",
     {"--tags", "a", "--tags", "a"}},
    {"Tags", {"--tags", "a,b"}, R"("tags":["a,b"])", {"tags:=[1]"}},
    {"TsFloat", {}, R"("event":"ts_float")"},
    {"Tsint", {}, R"("event":"tsint")"},
    {"Tup", {R"(t:=[1,"a"])"}, R"("t":[1,"a"])", {R"(t:=["a",1])"}},
    {"Type", {"--type", "a", "--id", "x"}, R"("type":"a","id":"x")", {"--type", "c", "--id", "x"}},
    {"Under", {"--x-", "1"}, R"("x_":1)", {"--x-", "a"}},
    {"Uni", {"größe=5"}, R"("größe":5)", {"größe=x"}},
    {"UnionF", {"v=5"}, R"("v":"5")", {"v:=5.5"}},
    {"UnionFl", {"v:=5.5"}, R"("v":5.5)", {"v=x"}},
    {"Url", {"url=x"}, R"("url":"x")", {"url="}},
    {"Ver", {"version=1.2"}, R"("version":"1.2")"},
};

const Broken broken1[]{
    {"EvLit2", "rename the file to other.json, or allow \"ev_lit2\" here"},
    {"Tsdt", "declare it as \"number\" or \"integer\""},
};

const Model pydantic2[]{
    {"OptInt", {}, R"("event":"opt_int")", {"--v", "x"}},
    {"OptIntRequired", {"--v", "1"}, R"("v":1)", {"--v", "x"}},
    {"OptKind", {"--v", "b"}, R"("v":"b")", {"--v", "c"}},
    {"OptNested", {"--v-code", "1"}, R"("v":{"code":1})", {"--v-code", "x"}},
    {"OptUnion", {"v:=null"}, R"("event":"opt_union")", {"v:=1.5"}},
    {"LiteralOne", {"--v", "x"}, R"("v":"x")", {"--v", "y"}},
    {"LiteralMixed", {"v=a"}, R"("v":"a")", {"v=b"}},
    {"LiteralInts", {}, R"("v":1)", {"--v", "3"}},
    {"EnumDefault", {}, R"("v":"a")", {"--v", "c"}},
    {"EnumSingle", {"--v", "only"}, R"("v":"only")", {"--v", "other"}},
    {"EnumMixed", {"v:=1"}, R"("v":1)", {"v:=2"}},
    {"EnumInts", {"--v", "2"}, R"("v":2)", {"--v", "3"}},
    {"TuplePair", {R"(v:=[1,"a"])"}, R"("v":[1,"a"])", {R"(v:=[1,"a",2])"}},
    {"TupleMany", {"--v", "1", "--v", "2"}, R"("v":[1,2])", {"--v", "a"}},
    {"ListInts", {"--v", "1"}, R"("v":[1])", {"--v", "1", "--v", "2", "--v", "3", "--v", "4"}},
    {"ListKinds", {}, R"("v":[])", {"--v", "c"}},
    {"ListOptional", {"--v", "x"}, R"("v":["x"])", {"v:=[1]"}},
    {"ListNested", {R"(v:=[{"code":1}])"}, R"("v":[{"code":1}])", {"v:=[{}]"}},
    {"ListLists", {"v:=[[1],[]]"}, R"("v":[[1],[]])", {R"(v:=[["a"]])"}},
    {"SetOfText", {"--v", "a", "--v", "b"}, R"("v":["a","b"])", {R"(v:=["a","\u0061"])"}},
    {"DequeBounded", {"--v", "0"}, R"("v":[0])", {"--v", "-1"}},
    {"DictInts", {"v[a]:=1"}, R"("v":{"a":1})", {"v[a]=1"}},
    {"DictAny", {}, R"("v":{})", {"v=x"}},
    {"DictPattern", {"v[a]:=1", "v[b]=x"}, R"("v":{"a":1,"b":"x"})", {"v[ab]=x"}},
    {"DictKinds", {"v[a]:=1.5"}, R"("v":{"a":1.5})", {"v[c]:=1.5"}},
    {"AnyValue", {"v:=null"}, R"("v":null)"},
    {"AnyDefault", {"v=x"}, R"("v":"x")"},
    {"NoneOnly", {"v:=null"}, R"("event":"none_only")", {"v:=0"}},
    {"UnionScalars", {"v:=5"}, R"("v":5)", {"v:=true"}},
    {"UnionModels",
     {R"(v:={"kind":"cat","lives":9})"},
     R"("v":{"kind":"cat","lives":9})",
     {R"(v:={"kind":"cow","lives":9})"}},
    {"Discriminated",
     {R"(v:={"name":"Rex"})"},
     R"("v":{"name":"Rex"})",
     {R"(v:={"kind":"dog","lives":9})"}},
    {"NestedClosed",
     {"--v-code", "1", "--v-name", "x"},
     R"("v":{"code":1,"name":"x"})",
     {"--v-code", "x"}},
    {"NestedOpen", {"v[code]:=1", "v[more]=x"}, R"("v":{"code":1,"more":"x"})", {"v[more]=x"}},
    {"NestedEmpty", {"v:={}"}, R"("v":{})", {"v:=[]"}},
    {"NestedDefault", {}, R"("v":{"code":1})", {"v:={}"}},
    {"NestedDeep",
     {"v[c][code]:=1", "--v-note", "n"},
     R"("v":{"c":{"code":1},"note":"n"})",
     {"v[c][code]=1"}},
    {"NestedList",
     {"--v-tags", "a", "--v-tags", "b"},
     R"("v":{"tags":["a","b"]})",
     {"v[tags]:=[1]"}},
    {"Recursive",
     {R"(v[children]:=[{"name":"b","children":[]}])", "--v-name", "a"},
     R"("v":{"name":"a","children":[{"name":"b","children":[]}]})",
     {"--v-name", "a", R"(v[children]:=[{"children":[]}])"}},
    {"Tupled", {"v:=[1]"}, R"("v":[1])", {"v:=[]"}},
    {"TypedDictionary", {"v:={}"}, R"("v":{})", {R"(v:={"a":"x"})"}},
    {"DataClass", {"--v-n", "1"}, R"("v":{"n":1,"s":"x"})", {"--v-n", "x"}},
    {"Forbids", {"--v", "1"}, R"("v":1)", {"--v", "x"}},
    {"Allows", {"--v", "1", "more=x"}, R"("v":1,"more":"x")", {"--v", "x"}},
    {"AllowsInts", {"--v", "1", "more:=2"}, R"("v":1,"more":2)", {"--v", "1", "more=x"}},
    {"Above", {"--v", "0.5"}, R"("v":0.5)", {"--v", "1.0"}},
    {"Multiple", {"--v", "0.3"}, R"("v":0.3)", {"--v", "0.35"}},
    {"Money", {"v:=12.50"}, R"("v":12.50)", {"v:=true"}},
    {"Day", {"--v", "2023-11-14"}, R"("v":"2023-11-14")"},
    {"When", {"--v", "2023-11-14T22:13:20Z"}, R"("v":"2023-11-14T22:13:20Z")"},
    {"Clock", {"--v", "22:13:20"}, R"("v":"22:13:20")"},
    {"Delta", {"--v", "PT1S"}, R"("v":"PT1S")"},
    {"Identity", {"--v", "x"}, R"("v":"x")"},
    {"Address", {"--v", "::1"}, R"("v":"::1")"},
    {"Address4", {"--v", "127.0.0.1"}, R"("v":"127.0.0.1")"},
    {"Network", {"--v", "fe80::/64"}, R"("v":"fe80::/64")"},
    {"Place", {"--v", "/tmp"}, R"("v":"/tmp")"},
    {"Link", {"--v", "https://example.com"}, R"("v":"https://example.com")", {"--v", ""}},
    {"Bytes", {"--v", "x"}, R"("v":"x")"},
    {"Coded", {"--v", "eA=="}, R"("v":"eA==")"},
    {"Secret", {"--v", "x"}, R"("v":"x")"},
    {"JsonText", {"--v", "[1]"}, R"("v":"[1]")"},
    {"Size", {"v=1 KiB"}, R"("v":"1 KiB")", {"v:=-1"}},
    {"Annotated", {"--v", "x"}, R"("v":"x")"},
    {"Extra", {"--v", "x"}, R"("v":"x")"},
    {"Dashed", {"--run-id", "x"}, R"("run-id":"x")"},
    {"Dotted", {"--run-id", "1"}, R"("run.id":1)", {"--run-id", "x"}},
    {"Foreign", {"größe=1"}, R"("größe":1)", {"größe=x"}},
    {"Options",
     {"version=1.2", "label=x"},
     R"("version":"1.2","timeout":5,"label":"x")",
     {"version=1.2", "timeout=x"}},
    {"WholeTime", {"--v", "1"}, R"("v":1)", {"--v", "1", "--timestamp", "1.5"}},
    {"BoundedTime", {"--v", "1"}, R"("v":1)", {"--v", "1", "--timestamp", "0"}},
    {"OptionalTime", {"--v", "2"}, R"("v":2)", {"--v", "x"}},
    {"NamedEvent", {"--v", "1"}, R"("event":"named_event","v":1)", {"--v", "x"}},
};

const Broken broken2[]{
    {"TextTime", "declare it as \"number\" or \"integer\""},
    {"OtherEvent", "rename the file to other.json, or allow \"other_event\" here"},
};

std::map<std::string, std::string> schemas_of(const std::string& fixture) {
  std::map<std::string, std::string> schemas;
  std::istringstream lines{read_file(source_directory + "/tests/fixtures/" + fixture)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    schemas.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return schemas;
}

// Declares one model at a time and sends events of it, without sending them anywhere.
class Stage {
public:
  explicit Stage(const std::string& fixture) : schemas_{schemas_of(fixture)} {}

  std::size_t size() const { return schemas_.size(); }

  void declare(const std::string& model) {
    REQUIRE(schemas_.contains(model));
    write_file(directory_.path() / (model + ".json"), schemas_.at(model));
    event_ = kebab_case(event_name(model).value());
  }

  // Runs the program with the event and these arguments; the time comes first, so that it counts
  // only where no other one is given.
  int run(const Words& arguments) {
    Words words{"--events", directory_.path(), "-n", "--url", "file:///nonexistent/log", event_};
    if (find_command(process_.commands, event_) != nullptr) { // then only send reaches the event
      words.insert(words.end() - 1, "send");
    }
    words.insert(words.end(), arguments.begin(), arguments.end());
    if (std::ranges::find(words, "--timestamp") == words.end()) {
      words.insert(words.end(), {"--timestamp", "1700000000"});
    }
    return process_.run(words);
  }

  const InProcess& process() const { return process_; }

private:
  std::map<std::string, std::string> schemas_;
  TemporaryDirectory directory_;
  InProcess process_;
  std::string event_;
};

void check(const std::string& fixture, std::span<const Model> models,
           std::span<const Broken> broken) {
  Stage stage{fixture};
  CHECK(models.size() + broken.size() == stage.size());
  for (const Model& model : models) {
    CAPTURE(model.name);
    stage.declare(model.name);
    const int status = stage.run(model.good);
    CAPTURE(stage.process().err());
    CHECK(status == 0);
    CHECK(stage.process().out().starts_with(R"({"timestamp":1700000000,"event":")"));
    CHECK(stage.process().out().ends_with(model.line + "}\n"));
    if (!model.bad.empty()) {
      CHECK(stage.run(model.bad) == 65);
    }
  }
  for (const Broken& one : broken) {
    CAPTURE(one.name);
    stage.declare(one.name);
    CHECK(stage.run({}) == 78);
    CHECK(stage.process().err().ends_with(one.remedy + '\n'));
  }
}

} // namespace

TEST_SUITE_BEGIN("declared");

TEST_CASE("models of one field, as pydantic 1 writes them, are sent") {
  check("pydantic1_fields.tsv", pydantic1, broken1);
}

TEST_CASE("models of one field, as pydantic 2 writes them, are sent") {
  check("pydantic2_fields.tsv", pydantic2, broken2);
}

TEST_SUITE_END();
