/// The first word of some arguments that names nothing, for words that help.
public struct MistypedWord: Sendable, Equatable {
    /// What it should have named.
    public enum Kind: Sendable, Equatable {
        /// A command.
        case command
        /// An option.
        case option
    }

    /// What it should have named.
    public let kind: Kind
    /// The word, without what follows a `=`.
    public let word: String
    /// What could stand there.
    public let known: [String]
    /// The names of the commands in front of it.
    public let path: [String]

    /// Finds the first such word.
    /// - Parameters:
    ///   - arguments: all that follows the program's name.
    ///   - tree: the commands.
    ///   - flags: options that every command takes, with a value.
    public init?(_ arguments: [String], in tree: CommandTree, flags: [String]) {
        var command = tree.root
        var path: [String] = []
        var awaitsValue = false
        for word in arguments {
            if awaitsValue {
                awaitsValue = false
                continue
            }
            if word == "--" { return nil }
            if word.hasPrefix("--") {
                let name = String(word.prefix { $0 != "=" })
                // The options of a command may be those of the one that it stands for.
                let own = command.arguments + command.subcommands.flatMap(\.arguments)
                if let option = own.first(where: { $0.words.contains(name) }) {
                    awaitsValue = option.kind == .option && name == word
                    continue
                }
                let usual = flags + ["--help", "--version"]
                guard !usual.contains(name) else {
                    awaitsValue = flags.contains(name) && name == word
                    continue
                }
                let names = Set(own.flatMap(\.words).filter { $0.hasPrefix("--") }).sorted()
                self.init(kind: .option, word: name, known: names + usual, path: path)
                return
            }
            if word.hasPrefix("-"), word != "-" {
                let option = command.arguments.first { $0.words.contains(word) }
                awaitsValue = option?.kind == .option
            } else if let next = command.subcommand(word) {
                command = next
                path.append(word)
            } else if !command.subcommands.isEmpty {
                self.init(kind: .command, word: word, known: command.subcommands.map(\.name), path: path)
                return
            }
        }
        return nil
    }

    private init(kind: Kind, word: String, known: [String], path: [String]) {
        self.kind = kind
        self.word = word
        self.known = known
        self.path = path
    }
}
