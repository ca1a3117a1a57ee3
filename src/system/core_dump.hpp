#pragma once

namespace metrics_event {

/// Keeps the memory of the process from core dumps and from other processes of its user, from now
/// on (prctl(2), PR_SET_DUMPABLE).
void keep_out_of_cores();

} // namespace metrics_event
