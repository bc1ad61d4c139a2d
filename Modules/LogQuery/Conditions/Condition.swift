public import LogModel

/// What must hold of one member of a line.
public struct Condition: Sendable, Hashable {
    /// The names of members from the outermost to the innermost; in an array, the index of an element from 0.
    public let path: [String]
    /// What is asked of it.
    public let test: Test

    /// Makes a condition.
    public init(path: [String], test: Test) {
        self.path = path
        self.test = test
    }

    /// What is asked of a value.
    ///
    /// Kinds are told apart: a text never equals a number. A value that holds a time, as a text or as a number, is of the
    /// kind of a time as well.
    public enum Test: Sendable, Hashable {
        /// It is there and equal.
        case equal(Operand)
        /// It is not equal, or not there.
        case notEqual(Operand)
        /// It is of the operand's kind, a number, a text or a time, and greater.
        case greater(Operand)
        /// It is of the operand's kind, a number, a text or a time, and greater or equal.
        case greaterOrEqual(Operand)
        /// It is of the operand's kind, a number, a text or a time, and less.
        case less(Operand)
        /// It is of the operand's kind, a number, a text or a time, and less or equal.
        case lessOrEqual(Operand)
        /// It equals one of these.
        case oneOf([Operand])
        /// It equals none of these, or is not there.
        case noneOf([Operand])
        /// It is a text with this in it, upper and lower case alike.
        case contains(String)
        /// It is there, `null` included; or it is not.
        case exists(Bool)
        /// It is of the operands' kind and between them, both included.
        case between(Operand, Operand)
    }
}

/// A value that a member is compared with.
public enum Operand: Sendable, Hashable {
    /// A text.
    case text(String)
    /// A number, as it is written.
    case number(JSONNumber)
    /// `true` or `false`.
    case flag(Bool)
    /// `null`.
    case null
    /// A moment. A member equals it, or comes before or after it, when it is a text in RFC 3339 or a number that stands
    /// for a moment, each as ``Timestamp`` reads it.
    case time(Timestamp)
}

/// A JSON number: exact as a 64-bit integer, else as the nearest double.
public struct JSONNumber: Sendable, Hashable, Comparable {
    private let integer: Int64?
    private let double: Double

    /// Makes a number from an integer.
    public init(_ value: Int64) {
        integer = value
        double = Double(value)
    }

    /// Reads a number as JSON writes it; `nil` when it is none.
    public init?(_ text: String) {
        guard JSONNumber.isNumber(text), let double = Double(text) else { return nil }
        integer = Int64(text)
        self.double = double
    }

    /// Takes a number that was read from a line, where most are short integers.
    init?(written digits: Span<UInt8>) {
        var value: Int64 = 0
        let start = digits.count > 1 && digits[0] == UInt8(ascii: "-") ? 1 : 0
        for index in start..<digits.count {
            guard digits[index] >= 0x30, digits[index] <= 0x39, index < 15 else {
                self.init(decodedJSONString(digits, in: digits.indices))
                return
            }
            value = value * 10 + Int64(digits[index] - 0x30)
        }
        // Zero with a sign is a double of its own.
        guard start == 0 || value != 0 else {
            self.init(decodedJSONString(digits, in: digits.indices))
            return
        }
        self.init(start == 1 ? -value : value)
    }

    /// Swift reads more than JSON does: `nan`, `+1`, hexadecimal digits.
    private static func isNumber(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var reader = JSONReader()
        guard let kind = try? reader.skipValue(bytes.span) else { return false }
        return kind == .number && reader.index == bytes.count
    }

    /// Orders numbers by value.
    public static func < (left: JSONNumber, right: JSONNumber) -> Bool {
        if let one = left.integer, let other = right.integer { return one < other }
        return left.double < right.double
    }

    /// Whether two numbers have one value.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        if let one = left.integer, let other = right.integer { return one == other }
        return left.double == right.double
    }

    /// Equal values hash alike.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(double)
    }
}
