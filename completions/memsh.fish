# Completion of memsh in fish. Written by scripts/generate.

function __memsh_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    # A quote that is still open cannot be taken off in the usual way.
    set -l word (string unescape -- "$typed"; or string trim --left --chars "'\"" -- "$typed")
    set -l answer ($words[1] ---completion fish $words[2..] "$word" 2>/dev/null)
    set -q answer[2]; and printf '%s\n' $answer[2..]
    string match -q 'files*' -- "$answer[1]"; and __fish_complete_path "$word"
end

complete -c memsh -f -a '(__memsh_complete)'
