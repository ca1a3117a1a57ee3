#pragma once

namespace metrics_event {

/// Disables core dumps of this process and denies other processes of its user access to its memory,
/// by PR_SET_DUMPABLE (prctl(2)). A core that is piped to a program ignores RLIMIT_CORE (core(5)),
/// which a program that this process executes would inherit; this attribute ends with execve(2).
void keep_out_of_cores();

} // namespace metrics_event
