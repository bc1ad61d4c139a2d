import Foundation
import Testing

/// An application that goes on logging and asking while the processes around it are killed.
struct CrashTraffic: Sendable {
    /// What it met.
    struct Figures: Sendable {
        var inits = 0
        var appends = 0
        var questions = 0
        /// Requests without an answer, or with one that is no success.
        var failures = 0
        /// How many bytes of the lines are in the file.
        var written = 0
        /// How many lines were seen by questions, in their order.
        var seen = 0
    }

    /// As it registered with the API.
    let app: Application
    /// As it writes into the file store.
    let writer: Application
    let running: RunningSwitch
    let seed: UInt64

    /// The numbered line; each is a millisecond later than the one before.
    static func line(_ number: Int) -> [UInt8] {
        func digits(_ value: Int, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - String(value).count)) + String(value)
        }
        let (second, millisecond) = (number / 1000, digits(number % 1000, 3))
        let time = "\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
        let text = String(repeating: "é", count: number % 7 == 0 ? 200 : number % 30)
        return Array(
            #"{"timestamp":"2026-11-20T\#(time).\#(millisecond)Z","level":"info","n":\#(number),"text":"\#(text)"}"#
                .utf8) + [0x0A]
    }

    /// Inits and appends until it is told to stop, then writes its last line to the end.
    func write() async throws -> Figures {
        var figures = Figures()
        var dice = Dice(seed: seed)
        var lines = 0
        var made: [UInt8] = []
        var taken = 0
        var door = try await initialise(&figures)
        let file = door.file("2026-11-20")
        while await running.isOn || taken < made.count {
            let isLast = await !running.isOn
            let piece = isLast ? made.count - taken : 1 + dice.roll(1400)
            while !isLast, made.count - taken < piece {
                made += CrashTraffic.line(lines)
                lines += 1
            }
            let end = taken + piece
            let answer = try? await writer.append(made[taken..<end], to: file, with: door.token)
            figures.appends += 1
            if answer?.status == 200 {
                taken = end
            } else {
                figures.failures += 1
                let size = try await committedSize(of: file) - figures.written
                // An append is there as a whole or not at all, and what was acknowledged stays.
                #expect(size == taken || size == end, "\(size) bytes are there; \(taken) acknowledged, \(end) sent")
                taken = size
                door = try await initialise(&figures)
            }
            if dice.roll(60) == 0 { door = try await initialise(&figures) }
            if taken > 1 << 16, !isLast {
                made.removeFirst(taken)
                figures.written += taken
                taken = 0
            }
            try await Task.sleep(for: .milliseconds(5 + dice.roll(30)))
        }
        figures.written += taken
        return figures
    }

    /// Reads the lines in the order of their time until it is told to stop: each number once and none left out.
    func ask() async throws -> Figures {
        var figures = Figures()
        var count = 0
        while await running.isOn {
            try await Task.sleep(for: .milliseconds(40))
            figures.questions += 1
            let time = try next(figures.seen)
            let page = try? await app.site.call(
                "GET", app.site.api("/v1/logs?app=\(app.name)&order=asc&limit=500&from=\(time)"), admin)
            let total = try? await app.site.call("GET", app.site.api("/v1/logs/count?app=\(app.name)"), admin)
            guard let page, page.status == 200, let total, total.status == 200 else {
                figures.failures += 1
                continue
            }
            let numbers = (page.json["items"] as? [[String: Any]] ?? []).compactMap {
                ($0["record"] as? [String: Any])?["n"] as? Int
            }
            #expect(numbers == Array(figures.seen..<figures.seen + numbers.count), "\(app.name)")
            figures.seen += numbers.count
            let now = total.json["count"] as? Int ?? -1
            #expect(now >= count && now >= figures.seen, "\(now) lines after \(count), \(figures.seen) seen")
            count = now
        }
        return figures
    }

    private var admin: String { get throws { try app.site.secret("admin.key") } }

    /// The time of a line.
    private func next(_ number: Int) throws -> String {
        let line = String(decoding: CrashTraffic.line(number), as: UTF8.self)
        guard let time = line.firstMatch(of: /"timestamp":"([^"]+)"/)?.1 else { throw HarnessError(line) }
        return String(time)
    }

    /// Asks for a door until there is one.
    private func initialise(_ figures: inout Figures) async throws -> Application.Door {
        let end = ContinuousClock.now.advanced(by: .seconds(120))
        while true {
            figures.inits += 1
            do {
                return try await app.initialise(#"{"instanceId":"crash"}"#)
            } catch {
                figures.failures += 1
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func committedSize(of file: String) async throws -> Int {
        let end = ContinuousClock.now.advanced(by: .seconds(120))
        while true {
            do {
                return try await writer.committedSize(of: file)
            } catch {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}

/// Tells many tasks when to stop.
actor RunningSwitch {
    private(set) var isOn = true
    func turnOff() { isOn = false }
}
