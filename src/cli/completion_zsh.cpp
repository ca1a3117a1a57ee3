#include "cli/completion_words.hpp"

namespace metrics_event {
namespace {

// _arguments evaluates an action in parentheses, so output of the program never stands in one. The
// helpers share the variables of _metrics-event.
constexpr std::string_view zsh_script = R"zsh(#compdef metrics-event
# @notice@

# Sets rows to what the program lists; to nothing when it does not answer.
_metrics-event_list() {
  local answer
  whence -p -- $program >/dev/null &&
    answer=$(command $program completion ${events:+--events=$events} "$@" 2>/dev/null </dev/null)
  rows=(${(f)answer})
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
      [[ $subject == (@senders@) ]] && event=$operand
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

// Returns a text in which the characters special to _arguments and _describe are escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.append(std::string_view{"[]:\\"}.find(c) == text.npos ? "" : "\\").append(1, c);
  }
  return out;
}

// Returns the code that completes a value or an operand; none for free text.
std::string zsh_action(ValueKind kind) {
  switch (kind) {
  case ValueKind::file: return "_files";
  case ValueKind::directory: return "_files -/";
  case ValueKind::event: return "_metrics-event_events";
  case ValueKind::shell: return "_wanted shells expl shell compadd " + joined(shells, " ");
  default: return "";
  }
}

std::string zsh_action(const Option& option) {
  const std::string of_kind = zsh_action(option.value_kind);
  return !option.choices.empty() ? '(' + joined(option.choices, " ") + ')'
         : of_kind.empty()       ? " "
                                 : of_kind;
}

std::string spec(const Option& option) {
  const std::string flag = "--" + option.name;
  std::string text = '[' + escaped(option.help) + ']';
  if (!option.placeholder.empty()) {
    text += (option.value == Option::Value::optional ? "::" : ":") + escaped(option.placeholder) +
            ':' + zsh_action(option);
  }
  if (option.short_flag != '\0') {
    return std::string{"{-"} + option.short_flag + ',' + flag + '}' + single_quoted(text);
  }
  const bool is_list = option.setting() != nullptr && option.setting()->kind == Setting::Kind::list;
  const std::string_view joint = option.placeholder.empty()                ? ""
                                 : option.value == Option::Value::optional ? "=-"
                                                                           : "=";
  return single_quoted((is_list ? "*" : "") + flag + std::string{joint} + text);
}

std::string specs(std::span<const Command> commands, const Command* command) {
  return each(completion_options(commands), "\n", [=](const Option& option) {
    return option.is_of(command) ? "        " + spec(option) : "";
  });
}

std::string zsh_operand(const Command& command) {
  const std::string of_kind = zsh_action(command.operand.kind);
  return of_kind.empty() ? "" : "    " + std::string{command.name} + ":) " + of_kind + " ;;";
}

std::string zsh_command(const Command& command) {
  return "    " + single_quoted(std::string{command.name} + ':' + escaped(command.summary));
}

} // namespace

std::string zsh_completion(std::span<const Command> commands) {
  const auto options_branch = [commands](const Command& command) { // an event's follow `send`
    return command.sends_event ? ""
                               : "    " + std::string{command.name} + ")\n      options=(\n" +
                                     specs(commands, &command) + "\n      )\n      ;;";
  };
  return fill(zsh_script, {{"notice", std::string{completion_notice}},
                           {"commands", each(commands, "\n", zsh_command)},
                           {"operands", each(commands, "\n", zsh_operand)},
                           {"options", each(commands, "\n", options_branch)},
                           {"event-options", specs(commands, nullptr)},
                           {"senders", each(commands, "|", sender_name)},
                           {"no-value", no_value_patterns(commands, "|")}});
}

} // namespace metrics_event
