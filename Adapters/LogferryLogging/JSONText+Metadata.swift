import LogModel
import Logferry
import Logging

extension JSONText {
    /// Appends one member of metadata.
    mutating func append(_ key: String, _ value: Logger.Metadata.Value, isFirst: inout Bool, depth: Int = 2) {
        if !isFirst { append(",") }
        isFirst = false
        append(string: key)
        append(":")
        append(value, depth: depth)
    }

    /// Appends a value that stands in `depth` containers.
    private mutating func append(_ value: Logger.Metadata.Value, depth: Int) {
        switch value {
        case .string(let text): append(string: text)
        case .stringConvertible(let value): append(convertible: value)
        case .array, .dictionary:
            guard depth < JSONLineEncoder.depthLimit else { return append(string: "[nested too deep]") }
            append(container: value, depth: depth)
        }
    }

    /// Appends a number or a flag as what it is, so that it can be compared in queries, and anything else as its text.
    private mutating func append(convertible value: any CustomStringConvertible) {
        switch value {
        case let number as Int: append(integer: Int64(number))
        case let number as Double: append(number: number)
        case let flag as Bool: append(boolean: flag)
        case let number as UInt64: append(digits: number)
        case let number as Int64: append(integer: number)
        case let number as UInt: append(digits: UInt64(number))
        case let number as Int32: append(integer: Int64(number))
        case let number as UInt32: append(digits: UInt64(number))
        case let number as Float: append(number: number)
        default: append(string: value.description)
        }
    }

    private mutating func append(container: Logger.Metadata.Value, depth: Int) {
        switch container {
        case .array(let values):
            append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(",") }
                append(value, depth: depth + 1)
            }
            append("]")
        case .dictionary(let members):
            append("{")
            var isFirst = true
            for (key, value) in members { append(key, value, isFirst: &isFirst, depth: depth + 1) }
            append("}")
        case .string, .stringConvertible: append(container, depth: depth)
        }
    }

    /// Appends RFC 3339 in UTC with six digits of a second, without a string in between.
    mutating func append(timestamp: Timestamp) {
        let day = CivilDay(of: timestamp)
        let (year, month, dayOfMonth) = day.parts
        // Not the distance to the day's start, which lies before the first moment on the first day.
        let length: Int64 = 86_400_000_000_000
        let remainder = timestamp.nanoseconds % length
        let microseconds = Int(remainder < 0 ? remainder + length : remainder) / 1000
        let seconds = microseconds / 1_000_000
        let fraction = microseconds % 1_000_000
        bytes.append(addingCapacity: 27) { text in
            text.append(pair: year / 100)
            text.append(pair: year % 100)
            text.append(UInt8(ascii: "-"))
            text.append(pair: month)
            text.append(UInt8(ascii: "-"))
            text.append(pair: dayOfMonth)
            text.append(UInt8(ascii: "T"))
            text.append(pair: seconds / 3600)
            text.append(UInt8(ascii: ":"))
            text.append(pair: seconds / 60 % 60)
            text.append(UInt8(ascii: ":"))
            text.append(pair: seconds % 60)
            text.append(UInt8(ascii: "."))
            text.append(pair: fraction / 10_000)
            text.append(pair: fraction / 100 % 100)
            text.append(pair: fraction % 100)
            text.append(UInt8(ascii: "Z"))
        }
    }
}

extension OutputSpan<UInt8> {
    /// Appends two decimal digits.
    @inline(__always)
    fileprivate mutating func append(pair value: Int) {
        append(0x30 + UInt8(truncatingIfNeeded: value / 10))
        append(0x30 + UInt8(truncatingIfNeeded: value % 10))
    }
}
