#include "cli/completion_zsh.hpp"

#include "cli/completion_words.hpp"

namespace metrics_event {
namespace {

// _arguments evaluates an action in parentheses, so what the program says is never in one. The
// helpers see the variables of _metrics-event.
constexpr std::string_view script = R"zsh(#compdef metrics-event
# @notice@

# Sets rows to what the program lists, or to what is built in when it does not answer.
_metrics-event_list() {
  local answer
  if whence -p -- $program >/dev/null &&
    answer=$(command $program completion ${events:+--events=$events} "$@" 2>/dev/null </dev/null); then
    rows=(${(f)answer})
    return
  fi
  rows=()
  case "$*" in
@built-in@
  esac
}

_metrics-event_events() {
  local -a rows
  _metrics-event_list --list-events
  rows=("${(@)rows/$'\t'/:}")
  _describe -t events event rows
}

_metrics-event_time() {
  if compset -P @; then
    _files
  else
    _message 'time, or @FILE'
  fi
}

_metrics-event_word() {
  local -a commands expl
  commands=(
@commands@
  )
  case $subject:$operand in
    :)
      _alternative 'events:event:_metrics-event_events' \
        "commands:command:{_describe -t commands command commands}"
      ;;
@operands@
    *)
      if [[ -z $event ]]; then
        _message 'no more arguments'
      elif compset -P '*=@'; then
        _files
      else
        _message 'KEY=VALUE, KEY:=JSON'
      fi
      ;;
  esac
}

_metrics-event() {
  local curcontext=$curcontext program=${(Q)words[1]} events subject operand event word row state
  local -a rows options part expl
  local -i i ret=1

  for ((i = 2; i < CURRENT; ++i)); do
    word=${(Q)words[i]}
    case $word:$subject in
      --:*)
        words=("${(@)words[i+1,-1]}")
        ((CURRENT -= i))
        _normal
        return
        ;;
      --events=*) events=${word#*=} ;;
      --*=*|@no-value@) ;;
      --*) ((++i < CURRENT)) && [[ $word == --events ]] && events=${(Q)words[i]} ;;
      -[^:]*) ;;
      *)
        if [[ -z $subject ]]; then
          subject=$word
        elif [[ -z $operand ]]; then
          operand=$word
        fi
        ;;
    esac
  done
  [[ $program == '~/'* ]] && program=~/${program#??}
  [[ $events == '~/'* ]] && events=~/${events#??}

  case $subject in
@options@
    *)
      event=$subject
      [[ $subject == send ]] && event=$operand
      options=(
@event-options@
      )
      ;;
  esac
  [[ -n $event ]] && _metrics-event_list --list-fields $event
  for ((i = 1; i <= $#rows; ++i)); do
    part=("${(@ps:\t:)rows[i]//(#m)[][\\:]/\\$MATCH}")
    row="$part[1]=[$part[3]]:$part[2]:"
    if [[ $part[2] == TIME ]]; then
      row+=_metrics-event_time
    elif (($#part > 3)); then
      row+="->$i"
    else
      row+=' '
    fi
    options+=("$row")
  done

  _arguments -C $options '*: :_metrics-event_word' && ret=0
  if [[ -n $state ]]; then
    part=("${(@ps:\t:)rows[state]}")
    shift 3 part
    _wanted values expl value compadd -a part && ret=0
  fi
  return ret
}

# As a file of compinit this is the body of the function; sourced, it has to say what it is for.
if [[ $funcstack[1] == _metrics-event ]]; then
  _metrics-event "$@"
else
  compdef _metrics-event metrics-event
fi
)zsh";

// With the characters that _arguments and _describe read escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.append(std::string_view{"[]:\\"}.find(c) == text.npos ? "" : "\\").append(1, c);
  }
  return out;
}

std::string action(const CompletionOption& option) {
  return !option.choices.empty()         ? '(' + joined(option.choices, " ") + ')'
         : option.placeholder == "FILE"  ? "_files"
         : option.placeholder == "DIR"   ? "_files -/"
         : option.placeholder == "EVENT" ? "_metrics-event_events"
                                         : " ";
}

std::string spec(const CompletionOption& option) {
  const std::string flag = "--" + std::string{option.name};
  std::string text = '[' + escaped(option.help) + ']';
  if (!option.placeholder.empty()) {
    text +=
        (option.may_lack_value ? "::" : ":") + escaped(option.placeholder) + ':' + action(option);
  }
  if (option.short_flag != '\0') {
    return std::string{"{-"} + option.short_flag + ',' + flag + '}' + single_quoted(text);
  }
  const std::string_view joint = option.placeholder.empty() ? ""
                                 : option.may_lack_value    ? "=-"
                                                            : "=";
  return single_quoted((option.is_list ? "*" : "") + flag + std::string{joint} + text);
}

std::string specs(const CommandType* command) {
  return each(completion_options(), "\n", [=](const CompletionOption& option) {
    return is_option_of(option, command) ? "        " + spec(option) : "";
  });
}

std::string options_branch(const CommandType& command) {
  const bool has_those_of_events = command.name == "send";
  return has_those_of_events ? ""
                             : "    " + std::string{command.name} + ")\n      options=(\n" +
                                   specs(&command) + "\n      )\n      ;;";
}

std::string operand_branch(const CommandType& command) {
  const std::string action = command.operand == "SHELL"
                                 ? "_wanted shells expl shell compadd " + joined(shells(), " ")
                             : command.operand == "[FILE]" ? "_files"
                                                           : "_metrics-event_events";
  return command.operand.empty() ? "" : "    " + std::string{command.name} + ":) " + action + " ;;";
}

std::string command_line(const CommandType& command) {
  return "    " + single_quoted(std::string{command.name} + ':' + escaped(command.help));
}

std::string row_line(const CompletionRow& row) {
  return "        " + single_quoted(line_of(row));
}

} // namespace

std::string zsh_completion(std::span<const EventType> built_in) {
  const auto list_branch = [](const auto& list) {
    return "    " + single_quoted(list.first) + ")\n      rows=(\n" +
           each(list.second, "\n", row_line) + "\n      )\n      ;;";
  };
  return fill(script, {{"notice", std::string{completion_notice}},
                       {"commands", each(all_commands(), "\n", command_line)},
                       {"operands", each(all_commands(), "\n", operand_branch)},
                       {"options", each(all_commands(), "\n", options_branch)},
                       {"event-options", specs(nullptr)},
                       {"no-value", no_value_patterns("|")},
                       {"built-in", each(built_in_lists(built_in), "\n", list_branch)}});
}

} // namespace metrics_event
