/// A shell whose completions ask the program what can stand where the cursor is.
public enum GuidedShell: String, CaseIterable, Sendable {
    /// GNU bash.
    case bash
    /// The Z shell.
    case zsh
    /// fish.
    case fish

    /// What the shell runs; it calls `logferry __complete`.
    public var script: String {
        switch self {
        case .bash: bashScript
        case .zsh: zshScript
        case .fish: fishScript
        }
    }
}

/// The lines that the scripts read: a directive, or a word, a tab and what the word means.
extension Completion.Answer {
    /// The lines for a shell.
    /// - Parameters:
    ///   - leftBehind: what the shell has left behind of the word, see ``TypedLine/leftBehind``.
    ///   - hasSummaries: whether the shell shows what a word means.
    /// - Returns: the lines; none when nothing can stand there.
    public func lines(leftBehind: String, hasSummaries: Bool) -> [String] {
        switch self {
        case .files: [":files"]
        case .folders: [":directories"]
        case .apps: []
        case .words(let candidates):
            candidates.compactMap { candidate in
                guard candidate.text.hasPrefix(leftBehind), !candidate.text.contains(where: \.isNewline) else {
                    return nil
                }
                let word = String(candidate.text.dropFirst(leftBehind.count))
                return hasSummaries && !candidate.summary.isEmpty ? "\(word)\t\(candidate.summary)" : word
            }
        }
    }
}

private let bashScript = #"""
    # Completions of logferry for bash; "logferry completions bash" writes this.
    _logferry() {
        local line words=() word
        COMPREPLY=()
        mapfile -t words < <("$1" __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
        case "${words[0]-}" in
        :files)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$2")
            ;;
        :directories)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$2")
            ;;
        *)
            for word in "${words[@]}"; do
                case "$2$word" in
                \"* | \'*) line=$word ;;
                *[!A-Za-z0-9_.,:/+=@%-]*) printf -v line %q "$word" ;;
                *) line=$word ;;
                esac
                COMPREPLY+=("$line")
            done
            ;;
        esac
    }
    complete -F _logferry logferry
    """#

private let zshScript = #"""
    #compdef logferry
    # Completions of logferry for zsh; "logferry completions zsh" writes this.
    _logferry() {
        local line
        local -a lines described
        lines=("${(@f)$(command ${(Q)words[1]} __complete zsh "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
        case "${lines[1]-}" in
        :files) _files; return ;;
        :directories) _files -/; return ;;
        '') return 1 ;;
        esac
        for line in "${lines[@]}"; do
            if [[ "$line" == *$'\t'* ]]; then
                described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
            else
                described+=("${line//:/\\:}")
            fi
        done
        _describe logferry described
    }
    if [[ "${funcstack[1]-}" == _logferry ]]; then
        _logferry "$@"
    else
        compdef _logferry logferry
    fi
    """#

private let fishScript = #"""
    # Completions of logferry for fish; "logferry completions fish" writes this.
    function __logferry_complete
        set --local lines (command logferry __complete fish (commandline --current-process --cut-at-cursor) 2>/dev/null)
        switch "$lines[1]"
            case ':files'
                __fish_complete_path (commandline --current-token)
            case ':directories'
                __fish_complete_directories (commandline --current-token)
            case '*'
                printf '%s\n' $lines
        end
    end
    complete --command logferry --no-files --arguments '(__logferry_complete)'
    """#
