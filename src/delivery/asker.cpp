#include "delivery/asker.hpp"

#include "delivery/retry.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;
using AnswerKind = QueryAnswer::Kind;

constexpr int most_pages = 8;              // of one range
constexpr std::size_t most_instants = 100; // entries of which each has a query of its own
constexpr std::chrono::milliseconds first_pause_of_asking = 100ms;
constexpr std::chrono::milliseconds longest_pause_of_asking = 2s;

} // namespace

// Asks for the entries of one stream.
class Asker::Inquiry {
public:
  Inquiry(Asker& asker, const std::string& org_id, Deadline sent, Deadline deadline)
      : asker_{asker}, org_id_{org_id}, sent_{sent}, deadline_{deadline} {}

  void add(const Entry& entry) { asked_.emplace(entry.time, AskedEntry{&entry}); }

  void ask_until(Until until) {
    auto pause = first_pause_of_asking;
    while (true) {
      looked_ = asker_.clock_.steady_now();
      look();
      const Deadline now = asker_.clock_.steady_now();
      const bool waits_until_visible =
          until == Until::certain && is_missing() && looked_ < visible();
      const bool goes_on = state_ == AnswerKind::unknown || waits_until_visible ||
                           (until == Until::found && is_missing() && may_appear());
      const Deadline next = waits_until_visible && state_ == AnswerKind::entries
                                ? std::max(now, visible())
                                : now + std::max(pause, retry_after_);
      if (state_ == AnswerKind::impossible || !goes_on || next >= deadline_ ||
          !asker_.clock_.sleep_until(next)) {
        return;
      }
      pause = std::min(2 * pause, longest_pause_of_asking);
    }
  }

  Stored result_for(const Entry& entry) const {
    const auto end = asked_.upper_bound(entry.time);
    const auto asked = std::find_if(asked_.lower_bound(entry.time), end,
                                    [&](const auto& one) { return one.second.entry == &entry; });
    if (asked->second.is_found) {
      return Stored::found;
    }
    if (state_ != AnswerKind::entries || is_skipped(entry.time)) {
      return state_ == AnswerKind::unknown ? Stored::unknown : Stored::impossible;
    }
    if (!returns(entry.time)) {
      return Stored::hidden;
    }
    if (asker_.route_->place.may_add_labels) {
      return Stored::unreturned;
    }
    return looked_ < visible() ? Stored::too_early : Stored::absent;
  }

private:
  // Returns when the receiver returns every entry that it has accepted.
  Deadline visible() const { return sent_ + asker_.blind_time(); }
  bool returns(Instant time) const {
    return asker_.route_->place.returns(time, asker_.clock_.now());
  }
  bool is_missing() const {
    return std::ranges::any_of(asked_, [](const auto& one) { return !one.second.is_found; });
  }
  // Returns whether an entry that is missing may still be returned.
  bool may_appear() const {
    return std::ranges::any_of(
        asked_, [this](const auto& one) { return !one.second.is_found && returns(one.first); });
  }
  // Returns whether no answer covers a time.
  bool is_skipped(Instant time) const {
    return time >= uncovered_.first && time <= uncovered_.last && !instants_.contains(time);
  }

  void note_refusal() {
    if (state_ == AnswerKind::impossible) {
      asker_.refused_tenants_.insert(org_id_);
    }
  }

  QueryAnswer query(const TimeRange& range) {
    const QueryPlace& place = asker_.route_->place;
    const std::string parameters =
        query_parameters(place, asked_.begin()->second.entry->labels, range);
    const Reply reply = asker_.transport_(
        query_request(asker_.route_->route, place, org_id_, parameters), deadline_);
    retry_after_ = retry_after(reply, std::chrono::floor<std::chrono::seconds>(asker_.clock_.now()))
                       .value_or(0ms);
    QueryAnswer answer = read_query_answer(place, reply, asked_);
    asker_.trouble_ = answer.trouble;
    asker_.http_status_ = reply.status;
    return answer;
  }

  // Asks for the whole range of the entries once, page by page, and then for what the pages do not
  // cover.
  void look() {
    uncovered_ = {asked_.begin()->first, asked_.rbegin()->first};
    instants_.clear();
    const bool goes_forward = asker_.route_->place.api == QueryApi::loki;
    for (int page = 0; page < most_pages; ++page) {
      const QueryAnswer answer = query(uncovered_);
      state_ = answer.kind;
      if (state_ == AnswerKind::too_large) {
        break;
      }
      if (state_ != AnswerKind::entries) {
        note_refusal();
        return;
      }
      if (!answer.is_full() || !is_missing()) {
        uncovered_ = {Instant::max(), Instant::min()};
        return;
      }
      // The next page begins with the last time of this one, which may have more entries.
      (goes_forward ? uncovered_.first : uncovered_.last) =
          goes_forward ? answer.newest : answer.oldest;
      if (answer.newest == answer.oldest) {
        break;
      }
    }
    look_at_instants();
  }

  // Asks for single entry times in what the pages do not cover.
  void look_at_instants() {
    state_ = AnswerKind::entries;
    std::size_t queries = 0;
    for (const auto& [time, asked] : asked_) {
      if (asked.is_found || !is_skipped(time)) {
        continue;
      }
      if (queries++ == most_instants) {
        return;
      }
      const QueryAnswer answer = query({time, time});
      if (answer.kind == AnswerKind::unknown || answer.kind == AnswerKind::impossible) {
        state_ = answer.kind;
        note_refusal();
        return;
      }
      if (answer.kind == AnswerKind::entries && !answer.is_full()) {
        instants_.insert(time);
      }
    }
  }

  Asker& asker_;
  const std::string& org_id_;
  const Deadline sent_;
  const Deadline deadline_;
  AskedEntries asked_;
  AnswerKind state_ = AnswerKind::unknown; // of the last look: `entries`, `unknown` or `impossible`
  Deadline looked_{};                      // when that began
  TimeRange uncovered_{};                  // times of which the pages say nothing
  std::set<Instant> instants_;             // among them those that were asked for one by one
  std::chrono::milliseconds retry_after_{};
};

Asker::Asker(std::optional<QueryRoute> route, const Transport& transport, Clock& clock)
    : route_{std::move(route)}, transport_{transport}, clock_{clock} {}

std::chrono::milliseconds Asker::blind_time() const {
  return route_ ? route_->place.blind_time() : 0ms;
}

std::vector<Stored> Asker::ask(const std::string& org_id, std::span<const Entry> entries,
                               Deadline sent, Deadline deadline, Until until) {
  std::vector<Stored> results(entries.size(), Stored::impossible);
  if (entries.empty() || !is_possible(org_id)) {
    return results;
  }
  Inquiry inquiry{*this, org_id, sent, deadline};
  for (const Entry& entry : entries) {
    inquiry.add(entry);
  }
  inquiry.ask_until(until);
  std::ranges::transform(entries, results.begin(),
                         [&](const Entry& entry) { return inquiry.result_for(entry); });
  return results;
}

} // namespace metrics_event
