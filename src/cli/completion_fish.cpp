#include "cli/completion_words.hpp"

namespace metrics_event {
namespace {

// The script never expands the output of a command substitution: fish quotes it on insertion.
constexpr std::string_view fish_script = R"fish(# fish completion for metrics-event; @notice@

# Prints what stands before the cursor, a line each: the program, the directory of --events, the
# event or command, the word behind that, and an option that waits for its value; then, if there is
# a --, COMMAND behind it.
function __metrics_event_scan
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l events ''
    set -l subject ''
    set -l operand ''
    set -l option ''
    while set -e words[1] && set -q words[1]
        set -l word $words[1]
        if test -n "$option"
            test $option = --events && set events $word
            set option ''
            continue
        end
        switch $word:$subject
            case '--:*'
                break
            case '--events=*'
                set events (string replace -- --events= '' $word)
            case '--*=*' @no-value@
            case '--*'
                set option $word
            case '-?*:*'
            case '*'
                if test -z "$subject"
                    set subject $word
                else if test -z "$operand"
                    set operand $word
                end
        end
    end
    for path in program events
        string match -q -- '~/*' $$path && set $path ~/(string sub -s 3 -- $$path)
    end
    printf '%s\n' $program $events $subject $operand $option $words
end

# Prints what the program lists; nothing when it does not answer.
function __metrics_event_list -a program events
    command -sq -- $program || return
    set -l asked $argv[3..]
    test -n "$events" && set -p asked --events=$events
    set -l rows (command $program completion $asked 2>/dev/null </dev/null)
    and string join -- \n $rows
end

function __metrics_event_subject_is
    set -l at (__metrics_event_scan)
    contains -- $at[3] $argv
end

function __metrics_event_events
    set -l at (__metrics_event_scan)
    __metrics_event_list $at[1] $at[2] --list-events
end

# Prints directories; in --events=DIR, only what stands behind the equals sign begins their names.
function __metrics_event_directories
    __fish_complete_directories (commandline -ct | string replace -r -- '^--[^=]*=' '')
end

# Prints what no line below says: events and their flags and values, operands, and COMMAND.
function __metrics_event_words
    set -l at (__metrics_event_scan)
    set -l current (commandline -ct)
    if set -q at[6]
        set -l command
        set -q at[7] && set command (string escape -- $at[7..])
        complete -C "$(string join -- ' ' $command $current)"
        return
    end
    set -l plain (string unescape -- $current; or echo -- $current)
    set -l event $at[3]
    switch $at[3]:$at[4]:$at[5]
        case ::
            __metrics_event_list $at[1] $at[2] --list-events
            return
@operands@
        case @senders@
            set event $at[4]
        case @command-pattern@
            return
    end
    test -n "$event" || return
    set -l option $at[5]
    set -l before ''
    if string match -q -- '--*=*' $plain
        set option (string replace -r -- '=.*' '' $plain)
        set before $option=
    else if test -z "$option" && string match -q -- '*=@*' $plain
        set before (string match -r -- '^.*?=@' $plain)
        printf '%s\n' $before(__fish_complete_path (string replace -- $before '' $plain))
        return
    end
    for row in (__metrics_event_list $at[1] $at[2] --list-fields $event)
        set -l part (string split -- \t $row)
        if test -z "$option"
            printf '%s\t%s\n' $part[1] $part[3]
        else if test "$option" = $part[1]
            if test "$part[2]" = TIME && string match -q -- "$before@*" $plain
                printf '%s\n' $before@(__fish_complete_path (string replace -- "$before@" '' $plain))
            else if set -q part[4]
                printf '%s\n' $before$part[4..]
            end
        end
    end
end

complete -c metrics-event -f -a '(__metrics_event_words)'
@commands@
@options@
)fish";

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out.append(c == '\'' || c == '\\' ? "\\" : "").append(1, c);
  }
  return out + '\'';
}

std::string value(const Option& option) {
  if (option.placeholder.empty()) {
    return "";
  }
  if (!option.choices.empty()) {
    return " -x -a " + fish_quoted(joined(option.choices, " "));
  }
  switch (option.value_kind) {
  case ValueKind::file: return " -r -F";
  case ValueKind::directory:
    return std::string{option.value == Option::Value::required ? " -x" : ""} +
           " -a '(__metrics_event_directories)'";
  case ValueKind::event: return " -x -a '(__metrics_event_events)'";
  default: return " -x";
  }
}

// Returns the condition for the subjects that allow an option; empty means all subjects.
std::string condition(const Option& option, std::span<const Command> commands) {
  if (option.owner != nullptr) {
    return "__metrics_event_subject_is " + std::string{option.owner->name};
  }
  const std::string others = each(commands, " ", [&option](const Command& command) {
    return option.is_of(&command) ? "" : std::string{command.name};
  });
  return others.empty() ? "" : "not __metrics_event_subject_is " + others;
}

std::string option_line(const Option& option, std::span<const Command> commands) {
  std::string text = "complete -c metrics-event";
  if (const std::string when = condition(option, commands); !when.empty()) {
    text += " -n " + fish_quoted(when);
  }
  if (option.short_flag != '\0') {
    text += std::string{" -s "} + option.short_flag;
  }
  return text + " -l " + option.name + value(option) +
         (option.choices.empty() ? " -d " + fish_quoted(option.help) : "");
}

std::string fish_command(const Command& command) {
  return "complete -c metrics-event -n '__metrics_event_subject_is \"\"' -a " +
         std::string{command.name} + " -d " + fish_quoted(command.summary);
}

std::string subject_pattern(const Command& command) {
  return fish_quoted(std::string{command.name} + ":*");
}

// Returns the code that prints the candidates of an operand; none when there is no operand.
std::string fish_action(ValueKind kind) {
  switch (kind) {
  case ValueKind::file: return "__fish_complete_path $plain";
  case ValueKind::event: return "__metrics_event_list $at[1] $at[2] --list-events";
  case ValueKind::shell: return "printf '%s\\n' " + joined(shells, " ");
  default: return "";
  }
}

std::string operand_case(const Command& command) {
  const std::string of_kind = fish_action(command.operand.kind);
  return of_kind.empty() ? ""
                         : "        case " + fish_quoted(std::string{command.name} + "::") +
                               "\n            " + of_kind + "\n            return";
}

} // namespace

std::string fish_completion(std::span<const Command> commands) {
  return fill(fish_script,
              {{"notice", std::string{completion_notice}},
               {"no-value", '\'' + no_value_patterns(commands, "' '") + '\''},
               {"operands", each(commands, "\n", operand_case)},
               {"senders", each(commands, " ",
                                [](const Command& command) {
                                  return command.sends_event ? subject_pattern(command) : "";
                                })},
               {"command-pattern", each(commands, " ", subject_pattern)},
               {"commands", each(commands, "\n", fish_command)},
               {"options", each(completion_options(commands), "\n", [=](const auto& option) {
                  return option_line(option, commands);
                })}});
}

} // namespace metrics_event
