public import LogModel

/// What must hold of the values at one path of a line.
///
/// A path without `[*]` leads to one value at most, one with it to any number. A test holds when one of the values meets
/// it. The tests that ask for an absence, ``Test/notEqual(_:)``, ``Test/noneOf(_:)`` and `exists(false)`, hold when none
/// of the values equals the operand, or when there is none: each is the opposite of the test that it denies.
public struct Condition: Sendable, Hashable {
    /// Where the values are.
    public let path: FieldPath
    /// What is asked of them.
    public let test: Test

    /// Makes a condition.
    public init(path: FieldPath, test: Test) {
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
        /// None is equal, or none is there.
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
        /// None equals one of these, or none is there.
        case noneOf([Operand])
        /// It is a text with this in it, upper and lower case alike, see ``CaseFolding``.
        case contains(TextValue)
        /// One is there, `null` included; or none is.
        case exists(Bool)
        /// It is of the operands' kind and between them, both included.
        case between(Operand, Operand)
    }
}

/// A value that a member is compared with.
public enum Operand: Sendable, Hashable {
    /// A text; texts are ordered by their code points.
    case text(TextValue)
    /// A number; numbers are compared by value.
    case number(JSONNumber)
    /// `true` or `false`.
    case flag(Bool)
    /// `null`.
    case null
    /// A moment. A member equals it, or comes before or after it, when it is a text in RFC 3339 or a number that stands
    /// for a moment, each as ``Timestamp`` reads it.
    case time(Timestamp)
}
