function __memsh_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __memsh_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __memsh_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __memsh_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __memsh_parse_tokens -S
    set -l unparsed_tokens (__memsh_tokens -pc)
    switch $unparsed_tokens[1]
    case 'memsh'
        __memsh_parse_subcommand 0 'd/database=' 'f/file=+' 'c/command=+' 'v/variable=+' 'check' 'output=' 'y/yes' 'no-rc' 'q/quiet' 'log-level=' 'embedder=' 'h/help'
        switch $unparsed_tokens[1]
        case 'connect'
            __memsh_parse_subcommand 1 'schema=' 'label=' 'output=' 'h/help'
        case 'use'
            __memsh_parse_subcommand 1 'output=' 'h/help'
        case 'status'
            __memsh_parse_subcommand 0 'output=' 'h/help'
        case 'set'
            __memsh_parse_subcommand 2 'h/help'
        case 'unset'
            __memsh_parse_subcommand 1 'h/help'
        case 'show'
            __memsh_parse_subcommand 1 'output=' 'h/help'
        case 'output'
            __memsh_parse_subcommand 1 'h/help'
        case 'timing'
            __memsh_parse_subcommand 1 'h/help'
        case 'watch'
            __memsh_parse_subcommand -r 2 'count=' 'h/help'
        case 'history'
            __memsh_parse_subcommand 0 'limit=' 'output=' 'h/help'
        case 'edit-line'
            __memsh_parse_subcommand 0 'h/help'
        case 'echo'
            __memsh_parse_subcommand -r 1 'h/help'
        case 'include'
            __memsh_parse_subcommand 1 'h/help'
        case 'assert'
            __memsh_parse_subcommand -r 1 'h/help'
        case 'help'
            __memsh_parse_subcommand 1 'h/help'
        case 'quit'
            __memsh_parse_subcommand 0 'h/help'
        case 'ensure-vector'
            __memsh_parse_subcommand 0 'check' 'update' 'output=' 'h/help'
        case 'migrate'
            __memsh_parse_subcommand 0 'from=' 'embeddings=' 'source-model=' 'index=' 'schema=' 'reject-file=' 'dry-run' 'verify' 'no-verify' 'no-wait' 'force-recreate' 'no-backup' 'skip-test' 'y/yes' 'output=' 'h/help'
        case 'seed'
            __memsh_parse_subcommand 0 'file=' 'output=' 'h/help'
        case 'rollback'
            __memsh_parse_subcommand 0 'sync' 'run=' 'dry-run' 'force' 'y/yes' 'output=' 'h/help'
        case 'schema'
            __memsh_parse_subcommand 0 'create' 'index=' 'output=' 'h/help'
        case 'search'
            __memsh_parse_subcommand 1 'similar-to=' 'mode=' 'user=' 'category=' 'min-importance=' 'since=' 'until=' 'where=+' 'limit=' 'offset=' 'threshold=' 'exact' 'approximate' 'fields=' 'explain' 'record' 'output=' 'h/help'
        case 'prompt'
            __memsh_parse_subcommand 1 'user=' 'agent=' 'tier=' 'output=' 'h/help'
        case 'users'
            __memsh_parse_subcommand 0 'limit=' 'output=' 'h/help'
        case 'categories'
            __memsh_parse_subcommand 0 'user=' 'limit=' 'output=' 'h/help'
        case 'fragments'
            __memsh_parse_subcommand -r 2 'category=' 'content=' 'priority=' 'tags=' 'agent=' 'tier=' 'dry-run' 'y/yes' 'output=' 'h/help'
        case 'analytics'
            __memsh_parse_subcommand 0 'user=' 'limit=' 'output=' 'h/help'
        case 'stats'
            __memsh_parse_subcommand 0 'user=' 'by=' 'index' 'latency' 'output=' 'h/help'
        case 'recall'
            __memsh_parse_subcommand 0 'sample=' 'neighbours=' 'output=' 'h/help'
        case 'sql'
            __memsh_parse_subcommand 1 'write' 'limit=' 'output=' 'h/help'
        case 'reembed'
            __memsh_parse_subcommand 0 'missing' 'user=' 'category=' 'index=' 'dry-run' 'y/yes' 'output=' 'h/help'
        case 'models'
            __memsh_parse_subcommand 2 'output=' 'h/help'
        case 'cache'
            __memsh_parse_subcommand 1 'y/yes' 'output=' 'h/help'
        case 'help'
            __memsh_parse_subcommand -r 1 
        end
    end
end

function __memsh_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __memsh_parse_subcommand -S -a positional_count
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

function __memsh_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __memsh_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__memsh_tokens -p)
    if test -z "$(__memsh_tokens -t)"
        set -l index (count (__memsh_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'memsh' -f
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" d database' -s 'd' -l 'database' -d 'The store: a PostgreSQL URL or a SQLite file\'s path.' -rF
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh"' -s 'f' -l 'file' -d 'Run a script; - is standard input. May be repeated.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'memsh\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh"' -s 'c' -l 'command' -d 'Run commands, separated by semicolons. May be repeated and mixed with -f; all run in their order.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh"' -s 'v' -l 'variable' -d 'Set a variable.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" check' -l 'check' -d 'Check the scripts and run nothing.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" output' -l 'output' -d 'Print results as table, tsv, json, jsonl, csv, markdown or vertical.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" y yes' -s 'y' -l 'yes' -d 'Do not ask before destructive commands.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" no-rc' -l 'no-rc' -d 'Do not read the start-up file.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" q quiet' -l 'quiet' -s 'q' -d 'Print results and errors only.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" log-level' -l 'log-level' -d 'Diagnostics on standard error: trace, debug, info, notice, warning, error or critical.' -rfka 'trace debug info notice warning error critical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" embedder' -l 'embedder' -d 'The embedder: openai, local or hash.' -rfka 'openai local hash'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'connect' -d 'Connect to a store.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'use' -d 'Go to the SQLite or the PostgreSQL store.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'status' -d 'Show the connection, the state of the schema and the settings.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'set' -d 'Change a setting or a variable.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'unset' -d 'Forget a variable.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'show' -d 'Show the settings and variables (show vars).'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'output' -d 'Choose the format of all following results.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'timing' -d 'Tell how long each command takes, or stop telling it.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'watch' -d 'Run a command that reads again and again.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'history' -d 'List the commands typed at the prompt.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'edit-line' -d 'Change the last command in $EDITOR, then run it.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'echo' -d 'Print text.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'include' -d 'Run the commands of another script here.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'assert' -d 'End the script with status 4 unless a comparison holds.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'help' -d 'List the commands, or explain one, or a topic.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'quit' -d 'End the session or the script.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'ensure-vector' -d 'Make sure that the store can hold and search vectors.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'migrate' -d 'Bring a memory file or another store into this store.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'seed' -d 'Insert the prompt fragments that are missing: the seven default ones, or a file\'s.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'rollback' -d 'Go back to SQLite, or take one migration run out again.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'schema' -d 'Show the tables, indexes and triggers and how they stand.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'search' -d 'Find memories by meaning, by words, or by both.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'prompt' -d 'Assemble what an agent would be given for a query.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'users' -d 'List the users, those with the most memories first.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'categories' -d 'List the categories, those with the most memories first.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'fragments' -d 'List and change the standing instructions for agents.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'analytics' -d 'List what agents searched for, newest first.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'stats' -d 'Count what is in the store.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'recall' -d 'Measure how good the vector index is on this very data.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'sql' -d 'Run SQL of your own.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'reembed' -d 'Compute the vectors of memories and fragments anew.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'models' -d 'List the local embedding models, or choose one.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'cache' -d 'Show, empty or shorten the embedding cache.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh connect" -eq 1' -F
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh connect" schema' -l 'schema' -d 'The PostgreSQL schema that holds the memory tables: of the URL\'s database, else of the one in use.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh connect" label' -l 'label' -d 'What to call the connection in the prompt, such as production, which is red and has what destroys confirmed.' -rfka 'production staging development'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh connect" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh connect" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh use" -eq 1' -fka 'sqlite postgres'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh use" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh use" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh status" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh set" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh unset" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh show" -eq 1' -fka 'vars'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh show" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh output" -eq 1' -fka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh output" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh timing" -eq 1' -fka 'on off'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh timing" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh watch" count' -l 'count' -d 'End after so many times.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh watch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh history" limit' -l 'limit' -d 'At most so many, the newest.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh history" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh history" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh edit-line" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh echo" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh include" -eq 1' -fa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'memsh\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh include" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh assert" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh help" -eq 1' -fka 'analytics assert cache categories connect echo edit-line ensure-vector fragments help history include migrate models output prompt quit recall reembed rollback schema search seed set show sql stats status timing unset use users watch scripts formats environment exit-statuses sources'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh help" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh quit" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh ensure-vector" check' -l 'check' -d 'Look only; change nothing.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh ensure-vector" update' -l 'update' -d 'Update an outdated extension, too.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh ensure-vector" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh ensure-vector" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" from' -l 'from' -d 'The source; without it $MEMORY_SQLITE_PATH, else the embedded store.' -rF
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" embeddings' -l 'embeddings' -d 'What to do with the source\'s vectors: keep, regenerate or auto.' -rfka 'keep regenerate auto'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" source-model' -l 'source-model' -d 'The model that the source\'s vectors come from.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" index' -l 'index' -d 'The vector index: hnsw, ivfflat or none.' -rfka 'hnsw ivfflat none'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" schema' -l 'schema' -d 'Migrate into this PostgreSQL schema, and stay connected to it. Created if it is missing.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" reject-file' -l 'reject-file' -d 'Where rejected rows are written.' -rF
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" dry-run' -l 'dry-run' -d 'Only tell what would be done; nothing is written anywhere.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" verify' -l 'verify' -d 'Read back what was written and compare it.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" no-verify' -l 'no-verify' -d 'Read back what was written and compare it.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" no-wait' -l 'no-wait' -d 'Fail at once when another migration into this store is running.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" force-recreate' -l 'force-recreate' -d 'Drop the four tables first, after writing a backup. Destroys what is in them.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" no-backup' -l 'no-backup' -d 'Leave out the backup before --force-recreate.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" skip-test' -l 'skip-test' -d 'Leave out the test at the end.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" y yes' -l 'yes' -s 'y' -d 'Do not ask.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh migrate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh seed" file' -l 'file' -d 'A JSON or YAML file of fragments instead of the seven.' -rfa '(set -l exts \'json\' \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh seed" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh seed" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh rollback" sync' -l 'sync' -d 'First copy what PostgreSQL has and the SQLite store has not.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh rollback" run' -l 'run' -d 'Take this run out again.' -rfka '(__memsh_custom_completion ---completion rollback -- --run (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh rollback" dry-run' -l 'dry-run' -d 'With --run: only list what would be taken out.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh rollback" force' -l 'force' -d 'With --run: take out rows that were changed since, too.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh rollback" y yes' -l 'yes' -s 'y' -d 'Do not ask.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh rollback" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh rollback" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh schema" create' -l 'create' -d 'Create what is missing.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh schema" index' -l 'index' -d 'The vector index to create: hnsw, ivfflat or none.' -rfka 'hnsw ivfflat none'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh schema" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh schema" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" similar-to' -l 'similar-to' -d 'Look for what is like this memory instead of a text.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" mode' -l 'mode' -d 'semantic, lexical or hybrid.' -rfka 'semantic lexical hybrid'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" user' -l 'user' -d 'Only memories of this user.' -rfka '(__memsh_custom_completion ---completion search -- --user (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" category' -l 'category' -d 'Only memories of this category.' -rfka '(__memsh_custom_completion ---completion search -- --category (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" min-importance' -l 'min-importance' -d 'Only memories of at least this importance, from 0 to 1.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" since' -l 'since' -d 'Only memories created since then: 2026-01-31, or 7d for the last seven days.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" until' -l 'until' -d 'Only memories created before then.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search"' -l 'where' -d 'Only memories with this value in their metadata: metadata.source=chat. Repeatable.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" limit' -l 'limit' -d 'At most so many results, up to 10000.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" offset' -l 'offset' -d 'Leave out so many of the best results.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" threshold' -l 'threshold' -d 'Only results at least this similar, from -1 to 1.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" exact' -l 'exact' -d 'Give the answer of comparing every row, whatever index there is.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" approximate' -l 'approximate' -d 'Take a faster answer that may miss some rows (SQLite); `recall` tells how many.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" fields' -l 'fields' -d 'Show these columns, separated by commas.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" explain' -l 'explain' -d 'Show how the store finds the results, and what it takes, instead of the results.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" record' -l 'record' -d 'Count the access to each result and note the search in the analytics, as an agent\'s search does.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh search" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh prompt" user' -l 'user' -d 'The user whose memories are taken.' -rfka '(__memsh_custom_completion ---completion prompt -- --user (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh prompt" agent' -l 'agent' -d 'The agent; fragments for all agents are taken, too.' -rfka '(__memsh_custom_completion ---completion prompt -- --agent (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh prompt" tier' -l 'tier' -d 'core, standard or full.' -rfka 'core standard full'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh prompt" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh prompt" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh users" limit' -l 'limit' -d 'At most so many.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh users" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh users" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh categories" user' -l 'user' -d 'Only memories of this user.' -rfka '(__memsh_custom_completion ---completion categories -- --user (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh categories" limit' -l 'limit' -d 'At most so many.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh categories" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh categories" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh fragments" -eq 1' -fka 'list show add edit enable disable delete import export'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh fragments" -ge 2' -F
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" category' -l 'category' -d 'The category.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" content' -l 'content' -d 'The instruction itself.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" priority' -l 'priority' -d 'Higher comes first in a prompt.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" tags' -l 'tags' -d 'Words to find it by, separated by commas.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" agent' -l 'agent' -d 'The agent it is for, or all.' -rfka '(__memsh_custom_completion ---completion fragments -- --agent (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" tier' -l 'tier' -d 'The lowest tier that includes it: core, standard or full.' -rfka 'core standard full'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" dry-run' -l 'dry-run' -d 'With delete and import: only tell what would be done.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" y yes' -l 'yes' -s 'y' -d 'With delete: do not ask.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh fragments" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh analytics" user' -l 'user' -d 'Only searches in this user\'s memories.' -rfka '(__memsh_custom_completion ---completion analytics -- --user (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh analytics" limit' -l 'limit' -d 'At most so many.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh analytics" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh analytics" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh stats" user' -l 'user' -d 'Only memories of this user.' -rfka '(__memsh_custom_completion ---completion stats -- --user (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh stats" by' -l 'by' -d 'A row for each user, category, day or step of importance.' -rfka 'user category day importance'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh stats" index' -l 'index' -d 'What the tables, indexes and files take, and how they stand.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh stats" latency' -l 'latency' -d 'How long searches took, from the analytics.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh stats" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh stats" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh recall" sample' -l 'sample' -d 'Look for the neighbours of so many memories.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh recall" neighbours' -l 'neighbours' -d 'Look for so many neighbours of each.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh recall" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh recall" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh sql" write' -l 'write' -d 'Let the statement change the database.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh sql" limit' -l 'limit' -d 'At most so many rows.' -rfka ''
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh sql" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh sql" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" missing' -l 'missing' -d 'Only rows that have no vector.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" user' -l 'user' -d 'Only memories of this user.' -rfka '(__memsh_custom_completion ---completion reembed -- --user (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" category' -l 'category' -d 'Only memories of this category.' -rfka '(__memsh_custom_completion ---completion reembed -- --category (count (__memsh_tokens -pc)) (__memsh_tokens -tC))'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" index' -l 'index' -d 'The vector index to build when the store moves to another space: hnsw, ivfflat or none.' -rfka 'hnsw ivfflat none'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" dry-run' -l 'dry-run' -d 'Only tell what would be done and what it would take; nothing is written anywhere.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" y yes' -l 'yes' -s 'y' -d 'Do not ask.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh reembed" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh models" -eq 1' -fka 'list use'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh models" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh models" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_positional "memsh cache" -eq 1' -fka 'stats clear prune'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh cache" y yes' -l 'yes' -s 'y' -d 'With clear: do not ask.'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh cache" output' -l 'output' -d 'Print the result in this format.' -rfka 'table tsv json jsonl csv markdown vertical'
complete -c 'memsh' -n '__memsh_should_offer_completions_for_flags_or_options "memsh cache" h help' -s 'h' -l 'help' -d 'Show help information.'
