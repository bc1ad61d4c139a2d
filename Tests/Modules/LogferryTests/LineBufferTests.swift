import LogModel
import Logferry
import TestSupport
import Testing

@Suite("The buffer of lines")
struct LineBufferTests {
    private let day = CivilDay(number: 20_000)

    private func buffer(_ change: (inout ShipperSettings) -> Void = { _ in }) -> LineBuffer {
        var settings = ShipperSettings(serverURL: "http://s", clientToken: Secret("t"))
        change(&settings)
        return LineBuffer(LineBuffer.Limits(settings))
    }

    private func line(_ number: Int, _ size: Int = 20) -> [UInt8] {
        let text = "{\"n\":\(number)"
        return Array((text + String(repeating: " ", count: max(0, size - 1 - text.utf8.count)) + "}").utf8)
    }

    private func texts(_ run: LineRun?) -> [String] {
        (run?.body ?? []).split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a run is due when its first line is old enough, however many follow")
    func age() {
        var buffer = buffer { $0.maxAge = .seconds(1) }
        for tenth in 0..<9 {
            _ = buffer.append(line(tenth), day: day) { .milliseconds(100 * tenth) }
            #expect(buffer.takeDue(now: .milliseconds(100 * tenth))?.id == nil)
        }
        #expect(buffer.nextDue == .seconds(1))
        #expect(buffer.takeDue(now: .seconds(1))?.lines == 9)
    }

    @Test("a run is due when it has enough lines or bytes")
    func fullness() {
        var byCount = buffer { $0.batchLines = 3 }
        for number in 0..<4 { _ = byCount.append(line(number), day: day) { .zero } }
        #expect(byCount.takeDue(now: .zero)?.lines == 3)
        #expect(byCount.takeDue(now: .zero)?.id == nil)
        var byBytes = buffer { $0.batchBytes = 100 }
        for number in 0..<6 { _ = byBytes.append(line(number, 39), day: day) { .zero } }
        #expect(byBytes.takeDue(now: .zero)?.bytes == 80)
    }

    @Test("lines of each day stand in runs of their own")
    func days() {
        var buffer = buffer()
        for number in 0..<10 { _ = buffer.append(line(number), day: number % 2 == 0 ? day : day.next) { .zero } }
        let mark = buffer.closeRuns()
        #expect(mark == 2)
        let first = buffer.takeDue(now: .zero)
        let second = buffer.takeDue(now: .zero)
        #expect(first?.day == day && first?.lines == 5)
        #expect(second?.day == day.next && second?.lines == 5)
    }

    @Test("when it is full the oldest lines give way, and are counted")
    func dropOldest() {
        var buffer = buffer { $0.maxLines = 5 }
        for number in 0..<8 { _ = buffer.append(line(number), day: day) { .zero } }
        #expect(buffer.takeUnreportedDrops() == [.bufferFull: 3])
        _ = buffer.closeRuns()
        #expect(texts(buffer.takeDue(now: .zero)).first?.hasPrefix("{\"n\":3") == true)
        #expect(buffer.lines == 5 && buffer.accepted == 8)
    }

    @Test("what is being sent does not give way")
    func inFlight() {
        var buffer = buffer { $0.maxLines = 2 }
        _ = buffer.append(line(0), day: day) { .zero }
        _ = buffer.append(line(1), day: day) { .zero }
        _ = buffer.closeRuns()
        let run = buffer.takeDue(now: .zero)
        #expect(buffer.append(line(2), day: day) { .zero } == .dropped(.bufferFull, wakes: true))
        buffer.release(lines: run?.lines ?? 0, bytes: run?.bytes ?? 0)
        #expect(buffer.append(line(3), day: day) { .zero } == .accepted(wakes: true))
    }

    @Test("with the other policies the new line is dropped, or the caller told to wait")
    func otherPolicies() {
        var newest = buffer { ($0.maxLines, $0.whenFull) = (1, .dropNewest) }
        _ = newest.append(line(0), day: day) { .zero }
        #expect(newest.append(line(1), day: day, canWait: true) { .zero } == .dropped(.bufferFull, wakes: true))
        var waiting = buffer { ($0.maxLines, $0.whenFull) = (1, .wait) }
        _ = waiting.append(line(0), day: day) { .zero }
        #expect(waiting.append(line(1), day: day, canWait: true) { .zero } == .full)
        #expect(waiting.accepted == 1)
        #expect(waiting.append(line(1), day: day) { .zero } == .dropped(.bufferFull, wakes: true))
    }

    @Test("the sender is told of the first lost line, and of no other before it has taken the count")
    func quietDrops() {
        for policy in [OverflowPolicy.dropOldest, .dropNewest] {
            var buffer = buffer { ($0.maxLines, $0.whenFull) = (2, policy) }
            for number in 0..<2 { _ = buffer.append(line(number), day: day) { .zero } }
            for lost in [3, 1] {
                let wakes = (0..<lost).map { number in
                    switch buffer.append(line(number), day: day, now: { .zero }) {
                    case .accepted(let wakes), .dropped(_, let wakes): wakes
                    case .full: false
                    }
                }
                #expect(wakes == [true] + Array(repeating: false, count: lost - 1))
                #expect(buffer.takeUnreportedDrops() == [.bufferFull: lost])
            }
        }
    }

    @Test("a full run is taken before an open one that began earlier, and the others keep their order")
    func overtaking() {
        var buffer = buffer { $0.batchLines = 2 }
        let days = (0..<5).map { CivilDay(number: 20_000 + $0) }
        for day in [days[0], days[1], days[2], days[2], days[3], days[4], days[4], days[3]] {
            _ = buffer.append(line(0), day: day) { .zero }
        }
        #expect(buffer.nextDue == .zero)
        #expect((0..<3).map { _ in buffer.takeDue(now: .zero)?.day } == [days[2], days[3], days[4]])
        #expect(buffer.takeDue(now: .zero)?.id == nil && buffer.nextDue == .seconds(1) && buffer.firstRun == 0)
        _ = buffer.append(line(1), day: days[0]) { .seconds(5) }
        #expect(buffer.takeDue(now: .zero)?.lines == 2)
        #expect(buffer.takeDue(now: .seconds(1))?.day == days[1])
        #expect(buffer.takeDue(now: .seconds(9))?.id == nil && buffer.nextDue == nil)
    }

    @Test("what is left of a run that lost its oldest lines is whole", arguments: [1, 3, 100])
    func eatenRuns(_ batchLines: Int) {
        var buffer = buffer { ($0.maxLines, $0.batchLines) = (90, batchLines) }
        for number in 0..<1000 { _ = buffer.append(line(number, 12 + number % 40), day: day) { .zero } }
        _ = buffer.closeRuns()
        var found: [String] = []
        var bytes = 0
        while let run = buffer.takeDue(now: .zero) {
            #expect(run.lines == texts(run).count && run.bytes == run.body.count)
            found += texts(run)
            bytes += run.bytes
        }
        #expect(found == (910..<1000).map { String(decoding: line($0, 12 + $0 % 40), as: UTF8.self) })
        #expect(buffer.lines == 90 && buffer.bytes == bytes)
    }

    @Test("a line that is too long, and one after the end, are counted", arguments: [1, 2])
    func refusals(_ seed: Int) {
        var buffer = buffer { $0.maxLineBytes = 100 }
        #expect(buffer.append(line(0, 100), day: day) { .zero } == .dropped(.lineTooLong, wakes: true))
        #expect(buffer.append(line(0, 99), day: day) { .zero } == .accepted(wakes: true))
        buffer.closeForGood()
        #expect(buffer.append(line(1), day: day) { .zero } == .dropped(.closed, wakes: false))
        #expect(buffer.takeUnreportedDrops() == [.lineTooLong: 1, .closed: 1])
    }

    @Test("nothing is lost uncounted and no bound is broken, whatever happens", arguments: 0..<60)
    func property(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let policies: [OverflowPolicy] = [.dropOldest, .dropNewest, .wait]
        let policy = policies[Int(seed % 3)]
        var buffer = buffer {
            $0.maxLines = 40
            $0.maxLineBytes = 120
            $0.maxBytes = 1500
            $0.batchLines = 7
            $0.batchBytes = 300
            $0.whenFull = policy
        }
        var now = Duration.zero
        var taken: [LineRun] = []
        var out = 0
        var dropped = 0
        var lastOfDay: [CivilDay: Int] = [:]
        for number in 0..<600 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: now += .milliseconds(Int.random(in: 0..<2000, using: &random))
            case 1: if let run = taken.popLast() { buffer.release(lines: run.lines, bytes: run.bytes) }
            case 2:
                while let run = buffer.takeDue(now: now) {
                    #expect(run.bytes <= 300 && run.lines <= 7 && run.body.count == run.bytes)
                    for text in texts(run) {
                        let n = Int(text.dropFirst(5).prefix { $0.isNumber }) ?? -1
                        #expect(n > lastOfDay[run.day] ?? -1)
                        lastOfDay[run.day] = n
                    }
                    out += run.lines
                    taken.append(run)
                }
            case 3: _ = buffer.closeRuns()
            default:
                let day = CivilDay(number: Int64.random(in: 0..<3, using: &random))
                let size = Int.random(in: 12..<140, using: &random)
                _ = buffer.append(line(number, size), day: day) { now }
            }
            #expect(buffer.lines <= 40 && buffer.bytes <= 1500)
            dropped += buffer.takeUnreportedDrops().values.reduce(0, +)
            let inFlight = taken.reduce(0) { $0 + $1.lines }
            #expect(buffer.accepted == dropped + (out - inFlight) + buffer.lines)
        }
    }
}
