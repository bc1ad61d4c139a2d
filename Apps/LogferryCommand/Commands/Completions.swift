import ArgumentParser
import CommandGuide
import Composition
import Foundation

/// Completions for shells.
struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write what a shell needs to complete commands, options, settings and apps.",
        discussion: """
            Apps/install puts it in place for all users. For yourself alone, in bash, zsh or fish:

              logferry completions bash \\
                > ~/.local/share/bash-completion/completions/logferry
              logferry completions zsh > "${fpath[1]}/_logferry"
              logferry completions fish > ~/.config/fish/completions/logferry.fish
            """)

    @Argument(help: "bash, zsh or fish.", completion: .list(GuidedShell.allCases.map(\.rawValue)))
    var shell: String

    func run() throws {
        guard let shell = GuidedShell(rawValue: shell) else {
            throw ValidationError("there are completions for bash, zsh and fish, not for \(shell)")
        }
        Terminal.write(Array((shell.script + "\n").utf8))
    }
}

/// The manual pages.
struct ManualPages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Write the manual pages, as Apps/install wants them.", shouldDisplay: false)

    @Option(help: "The folder that the pages are written to.", completion: .directory)
    var directory: String

    @Option(help: "The date of the pages: YYYY-MM-DD.")
    var date: String

    func run() throws {
        for page in try ProgramGuide.manual(date: date).pages {
            let path = "\(directory)/\(page.file)"
            guard FileManager.default.createFile(atPath: path, contents: Data(page.text.utf8)) else {
                throw SettingsError("cannot write \(path)")
            }
        }
    }
}
