/// What can stand where the cursor of a command line is.
public struct Completion: Sendable {
    /// A word that can stand there.
    public struct Candidate: Sendable, Equatable {
        /// The whole word.
        public let text: String
        /// What it means; may be empty.
        public let summary: String

        /// Makes a candidate.
        public init(_ text: String, _ summary: String = "") {
            self.text = text
            self.summary = summary
        }
    }

    /// What can stand there.
    public enum Answer: Sendable, Equatable {
        /// One of these words, each beginning with what is typed.
        case words([Candidate])
        /// An app's name, behind what is typed of the word before it (`--app=`).
        case apps(prefix: String)
        /// A file.
        case files
        /// A folder.
        case folders
    }

    private let tree: CommandTree
    private let settings: [GuideSetting]
    /// The values of options that the tree does not list, by the names of the options without dashes.
    private let values: [String: [String]]

    /// Makes the rules.
    /// - Parameters:
    ///   - tree: the commands.
    ///   - settings: what can be given as a flag behind each of them.
    ///   - values: values of options and arguments that the tree does not list, by name.
    public init(_ tree: CommandTree, settings: [GuideSetting], values: [String: [String]] = [:]) {
        self.tree = tree
        self.settings = settings
        self.values = values
    }

    /// Finds what can stand in the place of the word that is typed.
    public func answer(_ line: TypedLine) -> Answer {
        let place = Place(line.words, in: tree.root, settings: settings)
        if let expected = place.expected { return words(of: expected, prefix: "", typed: line.current) }
        if !place.isPastOptions, line.current.hasPrefix("-") {
            guard let equals = line.current.firstIndex(of: "=") else {
                return .words(names(in: place).filter { $0.text.hasPrefix(line.current) })
            }
            let name = String(line.current[..<equals])
            guard let expected = Place.value(of: name, in: place.command, settings: settings) else {
                return .words([])
            }
            let rest = line.current[line.current.index(after: equals)...]
            return words(of: expected, prefix: name + "=", typed: String(rest))
        }
        if place.asksForHelp || !place.command.subcommands.isEmpty {
            let commands = place.command.subcommands.map { Candidate($0.name, $0.abstract) }
            let help =
                place.command.name == tree.root.name && !place.asksForHelp ? [Candidate("help", "Show help.")] : []
            return .words((commands + help).filter { $0.text.hasPrefix(line.current) })
        }
        let positionals = place.command.positionals
        if let argument = positionals.indices.contains(place.position)
            ? positionals[place.position] : positionals.last.flatMap({ $0.isRepeating ? $0 : nil })
        {
            return words(of: .argument(argument), prefix: "", typed: line.current)
        }
        return .words(line.current.isEmpty ? ownNames(in: place) : [])
    }

    private func words(of expected: Place.Expected, prefix: String, typed: String) -> Answer {
        let listed: [String]
        switch expected {
        case .config: return .files
        case .setting(let setting):
            if let place = setting.place { return place == .file ? .files : .folders }
            listed = setting.values
        case .argument(let argument):
            if let place = argument.place { return place == .file ? .files : .folders }
            let names = argument.words.map { String($0.drop { $0 == "-" }) } + [argument.valueName]
            if argument.values.isEmpty, names.contains("app") { return .apps(prefix: prefix) }
            listed = argument.values.isEmpty ? names.compactMap { values[$0] }.first ?? [] : argument.values
        }
        return .words(listed.filter { $0.hasPrefix(typed) }.map { Candidate(prefix + $0) })
    }

    /// The options of the command and the settings.
    private func names(in place: Place) -> [Candidate] {
        let flags = settings.compactMap { setting in setting.flag.map { Candidate($0, setting.summary) } }
        let all = ownNames(in: place) + flags + [Candidate("--config", "a JSON file with settings")]
        return all.filter { !place.settings.contains($0.text) }
    }

    /// The options of the command that can still be given.
    private func ownNames(in place: Place) -> [Candidate] {
        place.command.arguments.compactMap { argument in
            guard argument.kind != .positional, let word = argument.words.first,
                argument.isRepeating || argument.words.allSatisfy({ !place.options.contains($0) })
            else { return nil }
            return Candidate(word, argument.abstract)
        }
    }
}

/// Where a command line stands after some words.
private struct Place {
    /// A value that must come next.
    enum Expected {
        case argument(CommandTree.Argument)
        case setting(GuideSetting)
        case config
    }

    /// The command that the words name.
    private(set) var command: CommandTree.Command
    /// How many arguments without a name were given.
    private(set) var position = 0
    /// The options of the command that were given.
    private(set) var options: Set<String> = []
    /// The settings that were given.
    private(set) var settings: Set<String> = []
    /// The value that must come next.
    private(set) var expected: Expected?
    /// Whether `--` was given.
    private(set) var isPastOptions = false
    /// Whether the first word is `help`, so that names of commands follow.
    private(set) var asksForHelp = false

    init(_ words: [String], in root: CommandTree.Command, settings known: [GuideSetting]) {
        command = root
        for word in words { take(word, root: root, known: known) }
    }

    private mutating func take(_ word: String, root: CommandTree.Command, known: [GuideSetting]) {
        if expected != nil {
            expected = nil
        } else if !isPastOptions, word == "--" {
            isPastOptions = true
        } else if !isPastOptions, word.hasPrefix("-"), word != "-" {
            let name = String(word.prefix { $0 != "=" })
            let value = Place.value(of: name, in: command, settings: known)
            if command.option(name) != nil { options.insert(name) } else { settings.insert(name) }
            expected = word.contains("=") ? nil : value
        } else if let subcommand = command.subcommand(word) {
            command = subcommand
            position = 0
            options = []
        } else if command.name == root.name, word == "help" {
            asksForHelp = true
        } else {
            position += 1
        }
    }

    /// What the value of an option or of a setting's flag is; `nil` when it has none.
    static func value(of name: String, in command: CommandTree.Command, settings: [GuideSetting]) -> Expected? {
        if name == "--config" { return .config }
        if let setting = settings.first(where: { $0.flag == name }) { return .setting(setting) }
        guard let argument = command.option(name), argument.kind == .option else { return nil }
        return .argument(argument)
    }
}
