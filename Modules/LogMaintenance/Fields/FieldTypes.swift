/// The kinds of values that were seen in a field.
public struct FieldTypes: OptionSet, Sendable, Hashable {
    /// The bits that stores keep; the meaning of a bit never changes.
    public let rawValue: UInt8

    /// Makes types from stored bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `null`.
    public static let null = FieldTypes(rawValue: 1)
    /// `true` or `false`.
    public static let boolean = FieldTypes(rawValue: 2)
    /// A number.
    public static let number = FieldTypes(rawValue: 4)
    /// A string.
    public static let string = FieldTypes(rawValue: 8)
    /// An array.
    public static let array = FieldTypes(rawValue: 16)
    /// An object.
    public static let object = FieldTypes(rawValue: 32)

    /// The names of the kinds, in the order of their bits.
    public var names: [String] {
        let all: [(FieldTypes, String)] = [
            (.null, "null"), (.boolean, "boolean"), (.number, "number"), (.string, "string"), (.array, "array"),
            (.object, "object"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
