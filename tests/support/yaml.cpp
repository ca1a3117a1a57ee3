#include "yaml.hpp"

#include "process.hpp"

#include <boost/json/parse.hpp>

#include <stdexcept>

namespace metrics_event::testing {

boost::json::value parse_yaml(const std::string& text) {
  const Outcome outcome = run(
      "/usr/bin/python3",
      {.arguments = {"-c",
                     "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"},
       .input = text});
  if (outcome.status != 0) {
    throw std::runtime_error("no YAML: " + outcome.err);
  }
  return boost::json::parse(outcome.out);
}

} // namespace metrics_event::testing
