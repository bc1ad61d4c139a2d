import LogCursor
import LogModel

/// Where a page ended, in a form that callers hand back as they got it.
///
/// It holds the position of the last row looked at and a digest of the question, so that it cannot be taken for the
/// cursor of another question. 50 bytes in hexadecimal digits: version, time, generation, offset, digest of the
/// question, digest of all before.
struct PageCursor {
    let position: RecordPosition

    func text(for question: UInt64) -> String {
        var bytes: [UInt8] = [1]
        for number in [
            UInt64(bitPattern: position.timestamp), UInt64(bitPattern: position.generation.number),
            UInt64(bitPattern: position.offset), question,
        ] {
            bytes += bigEndian(number)
        }
        bytes += bigEndian(StreamDigest.value(of: bytes.span))
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    init(position: RecordPosition) {
        self.position = position
    }

    /// Reads a cursor of a question; `nil` when it is none of ours or of another question.
    init?(_ text: String, for question: UInt64) {
        let digits = Array(text.utf8)
        guard digits.count == 82 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = PageCursor.value(digits[index]), let low = PageCursor.value(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        func number(_ index: Int) -> UInt64 { bytes[index..<index + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        guard bytes[0] == 1, number(25) == question,
            number(33) == StreamDigest.value(of: bytes.span.extracting(0..<33))
        else { return nil }
        position = RecordPosition(
            timestamp: Int64(bitPattern: number(1)), generation: GenerationID(Int64(bitPattern: number(9))),
            offset: Int64(bitPattern: number(17)))
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}

private func bigEndian(_ number: UInt64) -> [UInt8] {
    stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
}
