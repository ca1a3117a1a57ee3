#include "delivery/part.hpp"

namespace metrics_event {
namespace {

std::string behind_colon(const std::string& words) {
  return words.empty() ? "" : ": " + words;
}

// Returns a part whose entries are left for a later run.
Part left(Part part, Step step, const std::string& trouble) {
  Judgement& judgement = part.delivery.judgement;
  const int status = part.delivery.http_status;
  part.step = step;
  judgement.code = ExitCode::tempfail;
  if (part.doubt != Doubt::possibly_stored) {
    judgement.message = "accepted" +
                        (status == 0 ? "" : " with HTTP status " + std::to_string(status)) +
                        " but not found by a query" + behind_colon(trouble);
  } else if (part.delivery.attempts == 0) {
    judgement.message = "the receiver does not say what it has stored" + behind_colon(trouble);
  }
  return part;
}

// What follows for entries that were accepted, and that asking does not find.
Part after_missing(Part part, Stored stored, const std::string& trouble) {
  const bool is_new = part.step == Step::confirm;
  const bool was_sent_again =
      part.doubt == Doubt::unconfirmed_twice || (is_new && part.doubt == Doubt::unconfirmed);
  const bool is_missing = stored == Stored::absent || stored == Stored::unreturned;
  if (is_missing && was_sent_again) {
    part.step = Step::refuse;
    part.delivery.judgement = {
        .ending = Ending::refused, .code = ExitCode::data, .message = "accepted, but never found"};
    return part;
  }
  if (is_missing && !is_new) {
    part.step = part.next;
    return part;
  }
  part.doubt = was_sent_again ? Doubt::unconfirmed_twice : Doubt::unconfirmed;
  return left(std::move(part), stored == Stored::unknown ? Step::stop : Step::leave, trouble);
}

} // namespace

Part after_asking(Part part, Stored stored, const std::string& trouble, bool asks_later) {
  const bool was_accepted = part.step == Step::confirm || part.doubt == Doubt::unconfirmed ||
                            part.doubt == Doubt::unconfirmed_twice;
  if (stored == Stored::found || (stored == Stored::hidden && was_accepted)) {
    part.step = Step::accept;
    part.is_confirmed = stored == Stored::found;
    part.doubt = Doubt::none;
    return part;
  }
  if (was_accepted) {
    return after_missing(std::move(part), stored, trouble);
  }
  if (stored == Stored::unknown) {
    return left(std::move(part), Step::stop, trouble);
  }
  if (stored == Stored::too_early && asks_later) {
    return left(std::move(part), Step::leave, trouble);
  }
  part.step = part.next;
  part.doubt = stored == Stored::absent ? Doubt::none : Doubt::possibly_stored;
  return part;
}

} // namespace metrics_event
