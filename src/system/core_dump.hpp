#pragma once

namespace metrics_event {

/// Disables core dumps of this process and denies other processes of its user access to its memory,
/// by PR_SET_DUMPABLE (prctl(2)).
void keep_out_of_cores();

} // namespace metrics_event
