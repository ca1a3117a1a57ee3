#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace metrics_event::testing {

/// Something that takes bytes that others chose. `run` throws when what must always hold does not:
/// libFuzzer takes that for a crash, and a test fails.
struct FuzzTarget {
  std::string_view name; // of the directory with its corpus
  void (*run)(std::string_view input);
};

/// The table of targets. Adding one is a function, a row and a corpus.
std::span<const FuzzTarget> fuzz_targets();

/// What each target does is said where it is defined.
void fuzz_batch(std::string_view input);
void fuzz_command_line(std::string_view input);
void fuzz_echo(std::string_view input);
void fuzz_endpoint(std::string_view input);
void fuzz_environment(std::string_view input);
void fuzz_event_schema(std::string_view input);
void fuzz_extra_field(std::string_view input);
void fuzz_field(std::string_view input);
void fuzz_push(std::string_view input);
void fuzz_query_answer(std::string_view input);
void fuzz_reply(std::string_view input);
void fuzz_secret(std::string_view input);
void fuzz_settings(std::string_view input);
void fuzz_spool_record(std::string_view input);

/// Throws std::logic_error with these words unless they hold.
void must(bool holds, const char* words);

/// The lines of an input, without their newlines; at least one.
std::vector<std::string_view> lines_of(std::string_view input);

} // namespace metrics_event::testing
