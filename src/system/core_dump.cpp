#include "system/core_dump.hpp"

#include <sys/prctl.h>

namespace metrics_event {

void keep_out_of_cores() {
  prctl(PR_SET_DUMPABLE, 0);
}

} // namespace metrics_event
