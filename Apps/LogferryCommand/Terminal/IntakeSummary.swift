import AppRegistry
import Composition
import LogCursor
import LogIngestion
import LogModel

/// What came of taking files in, for people, for programs and as an exit status.
struct IntakeSummary {
    private let outcomes: [FileIntake.Outcome]
    private let reports: [IntakeReport]

    init(_ outcomes: [FileIntake.Outcome]) {
        self.outcomes = outcomes
        reports = outcomes.compactMap(\.report)
    }

    private func sum(_ figure: (IntakeReport) -> Int64) -> Int64 { reports.reduce(0) { $0 + figure($1) } }

    /// How many records were stored.
    var records: Int64 { sum(\.records) }

    /// What the command ends with: what will never succeed counts before what may succeed later.
    var status: ExitStatus {
        let found = outcomes.map { outcome in
            if let failure = outcome.failure { return ExitStatus.judged(failure).status }
            return outcome.report?.isRefused == true ? .dataError : .success
        }
        return [.configuration, .failure, .dataError, .tryAgain].first { found.contains($0) } ?? .success
    }

    /// How many files were taken, now or before.
    private var files: Int { reports.count { $0.bytes > 0 || $0.failure == nil && !$0.isRefused } }

    /// One JSON object.
    var json: [UInt8] {
        let text = JSONText { text in
            text.add("files", Int64(files))
            text.add("bytes", sum(\.bytes))
            text.add("records", records)
            text.add("recordsWithoutTime", sum(\.untimed))
            text.add("rejects", sum(\.rejects))
            text.add("waitingBytes", sum(\.waitingBytes))
            text.add("takenBefore", Int64(reports.count(where: \.wasTakenBefore)))
            text.add("refused", list: outcomes.filter { $0.report?.isRefused == true && $0.failure == nil }) {
                item, outcome in
                item.add("file", outcome.path)
                item.add("seems", outcome.report?.guess?.rawValue)
            }
            text.add("restarted", list: outcomes.filter { $0.report?.restart != nil }) { item, outcome in
                item.add("file", outcome.path)
                item.add("reason", outcome.report?.restart?.reason.rawValue)
                item.add("previousPosition", outcome.report?.restart?.previousPosition)
            }
            text.add("failed", list: outcomes.filter { $0.failure != nil }) { item, outcome in
                item.add("file", outcome.path)
                item.add("error", words(of: outcome))
            }
        }
        return text.bytes
    }

    /// Says what was taken of all files.
    func say(of app: RegisteredApp) {
        let rejects = sum(\.rejects)
        if files > 0 {
            Terminal.say(
                "\(counted(records, "record")) and \(counted(rejects, "reject")) from "
                    + "\(counted(sum(\.bytes), "byte")) of \(counted(files, "file"))")
        }
        let untimed = sum(\.untimed)
        if untimed > 0 {
            let have = untimed == 1 ? "has" : "have"
            Terminal.say("\(untimed) of the records \(have) the time of receipt: no time was understood in them")
        }
        if rejects > 0 { Terminal.say("see them with: logferry rejects list --app \(shellWord(app.name.text))") }
    }

    /// Says of each file what is more to know than figures.
    func sayOfFiles() {
        for outcome in outcomes {
            let name = outcome.path == "-" ? "standard input" : outcome.path
            if let restart = outcome.report?.restart { Terminal.say("\(name): \(words(of: restart))") }
            if outcome.failure != nil {
                Terminal.complain(names(outcome) ? "\(name): \(words(of: outcome))" : words(of: outcome))
            } else if let report = outcome.report, report.isRefused {
                Terminal.complain("\(name): nothing was taken: \(words(of: report))")
            } else if let report = outcome.report, report.waitingBytes > 0 {
                Terminal.say(
                    "\(name): \(counted(report.waitingBytes, "byte")) "
                        + (report.waitingBytes == 1 ? "waits" : "wait") + ": \(rest(of: report))")
            } else if outcome.report?.wasTakenBefore == true {
                Terminal.say("\(name): nothing is new: all of it was taken before")
            } else if (outcome.report?.size ?? 0) == 0 {
                Terminal.say("\(name) is empty")
            }
        }
    }

    /// What the bytes are that wait.
    private func rest(of report: IntakeReport) -> String {
        report.waitsForBatch
            ? "an unfinished batch that begins at byte \(report.position)"
            : "a last line without its newline that is no whole JSON object yet"
    }

    private func words(of report: IntakeReport) -> String {
        guard report.bytes == 0, let guess = report.guess else { return "no line is a JSON object" }
        return "it seems to be \(guess.words); \(guess.advice)"
    }

    private func words(of restart: IntakeReport.Restart) -> String {
        let taken = "\(counted(restart.previousPosition, "byte")) had been taken"
        let cause =
            switch restart.reason {
            case .truncated: "it is shorter than what was taken of it (\(taken))"
            case .replaced: "another file has taken its place (\(taken) of the one before)"
            case .rewritten, .first: "what was taken of it has changed (\(taken))"
            }
        return "\(cause), so a new generation begins and its lines are taken anew"
    }

    /// Whether the words about a failure need the name in front.
    private func names(_ outcome: FileIntake.Outcome) -> Bool { !(outcome.failure is SourceError) }

    private func words(of outcome: FileIntake.Outcome) -> String {
        // An argument that is not UTF-8 comes with U+FFFD where it is not, which names no file.
        if let error = outcome.failure as? SourceError, error.reason == .gone, outcome.path.contains("\u{FFFD}") {
            return "\(outcome.path): its name is not UTF-8, so that no argument can name it; take it with: "
                + "logferry ingest - --app APP < FILE"
        }
        guard case .otherApp? = outcome.failure as? IntakeFailure else {
            return outcome.failure.map { ExitStatus.judged($0).words.joined(separator: "; ") } ?? ""
        }
        if let app = outcome.otherApp { return "it was taken for the app \(app) before; give a copy of it" }
        return "it was taken for an app that is removed now; it is free when a run of cleanup-logs has removed what "
            + "that app left (at once: logferry work --once), or give a copy of it"
    }
}
