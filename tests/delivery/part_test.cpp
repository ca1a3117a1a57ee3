#include "delivery/part.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string>

using namespace metrics_event;

namespace {

constexpr auto steps = {Step::ask, Step::confirm};
constexpr auto all_doubts = {Doubt::none, Doubt::possibly_stored, Doubt::unconfirmed,
                             Doubt::unconfirmed_twice};
constexpr auto results = {Stored::found,  Stored::absent,     Stored::unreturned, Stored::too_early,
                          Stored::hidden, Stored::impossible, Stored::unknown};

// What a part is to become.
struct Expected {
  Step step;
  Doubt doubt;
  bool is_confirmed = false;
};

// The step that follows when the entries may be sent again.
constexpr Step next = Step::decide;

// A part of which Loki has answered 204, or of which an answer got lost.
Part part_in(Step step, Doubt doubt) {
  Part part{.step = step, .next = next, .doubt = doubt};
  part.delivery.attempts = 1;
  if (step == Step::confirm) {
    part.delivery.http_status = 204;
  } else {
    part.delivery.judgement = {
        .ending = Ending::ambiguous, .code = ExitCode::tempfail, .message = "the answer is lost"};
  }
  return part;
}

// Every combination without a later run has a row; so has a combination with one whose outcome
// differs from that.
struct Row {
  Step step;
  Doubt doubt;
  Stored stored;
  Expected expected;
};

constexpr Row rows[]{
    // An answer got lost. Only an entry that is certainly absent is sent again without a doubt. (No
    // part is asked for without a doubt; if one were, the outcome would be the same.)
    {Step::ask, Doubt::possibly_stored, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::ask, Doubt::possibly_stored, Stored::absent, {next, Doubt::none}},
    {Step::ask, Doubt::possibly_stored, Stored::too_early, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::possibly_stored, Stored::hidden, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::possibly_stored, Stored::impossible, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::possibly_stored, Stored::unknown, {Step::stop, Doubt::possibly_stored}},
    {Step::ask, Doubt::none, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::ask, Doubt::none, Stored::absent, {next, Doubt::none}},
    {Step::ask, Doubt::none, Stored::too_early, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::none, Stored::hidden, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::none, Stored::impossible, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::none, Stored::unknown, {Step::stop, Doubt::none}},
    // An earlier run got it accepted and did not find it. It is sent again once, and only if it is
    // certainly absent.
    {Step::ask, Doubt::unconfirmed, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::ask, Doubt::unconfirmed, Stored::absent, {next, Doubt::unconfirmed}},
    {Step::ask, Doubt::unconfirmed, Stored::too_early, {Step::leave, Doubt::unconfirmed}},
    {Step::ask, Doubt::unconfirmed, Stored::hidden, {Step::accept, Doubt::none}},
    {Step::ask, Doubt::unconfirmed, Stored::impossible, {Step::leave, Doubt::unconfirmed}},
    {Step::ask, Doubt::unconfirmed, Stored::unknown, {Step::stop, Doubt::unconfirmed}},
    {Step::ask, Doubt::unconfirmed_twice, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::ask, Doubt::unconfirmed_twice, Stored::absent, {Step::refuse, Doubt::unconfirmed_twice}},
    {Step::ask,
     Doubt::unconfirmed_twice,
     Stored::too_early,
     {Step::leave, Doubt::unconfirmed_twice}},
    {Step::ask, Doubt::unconfirmed_twice, Stored::hidden, {Step::accept, Doubt::none}},
    {Step::ask,
     Doubt::unconfirmed_twice,
     Stored::impossible,
     {Step::leave, Doubt::unconfirmed_twice}},
    {Step::ask, Doubt::unconfirmed_twice, Stored::unknown, {Step::stop, Doubt::unconfirmed_twice}},
    // It was accepted just now, and is kept until it is found.
    {Step::confirm, Doubt::none, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::confirm, Doubt::none, Stored::absent, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::none, Stored::too_early, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::none, Stored::hidden, {Step::accept, Doubt::none}},
    {Step::confirm, Doubt::none, Stored::impossible, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::none, Stored::unknown, {Step::stop, Doubt::unconfirmed}},
    // The same, after it was sent again without proof: what is found may be there twice.
    {Step::confirm, Doubt::possibly_stored, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::confirm, Doubt::possibly_stored, Stored::absent, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::possibly_stored, Stored::too_early, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::possibly_stored, Stored::hidden, {Step::accept, Doubt::none}},
    {Step::confirm, Doubt::possibly_stored, Stored::impossible, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::possibly_stored, Stored::unknown, {Step::stop, Doubt::unconfirmed}},
    // It was accepted a second time. Now an absence is the end of it. (No part that was unconfirmed
    // twice is sent again; if one were, the outcome would be the same.)
    {Step::confirm, Doubt::unconfirmed, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::confirm, Doubt::unconfirmed, Stored::absent, {Step::refuse, Doubt::unconfirmed}},
    {Step::confirm, Doubt::unconfirmed, Stored::too_early, {Step::leave, Doubt::unconfirmed_twice}},
    {Step::confirm, Doubt::unconfirmed, Stored::hidden, {Step::accept, Doubt::none}},
    {Step::confirm,
     Doubt::unconfirmed,
     Stored::impossible,
     {Step::leave, Doubt::unconfirmed_twice}},
    {Step::confirm, Doubt::unconfirmed, Stored::unknown, {Step::stop, Doubt::unconfirmed_twice}},
    {Step::confirm, Doubt::unconfirmed_twice, Stored::found, {Step::accept, Doubt::none, true}},
    {Step::confirm,
     Doubt::unconfirmed_twice,
     Stored::absent,
     {Step::refuse, Doubt::unconfirmed_twice}},
    {Step::confirm,
     Doubt::unconfirmed_twice,
     Stored::too_early,
     {Step::leave, Doubt::unconfirmed_twice}},
    {Step::confirm, Doubt::unconfirmed_twice, Stored::hidden, {Step::accept, Doubt::none}},
    {Step::confirm,
     Doubt::unconfirmed_twice,
     Stored::impossible,
     {Step::leave, Doubt::unconfirmed_twice}},
    {Step::confirm,
     Doubt::unconfirmed_twice,
     Stored::unknown,
     {Step::stop, Doubt::unconfirmed_twice}},
    // An agent may still have what is not returned: that proves nothing about a lost answer, and is
    // taken for an absence of what was accepted.
    {Step::ask, Doubt::none, Stored::unreturned, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::possibly_stored, Stored::unreturned, {next, Doubt::possibly_stored}},
    {Step::ask, Doubt::unconfirmed, Stored::unreturned, {next, Doubt::unconfirmed}},
    {Step::ask,
     Doubt::unconfirmed_twice,
     Stored::unreturned,
     {Step::refuse, Doubt::unconfirmed_twice}},
    {Step::confirm, Doubt::none, Stored::unreturned, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::possibly_stored, Stored::unreturned, {Step::leave, Doubt::unconfirmed}},
    {Step::confirm, Doubt::unconfirmed, Stored::unreturned, {Step::refuse, Doubt::unconfirmed}},
    {Step::confirm,
     Doubt::unconfirmed_twice,
     Stored::unreturned,
     {Step::refuse, Doubt::unconfirmed_twice}},
};

constexpr Row rows_with_a_later_run[]{
    // It is left to the later run, which knows more.
    {Step::ask, Doubt::possibly_stored, Stored::too_early, {Step::leave, Doubt::possibly_stored}},
    {Step::ask, Doubt::none, Stored::too_early, {Step::leave, Doubt::none}},
};

template <class Rows>
const Row* row_of(const Rows& table, Step step, Doubt doubt, Stored stored) {
  const auto* const found = std::ranges::find_if(table, [&](const Row& row) {
    return row.step == step && row.doubt == doubt && row.stored == stored;
  });
  return found == std::end(table) ? nullptr : found;
}

std::string message_after(const Part& part, Stored stored, const std::string& trouble) {
  return after_asking(part, stored, trouble, false).delivery.judgement.message;
}

} // namespace

TEST_SUITE_BEGIN("part");

TEST_CASE("what becomes of a part follows from what is known of it and what asking tells") {
  std::size_t combinations = 0;
  for (const Step step : steps) {
    for (const Doubt doubt : all_doubts) {
      for (const Stored stored : results) {
        for (const bool asks_later : {false, true}) {
          CAPTURE(static_cast<int>(step));
          CAPTURE(static_cast<int>(doubt));
          CAPTURE(static_cast<int>(stored));
          CAPTURE(asks_later);
          const Row* row =
              asks_later ? row_of(rows_with_a_later_run, step, doubt, stored) : nullptr;
          row = row == nullptr ? row_of(rows, step, doubt, stored) : row;
          REQUIRE(row != nullptr);
          const Part part = after_asking(part_in(step, doubt), stored, "", asks_later);
          CHECK(part.step == row->expected.step);
          CHECK(part.doubt == row->expected.doubt);
          CHECK(part.is_confirmed == row->expected.is_confirmed);
          combinations += 1;
        }
      }
    }
  }
  CHECK(combinations == 2 * std::size(rows)); // no row stands there twice
}

TEST_CASE("what is kept says why, and may be sent later") {
  const Part lost = after_asking(part_in(Step::ask, Doubt::possibly_stored), Stored::unknown,
                                 "HTTP status 503", false);
  CHECK(lost.delivery.judgement.code == ExitCode::tempfail);
  CHECK(lost.delivery.judgement.message == "the answer is lost");

  Part waiting = part_in(Step::ask, Doubt::possibly_stored); // of an earlier run
  waiting.delivery = {};
  CHECK(message_after(waiting, Stored::unknown, "HTTP status 503") ==
        "the receiver does not say what it has stored: HTTP status 503");
  CHECK(after_asking(waiting, Stored::unknown, "", false).delivery.judgement.code ==
        ExitCode::tempfail);

  const Part accepted = part_in(Step::confirm, Doubt::none);
  CHECK(message_after(accepted, Stored::absent, "") ==
        "accepted with HTTP status 204 but not found by a query");
  CHECK(message_after(accepted, Stored::unknown, "HTTP status 503") ==
        "accepted with HTTP status 204 but not found by a query: HTTP status 503");
  CHECK(after_asking(accepted, Stored::absent, "", false).delivery.judgement.code ==
        ExitCode::tempfail);

  Part earlier = part_in(Step::ask, Doubt::unconfirmed);
  earlier.delivery = {};
  CHECK(message_after(earlier, Stored::too_early, "") == "accepted but not found by a query");
}

TEST_CASE("what was accepted twice and is certainly not there is refused") {
  const Part part =
      after_asking(part_in(Step::confirm, Doubt::unconfirmed), Stored::absent, "", true);
  CHECK(part.delivery.judgement.ending == Ending::refused);
  CHECK(is_refused(part.delivery.judgement.code));
  CHECK(part.delivery.judgement.message == "accepted, but never found");
}

TEST_SUITE_END();
