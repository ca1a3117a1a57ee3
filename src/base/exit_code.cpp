#include "base/exit_code.hpp"

#include "base/text.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <system_error>

namespace metrics_event {
namespace {

constexpr std::array exit_codes{
    ExitCodeRow{ExitCode::ok, "ok",
                "delivered or kept in the spool; also after a dry run, or when disabled"},
    ExitCodeRow{ExitCode::usage, "usage",
                "the command line is wrong: an unknown or missing command, event, flag or field, "
                "or an invalid value in the flag of a setting"},
    ExitCodeRow{ExitCode::data, "data",
                "a field's value or a line of a batch is not valid, or the receiver refused the "
                "event: 400, 413 or 422"},
    ExitCodeRow{ExitCode::noinput, "noinput",
                "a file that the command line names is missing, unreadable, or of the wrong kind"},
    ExitCodeRow{ExitCode::nohost, "nohost", "the host name does not resolve"},
    ExitCodeRow{ExitCode::unavailable, "unavailable", "no connection: refused or unreachable"},
    ExitCodeRow{ExitCode::software, "software", "a bug in metrics-event"},
    ExitCodeRow{ExitCode::cantcreat, "cantcreat",
                "the spool or the file of a file URL cannot be written, or is full"},
    ExitCodeRow{ExitCode::ioerr, "ioerr", "reading stdin or writing stdout failed"},
    ExitCodeRow{ExitCode::tempfail, "tempfail",
                "a temporary failure: a timeout, a connection lost during an exchange, 408, 425, "
                "429 or 5xx"},
    ExitCodeRow{ExitCode::protocol, "protocol",
                "not a push endpoint: not HTTP, a TLS failure, a redirect, a web page, 404, 405, "
                "415, or another unexpected status"},
    ExitCodeRow{ExitCode::noperm, "noperm",
                "the receiver or a proxy denied access: 401, 403, 407, 400 about the tenant, or "
                "260 (Loki's answer when ingestion is blocked)"},
    ExitCodeRow{ExitCode::config, "config",
                "a setting from the environment or a file is not valid; the message names it"},
    ExitCodeRow{ExitCode::not_executable, "not executable", "COMMAND cannot be executed"},
    ExitCodeRow{ExitCode::not_found, "not found", "COMMAND was not found"},
    ExitCodeRow{
        ExitCode::signal, "signal",
        "signal n (SIGINT, SIGTERM or SIGHUP) ended metrics-event, or any signal n ended COMMAND"},
};

} // namespace

std::span<const ExitCodeRow> exit_code_table() {
  return exit_codes;
}

std::string ExitCodeRow::number() const {
  return std::to_string(static_cast<int>(code)) + (code == ExitCode::signal ? "+n" : "");
}

std::string_view name_of(ExitCode code) {
  // All statuses from 128 up belong to signals and share one row.
  return std::ranges::find(exit_codes, std::min(code, ExitCode::signal), &ExitCodeRow::code)->name;
}

bool may_pass(ExitCode code) {
  return code == ExitCode::nohost || code == ExitCode::unavailable || code == ExitCode::tempfail;
}

Failure::Failure(ExitCode code, std::string_view text) : code_{code}, text_{visible(text)} {}

Failure::Failure(ExitCode code, std::vector<std::string> lines)
    : Failure{code, joined(lines, "; ", [](const std::string& line) { return line; })} {
  lines_ = std::move(lines);
}

Failure current_failure() {
  try {
    throw;
  } catch (const Failure& failure) {
    return failure;
  } catch (const std::bad_alloc&) {
    return {ExitCode::tempfail, "out of memory; try again later"};
  } catch (const std::system_error& error) {
    return {ExitCode::tempfail, system_words(error.code()) + "; try again later"};
  } catch (const boost::system::system_error& error) {
    return {ExitCode::tempfail, system_words(error.code()) + "; try again later"};
  } catch (const std::exception& bug) {
    return {ExitCode::software, std::string{"this is a bug: "} + bug.what()};
  } catch (...) {
    return {ExitCode::software, "this is a bug: an unknown exception"};
  }
}

} // namespace metrics_event
