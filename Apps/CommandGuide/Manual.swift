/// The manual of a program: one page for it, one for each of its commands.
public struct Manual: Sendable {
    /// A page in the `man(7)` macros.
    public struct Page: Sendable {
        /// The file's name, such as `logferry-query.1`.
        public let file: String
        /// Its text.
        public let text: String
    }

    /// An exit status.
    public struct Status: Sendable {
        /// The number.
        public let code: Int32
        /// When a command ends with it.
        public let meaning: String

        /// Makes a status.
        public init(_ code: Int32, _ meaning: String) {
            self.code = code
            self.meaning = meaning
        }
    }

    private let tree: CommandTree
    private let settings: [GuideSetting]
    private let statuses: [Status]
    private let version: String
    private let date: String

    /// Makes a manual.
    /// - Parameters:
    ///   - tree: the commands.
    ///   - settings: what can be given as a flag behind each of them.
    ///   - statuses: the exit statuses.
    ///   - version: the program with its version, for the foot of each page.
    ///   - date: the date of the pages, `YYYY-MM-DD`.
    public init(
        _ tree: CommandTree, settings: [GuideSetting], statuses: [Status], version: String, date: String
    ) {
        self.tree = tree
        self.settings = settings
        self.statuses = statuses
        self.version = version
        self.date = date
    }

    /// All pages.
    public var pages: [Page] { [programPage()] + tree.root.subcommands.map(commandPage) }

    // MARK: - Pages

    private func programPage() -> Page {
        let root = tree.root
        var page = start(root.name, root.abstract)
        page.section("SYNOPSIS")
        page.line("\(Roff.bold(root.name)) \(Roff.italic("command")) [\(Roff.italic("options"))]")
        page.section("DESCRIPTION")
        page.line(Roff.escaped(root.abstract))
        let parts = Manual.parts(of: root.discussion)
        if !parts.prose.isEmpty {
            page.macro("PP")
            page.discussion(parts.prose)
        }
        page.section("COMMANDS")
        for command in root.subcommands {
            page.entry(
                "\(Roff.bold(command.name))", Roff.escaped(command.abstract) + " See \(reference(command.name)).")
        }
        page.entry(Roff.bold("help") + " [" + Roff.italic("command") + "]", "Show help.")
        settingsSections(&page)
        statusSection(&page)
        page.discussion(parts.sections)
        page.section("SEE ALSO")
        page.line(root.subcommands.map { reference($0.name) }.joined(separator: ",\n"))
        return Page(file: "\(root.name).1", text: page.text)
    }

    private func commandPage(_ command: CommandTree.Command) -> Page {
        let name = "\(tree.root.name)-\(command.name)"
        var page = start(name, command.abstract)
        page.section("SYNOPSIS")
        let leaves = command.subcommands.isEmpty ? [] : command.subcommands
        if leaves.isEmpty { page.line(synopsis(command, under: [tree.root.name])) }
        for (index, leaf) in leaves.enumerated() {
            if index > 0 { page.macro("br") }
            page.line(synopsis(leaf, under: [tree.root.name, command.name]))
        }
        let parts = Manual.parts(of: command.discussion)
        page.section("DESCRIPTION")
        page.line(Roff.escaped(command.abstract))
        if !parts.prose.isEmpty {
            page.macro("PP")
            page.discussion(parts.prose)
        }
        if leaves.isEmpty {
            arguments(of: command, in: &page, title: "OPTIONS")
        } else {
            page.section("COMMANDS")
        }
        for leaf in leaves {
            page.macro("SS", Roff.literal("\(tree.root.name) \(command.name) \(leaf.name)"))
            page.line(Roff.escaped(leaf.abstract))
            if !leaf.discussion.isEmpty {
                page.macro("PP")
                page.discussion(Manual.parts(of: leaf.discussion).prose)
            }
            arguments(of: leaf, in: &page, title: nil)
        }
        page.section("SETTINGS")
        page.line(
            "Each setting may be given as an option too, such as \(Roff.bold("--data-dir")) \(Roff.italic("value")).")
        page.line("They are listed in \(reference(nil)).")
        page.discussion(parts.sections)
        page.section("SEE ALSO")
        page.line(reference(nil))
        return Page(file: "\(name).1", text: page.text)
    }

    private func start(_ name: String, _ abstract: String) -> Roff {
        var page = Roff()
        page.macro("TH", Roff.literal(name.uppercased()), "1", date, Roff.escaped(version), "Logferry manual")
        page.section("NAME")
        let summary = abstract.hasSuffix(".") ? String(abstract.dropLast()) : abstract
        page.line("\(Roff.literal(name)) \\- \(Roff.escaped(summary.prefix(1).lowercased() + summary.dropFirst()))")
        return page
    }

    /// The name of another page, or of the program's.
    private func reference(_ command: String?) -> String {
        "\\fB\(Roff.literal(command.map { "\(tree.root.name)-\($0)" } ?? tree.root.name))\\fR(1)"
    }

    // MARK: - Sections

    private func synopsis(_ command: CommandTree.Command, under names: [String]) -> String {
        let shown = command.arguments.filter { !["--help", "--version"].contains($0.words.first) }
        let parts = shown.map { argument in
            var text = argument.words.first.map { Roff.bold($0) } ?? ""
            if argument.kind != .flag {
                text += (text.isEmpty ? "" : " ") + Roff.italic(argument.valueName)
            }
            if argument.isRepeating { text += " ..." }
            return argument.isOptional || argument.kind == .flag ? "[\(text)]" : text
        }
        return ([Roff.bold((names + [command.name]).joined(separator: " "))] + parts).joined(separator: "\n")
    }

    private func arguments(of command: CommandTree.Command, in page: inout Roff, title: String?) {
        let shown = command.arguments.filter { title != nil || !["--help", "--version"].contains($0.words.first) }
        guard !shown.isEmpty else { return }
        if let title { page.section(title) }
        for argument in shown {
            var tag = argument.words.map { Roff.bold($0) }.joined(separator: ", ")
            if argument.kind != .flag { tag += (tag.isEmpty ? "" : " ") + Roff.italic(argument.valueName) }
            var words = argument.abstract
            if !argument.values.isEmpty, !argument.values.allSatisfy(words.contains) {
                words += " One of " + argument.values.joined(separator: ", ") + "."
            }
            if let fallback = argument.fallback { words += " Default: \(fallback)." }
            page.entry(tag, Roff.escaped(words))
        }
    }

    private func settingsSections(_ page: inout Roff) {
        page.section("SETTINGS")
        page.line("A flag beats the environment, the environment beats the file, the file beats the default.")
        page.entry(
            Roff.bold("--config") + " " + Roff.italic("file") + ", " + Roff.bold("LOGFERRY_CONFIG"),
            "A JSON file with settings, such as " + Roff.literal("{\"http\": {\"port\": 9000}}") + ".")
        for setting in settings {
            let flag = setting.flag.map { Roff.bold($0) + " " + Roff.italic("value") + ", " } ?? ""
            let variable = Roff.bold(setting.environmentName) + (setting.takesFile ? "[\\fB_FILE\\fR]" : "")
            var words = setting.summary
            if !setting.values.isEmpty, !setting.values.allSatisfy(words.contains) {
                words += " (\(setting.values.joined(separator: ", ")))"
            }
            words += setting.fallback.map { "; default \($0)." } ?? "."
            page.entry(flag + variable, Roff.escaped(words))
        }
        page.macro("PP")
        page.line("A setting without a flag is a secret: arguments can be read by others.")
        page.line("A variable with " + Roff.bold("_FILE") + " names a file that holds the value.")
    }

    private func statusSection(_ page: inout Roff) {
        page.section("EXIT STATUS")
        for status in statuses { page.entry(Roff.bold(String(status.code)), Roff.escaped(status.meaning)) }
    }

    /// Divides a discussion at its first heading: what goes into the description, and sections of their own.
    private static func parts(of discussion: String) -> (prose: String, sections: String) {
        let rows = discussion.split(separator: "\n", omittingEmptySubsequences: false)
        let heading = rows.firstIndex { row in
            row.contains { $0.isLetter } && row.allSatisfy { $0.isUppercase || $0 == " " } && !row.hasPrefix(" ")
        }
        guard let heading else { return (discussion, "") }
        return (rows[..<heading].joined(separator: "\n"), rows[heading...].joined(separator: "\n"))
    }
}
