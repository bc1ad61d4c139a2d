public import LogModel

/// A condition on the values at one path of a line.
///
/// A path without `[*]` leads to at most one value, a path with it to any number. A test holds when one of the values
/// meets it. The negative tests ``Test/notEqual(_:)``, ``Test/noneOf(_:)`` and `exists(false)` hold when no value
/// equals the operand, or when there is no value: each is the negation of its positive test.
public struct Condition: Sendable, Hashable {
    /// The path of the values.
    public let path: FieldPath
    /// The test of the values.
    public let test: Test

    /// Makes a condition.
    public init(path: FieldPath, test: Test) {
        self.path = path
        self.test = test
    }

    /// A test of a value.
    ///
    /// Kinds are distinguished: a text never equals a number. A text or a number that represents a time is of the kind
    /// of a time as well.
    public enum Test: Sendable, Hashable {
        /// A value exists and equals the operand.
        case equal(Operand)
        /// No value equals the operand, or there is no value.
        case notEqual(Operand)
        /// A value is of the operand's kind, a number, a text or a time, and greater.
        case greater(Operand)
        /// A value is of the operand's kind, a number, a text or a time, and greater or equal.
        case greaterOrEqual(Operand)
        /// A value is of the operand's kind, a number, a text or a time, and less.
        case less(Operand)
        /// A value is of the operand's kind, a number, a text or a time, and less or equal.
        case lessOrEqual(Operand)
        /// A value equals one of the operands.
        case oneOf([Operand])
        /// No value equals one of the operands, or there is no value.
        case noneOf([Operand])
        /// A value is a text that contains this text, without regard to case, see ``CaseFolding``.
        case contains(TextValue)
        /// `true`: a value exists, which may be `null`; `false`: no value exists.
        case exists(Bool)
        /// A value is of the operands' kind and between them, both inclusive.
        case between(Operand, Operand)
    }
}

/// A value for comparison with members.
public enum Operand: Sendable, Hashable {
    /// A text; texts are ordered by their code points.
    case text(TextValue)
    /// A number; numbers are compared by value.
    case number(JSONNumber)
    /// `true` or `false`.
    case flag(Bool)
    /// `null`.
    case null
    /// A moment. It is compared with members that are a text in RFC 3339 or a number for a moment, each as
    /// ``Timestamp`` parses it.
    case time(Timestamp)
}
