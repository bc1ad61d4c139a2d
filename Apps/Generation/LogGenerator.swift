import LogModel
import SeededNumbers

/// Log lines such as services write, as many as are wanted: NDJSON that follows from a seed.
///
/// The same seed gives the same bytes on every machine. Each line is a JSON object that begins with its number, `seq`,
/// from 0, so that loss, repetition and disorder can be seen, and has a `timestamp` and a `level`. About half of the
/// lines are requests of a web server, a third events of services with what they were about, the rest figures.
public struct LogGenerator: Sendable {
    /// How many lines there were.
    public private(set) var lines: Int64 = 0

    private var dice: Dice
    private var moment = Timestamp(nanoseconds: 1_789_992_000_000_000_000)

    /// Lines that follow from a seed, the first at noon of 21 September 2026.
    public init(seed: UInt64) {
        dice = Dice(numbers: SplitMix64(seed: seed))
    }

    /// Appends the next line with its newline.
    public mutating func appendLine(to bytes: inout [UInt8]) {
        // Up to 20 milliseconds pass between two lines.
        moment = Timestamp(nanoseconds: moment.nanoseconds + Int64(dice.roll(20_000)) * 1000)
        var line = LineWriter(bytes)
        bytes = []
        line.open()
        line.add("seq", Int(lines))
        line.add("timestamp", written(moment))
        switch dice.roll(20) {
        case 0..<10: WebRequest(&dice).write(to: &line)
        case 10..<17: ServiceEvent(&dice).write(to: &line)
        default: Figures(&dice).write(to: &line)
        }
        line.close()
        line.end()
        bytes = line.bytes
        lines += 1
    }

    /// Gives whole lines in pieces of about a mebibyte, as many as fit into a number of bytes.
    /// - Throws: what `take` throws.
    public mutating func lines(upTo limit: Int64, _ take: ([UInt8]) throws -> Void) rethrows {
        var left = limit
        var piece: [UInt8] = []
        var line: [UInt8] = []
        while true {
            line.removeAll(keepingCapacity: true)
            appendLine(to: &line)
            guard Int64(line.count) <= left else { break }
            left -= Int64(line.count)
            piece += line
            guard piece.count >= 1 << 20 else { continue }
            try take(piece)
            piece.removeAll(keepingCapacity: true)
        }
        if !piece.isEmpty { try take(piece) }
    }

    /// Most services write milliseconds, some microseconds, and some the whole second.
    private mutating func written(_ moment: Timestamp) -> String {
        let unit: Int64 = [1000, 1_000_000, 1_000_000, 1_000_000, 1_000_000_000][dice.roll(5)]
        return Timestamp(nanoseconds: moment.nanoseconds / unit * unit).rfc3339
    }
}

/// Decisions that follow from a seed.
struct Dice: Sendable {
    private var numbers: SplitMix64

    init(numbers: SplitMix64) { self.numbers = numbers }

    /// A number from 0 to below `sides`.
    mutating func roll(_ sides: Int) -> Int { Int(numbers.next() % UInt64(sides)) }

    /// One of several, each as likely as the others.
    mutating func pick<Element>(_ list: [Element]) -> Element { list[roll(list.count)] }

    /// So many hexadecimal digits.
    mutating func digits(_ count: Int) -> String {
        var text = ""
        while text.count < count {
            let part = String(numbers.next(), radix: 16)
            text += String(repeating: "0", count: 16 - part.count) + part
        }
        return String(text.prefix(count))
    }
}
