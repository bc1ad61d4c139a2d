import Foundation

/// The commands of a program with their arguments, as swift-argument-parser describes them.
public struct CommandTree: Decodable, Sendable {
    /// The program itself.
    public let root: Command

    /// Reads what `--experimental-dump-help` writes.
    /// - Throws: `DecodingError` for another form.
    public init(json: String) throws {
        self = try JSONDecoder().decode(CommandTree.self, from: Data(json.utf8))
    }

    private enum CodingKeys: String, CodingKey { case root = "command" }

    /// A command or the program.
    public struct Command: Decodable, Sendable {
        /// How it is called.
        public let name: String
        /// What it does, in one sentence.
        public let abstract: String
        /// What else there is to say of it: paragraphs, lists and examples.
        public let discussion: String
        /// Its own commands that are shown.
        public let subcommands: [Command]
        /// Its arguments that are shown.
        public let arguments: [Argument]

        private enum CodingKeys: String, CodingKey {
            case commandName, abstract, discussion, subcommands, arguments, shouldDisplay
        }

        /// Reads a command; what is hidden is left out.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            name = try values.decode(String.self, forKey: .commandName)
            abstract = try values.decodeIfPresent(String.self, forKey: .abstract) ?? ""
            discussion = try values.decodeIfPresent(String.self, forKey: .discussion) ?? ""
            let commands = try values.decodeIfPresent([Shown<Command>].self, forKey: .subcommands) ?? []
            // The parser's own command for help is the same everywhere.
            subcommands = commands.compactMap(\.value).filter { $0.name != "help" }
            let arguments = try values.decodeIfPresent([Shown<Argument>].self, forKey: .arguments) ?? []
            self.arguments = arguments.compactMap(\.value)
        }

        /// The command of its own that has a name.
        func subcommand(_ name: String) -> Command? { subcommands.first { $0.name == name } }

        /// The option or flag that a word names, such as `--app` or `-q`.
        func option(_ word: String) -> Argument? { arguments.first { $0.words.contains(word) } }

        /// What stands without a name, in order.
        var positionals: [Argument] { arguments.filter { $0.kind == .positional } }
    }

    /// What a command takes.
    public struct Argument: Decodable, Sendable {
        /// How it is given.
        public enum Kind: String, Decodable, Sendable {
            /// By its place.
            case positional
            /// By a name and a value.
            case option
            /// By a name alone.
            case flag
        }

        /// How it is given.
        public let kind: Kind
        /// Its names as they are written, the long ones first.
        public let words: [String]
        /// What its value is called.
        public let valueName: String
        /// What it is for.
        public let abstract: String
        /// What holds without it.
        public let fallback: String?
        /// Whether it can be left out.
        public let isOptional: Bool
        /// Whether it can be given several times.
        public let isRepeating: Bool
        /// The values that it takes, where they are listed.
        public let values: [String]
        /// Whether its value is a file, or a folder.
        public let place: Place?

        /// What a value that names something in the file system names.
        public enum Place: Sendable {
            /// A file.
            case file
            /// A folder.
            case folder
        }

        private enum CodingKeys: String, CodingKey {
            case kind, names, valueName, abstract, defaultValue, isOptional, isRepeating, allValues, completionKind
        }

        private struct Name: Decodable {
            let kind: String
            let name: String
        }

        private struct Completion: Decodable {
            struct List: Decodable { let values: [String] }
            struct Nothing: Decodable {}
            let list: List?
            let file: Nothing?
            let directory: Nothing?
        }

        /// Reads an argument.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            kind = try values.decode(Kind.self, forKey: .kind)
            let names = try values.decodeIfPresent([Name].self, forKey: .names) ?? []
            let sorted = names.filter { $0.kind == "long" } + names.filter { $0.kind != "long" }
            words = sorted.map { ($0.kind == "long" ? "--" : "-") + $0.name }
            valueName = try values.decodeIfPresent(String.self, forKey: .valueName) ?? ""
            abstract = try values.decodeIfPresent(String.self, forKey: .abstract) ?? ""
            fallback = try values.decodeIfPresent(String.self, forKey: .defaultValue)
            isOptional = try values.decode(Bool.self, forKey: .isOptional)
            isRepeating = try values.decode(Bool.self, forKey: .isRepeating)
            let completion = try values.decodeIfPresent(Completion.self, forKey: .completionKind)
            let all = try values.decodeIfPresent([String].self, forKey: .allValues)
            self.values = completion?.list?.values ?? all ?? []
            place = completion?.file != nil ? .file : completion?.directory != nil ? .folder : nil
        }
    }

    /// A command or argument unless it is hidden.
    private struct Shown<Value: Decodable>: Decodable {
        let value: Value?

        private enum CodingKeys: CodingKey { case shouldDisplay }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            let isShown = try values.decodeIfPresent(Bool.self, forKey: .shouldDisplay) ?? true
            value = isShown ? try Value(from: decoder) : nil
        }
    }
}
