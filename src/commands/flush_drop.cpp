#include "commands/flush_drop.hpp"

#include "base/hash.hpp"
#include "commands/spool_files.hpp"

#include <utility>
#include <vector>

namespace metrics_event {
namespace {

// Leaves those entries of a file that are not dropped. They stay in their box, and a file there may
// have a name that is not that of a record.
void leave_rest(LockedSpool& spool, Box box, const std::string& file, SpoolRecord record,
                std::vector<TimedLine> left) {
  auto name = parse_spool_name(file);
  if (box == Box::waiting) {
    name = name ? name : spool.adopt(file, record);
    record.entries = std::move(left);
    spool.replace(*name, {&record, 1});
    return;
  }
  std::vector<RefusedEntry> entries;
  for (TimedLine& entry : left) {
    entries.push_back({entries.size(), std::move(entry), spool.spool().reason(file)});
  }
  const SpoolName of = name.value_or(SpoolName{.time = {}, .id = hash_of(file)});
  spool.refuse(of, std::move(record), entries);
  spool.remove_file(box, file);
}

} // namespace

void drop_entries(LockedSpool& spool, const FlushOptions& options, Instant now, const Warn& warn,
                  FlushReport& report) {
  std::optional<Failure> failure; // the first one; the others are likely to be the same
  const auto drop_from = [&](Box box, const std::string& file, int /*attempts*/,
                             const DecodedRecord& record) {
    const std::size_t entries = record ? record->entries.size() : 1;
    std::vector<TimedLine> left;
    for (std::size_t i = 0; record && i < entries; ++i) {
      if (!options.filter.selects(record->entries[i], now)) {
        left.push_back(record->entries[i]);
      }
    }
    const bool stays = record ? left.size() == entries : !options.filter.selects_all();
    const std::size_t count_left = stays ? entries : left.size();
    report.left += entries;
    try {
      if (!stays && left.empty()) {
        spool.remove_file(box, file);
      } else if (!stays) {
        leave_rest(spool, box, file, *record, std::move(left));
      }
      report.left -= entries - count_left;
      report.dropped += entries - count_left;
    } catch (const Failure& why) { // a directory that is not empty, for example
      failure = failure ? failure : why;
    }
  };
  if (options.refused) {
    for_each_file(spool.spool(), Box::refused, spool.spool().list(Box::refused), drop_from);
  } else {
    if (const auto untaken = spool.take_over()) {
      warn(untaken->text());
    }
    for_each_file(spool.spool(), Box::waiting, spool.list(), drop_from);
  }
  if (failure) {
    throw Failure{*failure};
  }
}

} // namespace metrics_event
