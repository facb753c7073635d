function __sotto_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __sotto_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __sotto_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __sotto_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __sotto_parse_tokens -S
    set -l unparsed_tokens (__sotto_tokens -pc)
    switch $unparsed_tokens[1]
    case 'sotto'
        __sotto_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'scan'
            __sotto_parse_subcommand -r 1 'home=+' 'root=+' 'in=+' 'format=' 'strict' 'version' 'h/help'
        case 'list'
            __sotto_parse_subcommand -r 1 'home=+' 'root=+' 'in=+' 'app=+' 'user=+' 'since=' 'until=' 'model=+' 'deleted' 'copies' 'format=' 'strict' 'version' 'h/help'
        case 'show'
            __sotto_parse_subcommand 1 'home=+' 'root=+' 'in=+' 'format=' 'version' 'h/help'
        case 'search'
            __sotto_parse_subcommand 1 'home=+' 'root=+' 'in=+' 'app=+' 'exact' 'regex' 'format=' 'strict' 'version' 'h/help'
        case 'export'
            __sotto_parse_subcommand -r 1 'home=+' 'root=+' 'in=+' 'app=+' 'user=+' 'since=' 'until=' 'model=+' 'deleted' 'copies' 'format=' 'strict' 'version' 'h/help'
        case 'lock'
            __sotto_parse_subcommand -r 1 'opened' 'all' 'home=+' 'in=+' 'vault=' 'bulk=+' 'everything' 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'recipient=+' 'recovery' 'kdf=' 'wait' 'force' 'yes' 'format=' 'version' 'h/help'
        case 'unlock'
            __sotto_parse_subcommand -r 1 'all' 'home=+' 'in=+' 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'idle=' 'read-only' 'accept' 'format=' 'version' 'h/help'
        case 'restore'
            __sotto_parse_subcommand -r 1 'all' 'home=+' 'in=+' 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'accept' 'wait' 'yes' 'format=' 'version' 'h/help'
        case 'verify'
            __sotto_parse_subcommand 1 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'format=' 'version' 'h/help'
        case 'status'
            __sotto_parse_subcommand -r 1 'home=+' 'in=+' 'format=' 'version' 'h/help'
        case 'key'
            __sotto_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __sotto_parse_subcommand 1 'format=' 'version' 'h/help'
            case 'add'
                __sotto_parse_subcommand 1 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'new-passphrase-file=' 'new-passphrase-fd=' 'new-passphrase-command=' 'new-key-file=' 'recipient=' 'kdf=' 'yes' 'version' 'h/help'
            case 'remove'
                __sotto_parse_subcommand 2 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'yes' 'version' 'h/help'
            case 'change'
                __sotto_parse_subcommand 1 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'new-passphrase-file=' 'new-passphrase-fd=' 'new-passphrase-command=' 'new-key-file=' 'recipient=' 'kdf=' 'yes' 'version' 'h/help'
            case 'recovery'
                __sotto_parse_subcommand 1 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'yes' 'version' 'h/help'
            case 'rotate'
                __sotto_parse_subcommand 1 'passphrase-file=+' 'passphrase-fd=+' 'passphrase-command=+' 'key-file=+' 'identity=+' 'recovery-file=+' 'yes' 'version' 'h/help'
            case 'identity'
                __sotto_parse_subcommand 1 'version' 'h/help'
            end
        case 'help'
            __sotto_parse_subcommand -r 1 'version'
        end
    end
end

function __sotto_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __sotto_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __sotto_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __sotto_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__sotto_tokens -p)
    if test -z "$(__sotto_tokens -t)"
        set -l index (count (__sotto_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'sotto' -f
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'scan' -d 'Show every store: conversations, messages, attachments, copies, leftovers.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'list' -d 'List conversations, one line each.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'show' -d 'Show one conversation with all its branches.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'search' -d 'Find a text in messages, attachments, documents, histories and logs.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'export' -d 'Write conversations whole: JSON Lines, Markdown or HTML.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'lock' -d 'Encrypt stores where they lie, or close those that are open.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'unlock' -d 'Open locked stores at their own places, without decrypting the disk.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'restore' -d 'Decrypt stores for good, where they were.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'verify' -d 'Check every byte of a locked vault.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'status' -d 'Show which stores are plain, which are locked, and which acts were cut off.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'key' -d 'Show and change by what a vault opens.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'app' -d 'Only of this application; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'user' -d 'Only of this person or this account; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" since' -l 'since' -d 'Only what changed at or after this date or time (RFC 3339, universal time).' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" until' -l 'until' -d 'Only what was begun before or at this date or time.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'model' -d 'Only where this model answered, or one whose name contains it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" deleted' -l 'deleted' -d 'Only what was deleted and is still found.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" copies' -l 'copies' -d 'Also copies: old data folders, snapshots, migrated originals.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show" format' -l 'format' -d 'text for people, json for programs.' -rfka 'text json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'app' -d 'Only of this application; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" exact' -l 'exact' -d 'Tell upper from lower case.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" regex' -l 'regex' -d 'Take the text as a regular expression.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" format' -l 'format' -d 'text for people, json for programs.' -rfka 'text json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'app' -d 'Only of this application; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'user' -d 'Only of this person or this account; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" since' -l 'since' -d 'Only what changed at or after this date or time (RFC 3339, universal time).' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" until' -l 'until' -d 'Only what was begun before or at this date or time.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'model' -d 'Only where this model answered, or one whose name contains it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" deleted' -l 'deleted' -d 'Only what was deleted and is still found.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" copies' -l 'copies' -d 'Also copies: old data folders, snapshots, migrated originals.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" format' -l 'format' -d 'jsonl, markdown or html.' -rfka 'jsonl markdown html'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" opened' -l 'opened' -d 'Lock every store that is open, and nothing else.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" all' -l 'all' -d 'Lock every store that scan finds.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'home' -d 'Look for stores in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'in' -d 'Look for stores in this folder and below; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" vault' -l 'vault' -d 'Put the vault here instead of beside the store, on the same file system.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'bulk' -d 'Leave in the clear what this matches, a path below the store; * stands for any characters but a slash. Repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" everything' -l 'everything' -d 'Encrypt models too, which else stay in the clear.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock"' -l 'recipient' -d 'Let the owner of this public key open the vault; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" recovery' -l 'recovery' -d 'Make recovery words and print them, once.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" kdf' -l 'kdf' -d 'What a guess at the passphrase costs: interactive, moderate or sensitive.' -rfka 'interactive moderate sensitive'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" wait' -l 'wait' -d 'Wait for programs that use the store to end.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" force' -l 'force' -d 'Close an open store though programs have files of it open.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" yes' -l 'yes' -d 'Do not ask for confirmation.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto lock" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock" all' -l 'all' -d 'Open every vault that this machine remembers.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'home' -d 'Look for stores in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'in' -d 'Look for stores in this folder and below; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock" idle' -l 'idle' -d 'Lock it again when nothing was open in it for so long, as 15m, 2h or 90s.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock" read-only' -l 'read-only' -d 'Let nothing be changed in it.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock" accept' -l 'accept' -d 'Open for reading what is as it was sealed, though other files are not.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto unlock" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore" all' -l 'all' -d 'Restore every vault that this machine remembers.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'home' -d 'Look for stores in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'in' -d 'Look for stores in this folder and below; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore" accept' -l 'accept' -d 'Restore what is as it was sealed, though other files are not.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore" wait' -l 'wait' -d 'Wait for programs that use the store to end.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore" yes' -l 'yes' -d 'Do not ask for confirmation.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto restore" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto status"' -l 'home' -d 'Look for stores in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto status"' -l 'in' -d 'Look for stores in this folder and below; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto status" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto status" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto key" -eq 1' -fa 'list' -d 'Show the key slots of a vault; needs no secret.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto key" -eq 1' -fa 'add' -d 'Add a passphrase, a key file or a recipient.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto key" -eq 1' -fa 'remove' -d 'Remove a key slot; never the last one.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto key" -eq 1' -fa 'change' -d 'Replace the secret that opens the vault by a new one.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto key" -eq 1' -fa 'recovery' -d 'Make recovery words and print them on standard output, once.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto key" -eq 1' -fa 'rotate' -d 'Encrypt everything anew under a new volume key.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto key" -eq 1' -fa 'identity' -d 'Make a recipient: write the private key to a file, print the public one.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key list" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key list" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" new-passphrase-file' -l 'new-passphrase-file' -d 'Read the new passphrase from this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" new-passphrase-fd' -l 'new-passphrase-fd' -d 'Read the new passphrase from this descriptor.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" new-passphrase-command' -l 'new-passphrase-command' -d 'Take what this command prints for the new passphrase.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" new-key-file' -l 'new-key-file' -d 'Make this file, whatever is in it, a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" recipient' -l 'recipient' -d 'Let the owner of this public key open the vault.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" kdf' -l 'kdf' -d 'What a guess at the new passphrase costs: interactive, moderate or sensitive.' -rfka 'interactive moderate sensitive'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" yes' -l 'yes' -d 'Do not ask for confirmation; adding a secret never does.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key add" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove" yes' -l 'yes' -d 'Do not ask for confirmation.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key remove" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" new-passphrase-file' -l 'new-passphrase-file' -d 'Read the new passphrase from this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" new-passphrase-fd' -l 'new-passphrase-fd' -d 'Read the new passphrase from this descriptor.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" new-passphrase-command' -l 'new-passphrase-command' -d 'Take what this command prints for the new passphrase.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" new-key-file' -l 'new-key-file' -d 'Make this file, whatever is in it, a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" recipient' -l 'recipient' -d 'Let the owner of this public key open the vault.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" kdf' -l 'kdf' -d 'What a guess at the new passphrase costs: interactive, moderate or sensitive.' -rfka 'interactive moderate sensitive'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" yes' -l 'yes' -d 'Do not ask for confirmation; changing a secret never does.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key change" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery" yes' -l 'yes' -d 'Do not ask for confirmation; adding a secret never does.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key recovery" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate"' -l 'passphrase-file' -d 'Read the passphrase from this file, but for a line feed at its end.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate"' -l 'passphrase-fd' -d 'Read the passphrase from this descriptor, which is open already.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate"' -l 'passphrase-command' -d 'Take what this command prints for the passphrase; it is run with /bin/sh.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate"' -l 'key-file' -d 'Use this file, whatever is in it, as a key.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate"' -l 'identity' -d 'Use the recipient\'s private key in this file, as sotto key identity writes it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate"' -l 'recovery-file' -d 'Use the recovery words in this file.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate" yes' -l 'yes' -d 'Do not ask for confirmation.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key rotate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key identity" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto key identity" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto help" version' -l 'version' -d 'Show the version.'
