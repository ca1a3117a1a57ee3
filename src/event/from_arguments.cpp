#include "event/from_arguments.hpp"

namespace metrics_event {

boost::system::result<GivenEvent, EventMistake> given_event(const EventArguments& arguments,
                                                            std::span<const Member> members) {
  auto given = arguments.is_by_key ? sort_members(EventShape{*arguments.type}, members)
                                   : GivenEvent{.extras = {members.begin(), members.end()}};
  for (std::size_t i = 0; given && i < arguments.fields.size(); ++i) {
    given->fields.push_back(arguments.fields[i].given());
  }
  return given;
}

} // namespace metrics_event
