import CommandGuide
import Testing

/// What can stand where the cursor of a command line is.
@Suite("Completion")
struct CompletionTests {
    private let completion: Completion

    init() throws {
        completion = Completion(
            try CommandTree(json: tree),
            settings: [
                GuideSetting(
                    name: "log.format", flag: "--log-format", environmentName: "LOGFERRY_LOG_FORMAT", takesFile: false,
                    summary: "text or json", fallback: nil, values: ["text", "json"]),
                GuideSetting(
                    name: "data.dir", flag: "--data-dir", environmentName: "LOGFERRY_DATA_DIR", takesFile: false,
                    summary: "folder", fallback: nil, place: .folder),
                GuideSetting(
                    name: "admin.key", flag: nil, environmentName: "LOGFERRY_ADMIN_KEY", takesFile: true,
                    summary: "key", fallback: nil),
            ], values: ["order": ["desc", "asc"]])
    }

    @Test(
        "U17: a word that names nothing is found, with what could stand there",
        arguments: [
            ("lok", .command, "lok", "look", []), ("look --levl warn", .option, "--levl", "--level", ["look"]),
            ("look --level warn --ap=x", .option, "--ap", "--app", ["look"]),
            ("take --log-fromat json f", .option, "--log-fromat", "--log-format", ["take"]),
        ] as [(String, MistypedWord.Kind, String, String, [String])])
    func mistyped(_ line: String, _ kind: MistypedWord.Kind, _ word: String, _ near: String, _ path: [String]) throws {
        let words = line.split(separator: " ").map(String.init)
        let found = try #require(MistypedWord(words, in: try CommandTree(json: tree), flags: ["--log-format"]))
        #expect(found.kind == kind && found.word == word && found.path == path && found.known.contains(near))
    }

    @Test(
        "U17: values, known words and what stands behind -- are no mistyped words",
        arguments: [
            "look --level --weird -l lok --log-format x", "take file other", "take -- --unknown", "look --help", "-q",
            "--log-format=x look --app lok",
        ])
    func wellTyped(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        #expect(MistypedWord(words, in: try CommandTree(json: tree), flags: ["--log-format"]) == nil)
    }

    @Test(
        "T37: words follow from what is typed",
        arguments: [
            ("logferry ", ["look", "take", "help"]),
            ("logferry lo", ["look"]),
            ("logferry help t", ["take"]),
            ("logferry look --le", ["--level"]),
            ("logferry look --level ", ["info", "warn"]),
            ("logferry look --level=w", ["--level=warn"]),
            ("logferry look --order d", ["desc"]),
            ("logferry look --level warn --le", []),
            ("logferry look --tag a --ta", ["--tag"]),
            ("logferry look -l warn --le", []),
            ("logferry look --log-f", ["--log-format"]),
            ("logferry --log-format json look --log-f", []),
            ("logferry look --log-format=", ["--log-format=text", "--log-format=json"]),
            ("logferry --log-format json look --level i", ["info"]),
            ("logferry look --admin", []),
            ("logferry look --hidden", []),
            ("logferry look -- --le", []),
            ("/usr/bin/logferry lo", ["look"]),
            ("A=1 /usr/bin/logferry lo", ["look"]),
            ("lf lo", ["look"]),
            ("logferry 'look' --level \"wa", ["warn"]),
        ])
    func words(_ line: String, _ expected: [String]) {
        guard case .words(let words) = completion.answer(TypedLine(line)) else {
            Issue.record("\(line) gives no words")
            return
        }
        #expect(words.map(\.text) == expected)
    }

    @Test("T37: files, folders and apps are left to those who know them")
    func places() {
        #expect(completion.answer(TypedLine("logferry take a ")) == .files)
        #expect(completion.answer(TypedLine("logferry --config ")) == .files)
        #expect(completion.answer(TypedLine("logferry look --data-dir=/et")) == .folders)
        #expect(completion.answer(TypedLine("logferry look --app s")) == .apps(prefix: ""))
        #expect(completion.answer(TypedLine("logferry look --app=s")) == .apps(prefix: "--app="))
    }

    @Test("T37: a shell that splits words at = or : gets what follows them")
    func breaks() {
        let line = TypedLine("logferry look --level=w", breaks: " \t\n\"'@><=;|&(:")
        #expect(line.leftBehind == "--level=")
        let answer = completion.answer(line)
        #expect(answer.lines(leftBehind: line.leftBehind, hasSummaries: false) == ["warn"])
    }

    @Test("T37: a word with a newline is no line of its own for the shell")
    func newline() {
        let answer = Completion.Answer.words([.init("a\nb"), .init("c", "means c")])
        #expect(answer.lines(leftBehind: "", hasSummaries: true) == ["c\tmeans c"])
    }
}

/// The manual.
@Suite("Manual")
struct ManualTests {
    @Test("T37: each command has a page, what is special in roff is written out, and examples stand as they are")
    func pages() throws {
        let manual = Manual(
            try CommandTree(json: tree), settings: [], statuses: [.init(78, "Wrong.")], version: "logferry 1",
            date: "2026-01-02")
        let pages = Dictionary(uniqueKeysWithValues: manual.pages.map { ($0.file, $0.text) })
        #expect(pages.keys.sorted() == ["logferry-look.1", "logferry-take.1", "logferry.1"])
        let look = try #require(pages["logferry-look.1"])
        #expect(look.hasPrefix(".TH \"LOGFERRY\\-LOOK\" \"1\" \"2026-01-02\" \"logferry 1\" \"Logferry manual\"\n"))
        #expect(look.contains("\n\\&.dots and \\(aqquotes\\(aq, back\\eslashes and \\[u2026]\n"))
        #expect(look.contains("\n.SH \"EXAMPLES\"\n.nf\nlogferry look \\-\\-level warn\n.fi\n"))
        #expect(look.contains("\\fB\\-\\-level\\fR, \\fB\\-l\\fR \\fIlevel\\fR\n"))
        #expect(!look.contains("hidden"))
        #expect(try #require(pages["logferry.1"]).contains("\\fB78\\fR\nWrong.\n"))
    }
}

private let tree = """
    {"serializationVersion":0,"command":{"commandName":"logferry","abstract":"Carries lines.","subcommands":[
      {"commandName":"look","abstract":"Look at records.",
       "discussion":".dots and 'quotes', back\\\\slashes and …\\n\\nEXAMPLES\\n  logferry look --level warn",
       "arguments":[
        {"kind":"option","isOptional":true,"isRepeating":false,"valueName":"level","abstract":"The level.",
         "names":[{"kind":"short","name":"l"},{"kind":"long","name":"level"}],
         "completionKind":{"list":{"values":["info","warn"]}}},
        {"kind":"option","isOptional":true,"isRepeating":false,"valueName":"order",
         "names":[{"kind":"long","name":"order"}]},
        {"kind":"option","isOptional":true,"isRepeating":true,"valueName":"tag",
         "names":[{"kind":"long","name":"tag"}]},
        {"kind":"option","isOptional":false,"isRepeating":false,"valueName":"app",
         "names":[{"kind":"long","name":"app"}]},
        {"kind":"flag","isOptional":true,"isRepeating":false,"shouldDisplay":false,
         "names":[{"kind":"long","name":"hidden"}]}]},
      {"commandName":"take","abstract":"Take files.","arguments":[
        {"kind":"positional","isOptional":false,"isRepeating":true,"valueName":"files",
         "completionKind":{"file":{"extensions":[]}}}]},
      {"commandName":"help","abstract":"Show subcommand help information."},
      {"commandName":"secret","shouldDisplay":false}]}}
    """
