# fish completion for metrics-event

# Prints names of files, each after the part of the word before it.
function __metrics_event_names -a complete before word
    for name in ($complete (string sub -s (math 1 + (string length -- "$before")) -- $word))
        printf '%s\n' $before$name
    end
end

# Prints what the program offers for the word at the cursor; after --, what fish offers for COMMAND.
# The output of a command substitution is never expanded, and fish quotes what it inserts.
function __metrics_event_offers
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    if set -l dashes (contains -i -- -- $words)
        set -l command (string escape -- $words[(math $dashes + 1)..])
        complete -C "$(string join -- ' ' $command $word)"
        return
    end
    set words (string replace -r -- '^~/' ~/ $words)
    command -sq -- $words[1] || return
    set word (string unescape -- $word; or echo -- $word)
    set -l asked --word=$words[2..] --word="$word"
    for row in (command $words[1] completion fish $asked 2>/dev/null </dev/null)
        set -l part (string split -- \t $row)
        switch $row
            case \tfiles\t'*'
                __metrics_event_names __fish_complete_path $part[3] $word
            case \tdirectories\t'*'
                __metrics_event_names __fish_complete_directories $part[3] $word
            case '*'
                printf '%s\t%s\n' $part[1] $part[2]
        end
    end
end

complete -c metrics-event -k -f -a '(__metrics_event_offers)'
