#include "delivery/part.hpp"

namespace metrics_event {
namespace {

std::string behind_colon(const std::string& words) {
  return words.empty() ? "" : ": " + words;
}

// Returns a part whose entries are kept, because it is unknown whether they are stored.
Part kept(Part part, const std::string& trouble) {
  Judgement& judgement = part.delivery.judgement;
  const int status = part.delivery.http_status;
  part.step = Step::stop;
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

} // namespace

Part after_asking(Part part, Stored stored, const std::string& trouble, bool asks_later) {
  const bool is_new = part.step == Step::confirm;
  const bool was_sent_again =
      part.doubt == Doubt::unconfirmed_twice || (is_new && part.doubt == Doubt::unconfirmed);
  const bool was_accepted = is_new || was_sent_again || part.doubt == Doubt::unconfirmed;
  if (stored == Stored::found || (stored == Stored::hidden && was_accepted)) {
    part.step = Step::accept;
    part.is_confirmed = stored == Stored::found;
    // What was sent again without proof is there, and may be there twice.
    part.doubt = is_new && part.doubt == Doubt::possibly_stored ? part.doubt : Doubt::none;
    return part;
  }
  if (!was_accepted) {
    if (stored == Stored::unknown || (stored == Stored::too_early && asks_later)) {
      return kept(std::move(part), trouble);
    }
    part.step = part.next;
    part.doubt = stored == Stored::absent ? Doubt::none : Doubt::possibly_stored;
    return part;
  }
  if (stored == Stored::absent && was_sent_again) {
    part.step = Step::refuse;
    part.delivery.judgement = {
        .ending = Ending::refused, .code = ExitCode::data, .message = "accepted, but never found"};
  } else if (stored == Stored::absent && !is_new) {
    part.step = part.next;
  } else {
    part.doubt = was_sent_again ? Doubt::unconfirmed_twice : Doubt::unconfirmed;
    return kept(std::move(part), trouble);
  }
  return part;
}

} // namespace metrics_event
