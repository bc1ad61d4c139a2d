import Foundation
import Glibc
import ServerRig
import Testing

/// An application with the SDK that may be killed and started again, and what it noted of its lives.
final class WriterUnderTest {
    let name: String
    private let token: String
    private let hasSpool: Bool
    private let clockOffset: Int64
    private var program: RunningProgram?
    private var notes: [String] = []
    private var starts: [Int] = []

    init(name: String, token: String, hasSpool: Bool, clockOffset: Int64) {
        self.name = name
        self.token = token
        self.hasSpool = hasSpool
        self.clockOffset = clockOffset
    }

    var lives: Int { notes.count }
    var failures: Int { facts.count { $0.hasPrefix("failed") } }
    var hasSegments: Bool { facts.contains("segments") }
    var dropped: Int { numbers("dropped", 1).reduce(0, +) }
    /// Lines that were handed in and not yet on the disk when the process was killed.
    private(set) var lostAtKills = 0

    private var facts: [String] { (0..<notes.count).flatMap(facts(of:)) }

    private func facts(of life: Int) -> [String] {
        let text = (try? String(contentsOfFile: notes[life], encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// The numbers at one place of all facts of a kind.
    private func numbers(_ kind: String, _ place: Int, of facts: [String]? = nil) -> [Int] {
        (facts ?? self.facts).compactMap { fact in
            let words = fact.split(separator: " ")
            return words.first.map(String.init) == kind && words.count > place ? Int(words[place]) : nil
        }
    }

    /// Starts a life behind all numbers of the one before.
    func start(at scene: FlappingScene, seconds: Int) throws {
        let first = notes.isEmpty ? 0 : numbers("reserved", 1).max() ?? starts.last ?? 0
        let path = "\(scene.site.folder)/notes-\(name)-\(notes.count)"
        notes.append(path)
        starts.append(first)
        program = try RunningProgram(
            [
                scene.site.api(""), token, name, String(first), String(seconds), path,
                hasSpool ? "\(scene.site.folder)/spool-\(name)" : "-", String(clockOffset),
            ], folder: scene.site.folder + "/logs", program: RunningProgram.beside("SdkWriter"))
    }

    /// Ends a life without warning and begins the next.
    func kill(andRestartAt scene: FlappingScene, seconds: Int) async throws {
        program?.signal(SIGKILL)
        _ = try await program?.wait()
        try start(at: scene, seconds: seconds)
    }

    /// Waits for the graceful end of the last life.
    func waitForEnd() async throws {
        let code = try await program?.wait(for: .seconds(150))
        #expect(code == 0, "\(name): \(program?.errorText.suffix(2000) ?? "")")
    }

    /// Compares what was noted with what was stored.
    func check(_ found: [StoredLine]) {
        let stored = Set(found.map(\.number))
        #expect(stored.count == found.count, "\(name): \(found.count - stored.count) lines are stored twice")
        for life in notes.indices {
            let facts = facts(of: life)
            let next = life + 1 < starts.count ? starts[life + 1] : .max
            let mine = stored.filter { ($0 >= starts[life]) && $0 < next }
            if life == notes.count - 1 {
                checkEnd(facts, stored: mine.count)
            } else {
                // All that was kept is there, and behind it nothing with a gap.
                let kept = numbers("kept", 1, of: facts).reduce(0, +)
                let dropped = numbers("dropped", 1, of: facts).reduce(0, +)
                #expect(mine.count + dropped >= kept, "\(name), life \(life): \(mine.count) of \(kept) kept are stored")
                if dropped == 0, let last = mine.max() {
                    #expect(last - starts[life] + 1 == mine.count, "\(name), life \(life): there are gaps")
                }
                lostAtKills += (numbers("reserved", 1, of: facts).max() ?? starts[life]) - starts[life] - mine.count
            }
        }
    }

    private func checkEnd(_ facts: [String], stored: Int) {
        guard let words = facts.last?.split(separator: " "), words.first == "end", words.count == 7 else {
            Issue.record("\(name) did not end as it should: \(facts.last ?? "no notes")")
            return
        }
        let figures = words.dropFirst().compactMap { Int($0) }
        let (accepted, restored, delivered) = (figures[1], figures[2], figures[3])
        let (dropped, pending) = (figures[4], figures[5])
        #expect(accepted + restored == delivered + dropped + pending, "\(name): \(facts.last ?? "")")
        #expect(pending == 0, "\(name): \(pending) lines are left")
        #expect(accepted == stored + dropped, "\(name): \(accepted) accepted, \(stored) stored, \(dropped) dropped")
    }
}

/// A stored line of a writer.
struct StoredLine {
    let writer: String
    let number: Int
    let object: String
    let offset: Int
    /// The day of its time.
    let day: String
    let file: File

    /// The parts of an object's name.
    struct File {
        let prefix: String
        let day: String
        let index: Int
        let isSegment: Bool

        init?(_ name: String) {
            guard let match = name.wholeMatch(of: /(.+)-(\d{4}-\d\d-\d\d)(?:-(s?)(\d+))?\.ndjson/) else { return nil }
            prefix = String(match.1)
            day = String(match.2)
            isSegment = match.3 == "s"
            index = match.4.flatMap { Int($0) } ?? 1
        }
    }

    /// All stored lines of an app.
    static func all(of app: Application, at site: Site) async throws -> [StoredLine] {
        var lines: [StoredLine] = []
        var cursor: String?
        repeat {
            let page = cursor.map { "&cursor=\($0)" } ?? ""
            let answer = try await site.call(
                "GET", site.api("/v1/logs?app=\(app.id)&limit=1000\(page)"), try site.secret("admin.key"))
            guard answer.status == 200, let items = answer.json["items"] as? [[String: Any]] else {
                throw HarnessError("logs answered \(answer.status): \(answer.text)")
            }
            for item in items {
                guard let record = item["record"] as? [String: Any], let writer = record["writer"] as? String,
                    let number = record["n"] as? Int, let object = item["object"] as? String,
                    let offset = item["offset"] as? Int, let time = item["timestamp"] as? String,
                    let file = File(object)
                else { throw HarnessError("not a writer's line: \(item)") }
                lines.append(
                    StoredLine(
                        writer: writer, number: number, object: object, offset: offset, day: String(time.prefix(10)),
                        file: file))
            }
            cursor = answer.json["nextCursor"] as? String
        } while cursor != nil
        return lines
    }
}
