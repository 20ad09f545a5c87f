/// A shell that asks memsh what could stand on its line, and the script that makes it ask.
///
/// What memsh answers came from a store, so agents have written it: no script ever has its shell read it as code. bash
/// gets words that are quoted for its line; zsh and fish quote them themselves.
enum CompletingShell: String {
  case bash, zsh, fish

  var script: String {
    switch self {
    case .bash: CompletingShell.bashScript
    case .zsh: CompletingShell.zshScript
    case .fish: CompletingShell.fishScript
    }
  }

  private static let bashScript = #"""
    # Completion of memsh in bash. Written by scripts/generate.

    _memsh() {
        local kind line
        COMPREPLY=()
        {
            IFS= read -r kind
            while IFS= read -r line; do COMPREPLY+=("${line}"); done
        } < <("${1/#\~\//${HOME}/}" ---completion bash "${COMP_LINE:0:COMP_POINT}" "${2}" 2>/dev/null)
        # Files are completed by bash itself; behind a folder's name, or a name whose value follows, comes no space.
        if [[ ${kind} == files* ]]; then compopt -o default 2>/dev/null; fi
        if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then compopt -o nospace 2>/dev/null; fi
    }

    complete -F _memsh memsh
    """#

  private static let zshScript = #"""
    #compdef memsh
    # Completion of memsh in zsh. Written by scripts/generate.

    _memsh() {
        emulate -L zsh
        setopt extendedglob
        local program="${(Q)words[1]}" line
        local -a lines values shown suffix
        lines=("${(@f)$("${program/#\~\//$HOME/}" ---completion zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
        for line in "${lines[@]:1}"; do
            values+=("${line%%$'\t'*}")
            shown+=("${${line/$'\t'/  -- }[1,COLUMNS-1]}")
        done
        if [[ ${#values} -eq 1 && ${values[1]} == *[/=] ]]; then suffix=(-S ''); fi
        if (( ${#values} )); then compadd "${suffix[@]}" -l -d shown -- "${values[@]}"; return; fi
        if [[ ${lines[1]} == files* ]]; then
            local -a endings=(${=lines[1]#files})
            compset -P '--[^=]##='
            if (( ${#endings} )); then _files -g "*.(${(j:|:)endings})"; else _files; fi
            return
        fi
        return 1
    }

    if [[ ${funcstack[1]} == _memsh ]]; then _memsh "$@"; else compdef _memsh memsh; fi
    """#

  private static let fishScript = #"""
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
    """#
}
