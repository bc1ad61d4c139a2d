import ArgumentParser
import CommandGuide
import Composition

/// Arguments that a command cannot use.
struct UsageError: Error {
    /// What is wrong.
    let message: String
    /// The command's own usage; `nil` to show none.
    let usage: String?

    /// An error of a command.
    init(_ message: String, of command: any ParsableCommand.Type) {
        self.message = message
        let form = Logferry.usageString(for: command)
        let words = form.split(separator: " ").prefix { !$0.hasPrefix("<") && !$0.hasPrefix("[") && !$0.hasPrefix("-") }
        usage = "Usage: \(form)\n  See '\(words.joined(separator: " ")) --help' for more information."
    }

    private init(_ message: String) {
        self.message = message
        usage = nil
    }

    /// Refuses to explain a command that is not there; the parser would explain the program instead.
    /// - Throws: ``UsageError``.
    static func checkHelp(_ arguments: [String]) throws {
        guard arguments.first == "help", let tree = try? ProgramGuide.tree() else { return }
        var command = tree.root
        for word in arguments.dropFirst() where !word.hasPrefix("-") && word != "help" {
            guard let next = command.subcommands.first(where: { $0.name == word }) else {
                let names = command.subcommands.map(\.name).joined(separator: ", ")
                throw UsageError(
                    "there is no command \"\(word)\" to explain" + (names.isEmpty ? "" : "; there are \(names)"))
            }
            command = next
        }
    }

    /// Says of a word that names no command and no option which one may be meant.
    /// - Throws: ``UsageError``.
    static func checkWords(_ arguments: [String]) throws {
        let flags = SettingsCatalog.keys.map(\.flag) + ["--config"]
        guard let tree = try? ProgramGuide.tree(), let wrong = MistypedWord(arguments, in: tree, flags: flags) else {
            return
        }
        let kind = wrong.kind == .command ? "command" : "option"
        let caller = (["logferry"] + wrong.path).joined(separator: " ")
        var words = "\(caller) has no \(kind) \"\(wrong.word)\""
        if let near = SettingsCatalog.nearest(to: wrong.word, among: wrong.known) {
            words += "; did you mean \(near)?"
        } else if wrong.kind == .command {
            words += "; there are \(wrong.known.joined(separator: ", "))"
        } else {
            words += "; see \(caller) --help"
        }
        throw UsageError(words)
    }

    /// Refuses an option that is given twice, of which the parser would take the last.
    /// - Throws: ``UsageError``.
    static func checkRepeats(_ arguments: [String], of type: any ParsableCommand.Type) throws {
        guard arguments.filter({ $0.hasPrefix("-") }).count > 1, let tree = try? ProgramGuide.tree() else { return }
        var command = tree.root
        var seen: Set<String> = []
        var isValue = false
        for word in arguments {
            if word == "--" { return }
            if isValue {
                isValue = false
                continue
            }
            if let next = command.subcommands.first(where: { $0.name == word }) {
                command = next
                continue
            }
            guard word.hasPrefix("-") else { continue }
            let name = String(word.prefix { $0 != "=" })
            // A command's options may be those of the one that it stands for.
            let known = command.arguments + command.subcommands.flatMap(\.arguments)
            guard let option = known.first(where: { $0.kind == .option && $0.words.contains(name) }) else { continue }
            isValue = name == word
            guard !option.isRepeating, let first = option.words.first else { continue }
            guard seen.insert(first).inserted else {
                throw UsageError("\(first) is given twice, and can have one value only", of: type)
            }
        }
    }
}
