import LogModel
import Logging
import SdkClient

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
        case .stringConvertible(let value): append(string: value.description)
        case .array, .dictionary:
            guard depth < JSONLineEncoder.depthLimit else { return append(string: "[nested too deep]") }
            append(container: value, depth: depth)
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
        let microseconds = (timestamp.nanoseconds - day.start.nanoseconds) / 1000
        let seconds = Int(microseconds / 1_000_000)
        append(digits: year, 4)
        append("-")
        append(digits: month, 2)
        append("-")
        append(digits: dayOfMonth, 2)
        append("T")
        append(digits: seconds / 3600, 2)
        append(":")
        append(digits: seconds / 60 % 60, 2)
        append(":")
        append(digits: seconds % 60, 2)
        append(".")
        append(digits: Int(microseconds % 1_000_000), 6)
        append("Z")
    }

    private mutating func append(digits value: Int, _ width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
