#include "config_file.hpp"

#include "exit_code.hpp"
#include "places.hpp"
#include "text.hpp"

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace metrics_event {
namespace {

// Where something stands in a file, as compilers say it.
std::string place(const std::string& path, const toml::source_region& source) {
  return path + ':' + std::to_string(source.begin.line) + ':' + std::to_string(source.begin.column);
}

const Setting& setting_named(std::string_view key, const std::string& where) {
  std::vector<std::string_view> known;
  for (const Setting& setting : all_settings()) {
    if (setting.has_key()) {
      known.push_back(setting.name);
    }
    if (setting.name == key && setting.has_key()) {
      return setting;
    }
    if (setting.name == key && !setting.has_flag()) {
      throw Failure{ExitCode::config, where +
                                          ": the secret belongs in a file of its own, named by " +
                                          quote(std::string{key} + "-file")};
    }
  }
  const auto near = nearest(key, known);
  throw Failure{ExitCode::config, where + ": unknown key " + quote(key) +
                                      (near ? ", did you mean " + quote(*near) + '?'
                                            : ", see metrics-event --help for the settings")};
}

// Reads one file's tree into a layer.
class Reader {
public:
  explicit Reader(const std::string& path) : path_{path} {}

  Layer read(const toml::table& table) {
    for (const auto& [key, value] : table) {
      const Setting& setting = setting_named(key.str(), place(path_, key.source()));
      if (setting.kind == Setting::Kind::list) {
        read_list(setting, value);
      } else {
        add(setting, value, text_of(setting, value));
      }
    }
    return std::move(layer_);
  }

private:
  void read_list(const Setting& setting, const toml::node& value) {
    if (const toml::array* items = value.as_array()) {
      for (const toml::node& item : *items) {
        add(setting, item, string_of(setting, item));
      }
    } else if (const toml::table* pairs = value.as_table()) {
      for (const auto& [name, text] : *pairs) {
        add(setting, text,
            std::string{name.str()}.append(setting.joint) + string_of(setting, text));
      }
    } else {
      mismatch(setting, value, "an array of strings or a table");
    }
  }

  std::string text_of(const Setting& setting, const toml::node& value) const {
    const bool may_be_boolean = setting.kind != Setting::Kind::value;
    if (may_be_boolean && value.is_boolean()) {
      return value.ref<bool>() ? "true" : "false";
    }
    if (setting.kind == Setting::Kind::value && value.is_integer()) {
      return std::to_string(value.ref<std::int64_t>());
    }
    if (setting.kind == Setting::Kind::toggle) {
      mismatch(setting, value, "true or false");
    }
    return string_of(setting, value);
  }

  std::string string_of(const Setting& setting, const toml::node& value) const {
    if (!value.is_string()) {
      mismatch(setting, value, "a string in quotes");
    }
    return value.ref<std::string>();
  }

  [[noreturn]] void mismatch(const Setting& setting, const toml::node& value,
                             std::string_view expected) const {
    throw Failure{ExitCode::config, place(path_, value.source()) + ": " +
                                        std::string{setting.name} + ": expected " +
                                        std::string{expected}};
  }

  void add(const Setting& setting, const toml::node& value, std::string text) {
    layer_.push_back({&setting,
                      std::move(text),
                      {Origin::Source::file,
                       place(path_, value.source()) + ": " + std::string{setting.name}, path_}});
  }

  const std::string& path_;
  Layer layer_;
};

} // namespace

std::vector<ConfigPlace> config_places(const std::vector<Layer>& layers,
                                       const Environment& environment) {
  const GivenSetting* asked = nullptr;
  for (const Layer& layer : layers) {
    for (const GivenSetting& given : layer) {
      asked = given.setting->name == "config" ? &given : asked;
    }
  }
  if (asked != nullptr) {
    return asked->text == "none" ? std::vector<ConfigPlace>{}
                                 : std::vector{ConfigPlace{asked->text, asked->origin}};
  }
  std::vector<ConfigPlace> places{{"/etc/metrics-event/config.toml", std::nullopt}};
  if (const std::string home = config_home(environment); !home.empty()) {
    places.push_back({home + "/metrics-event/config.toml", std::nullopt});
  }
  return places;
}

Layer config_layer(std::string_view toml, const std::string& path) {
  try {
    return Reader{path}.read(toml::parse(toml));
  } catch (const toml::parse_error& error) {
    throw Failure{ExitCode::config, place(path, error.source()) + ": " +
                                        lower_first(printable(error.description(), 200))};
  }
}

} // namespace metrics_event
