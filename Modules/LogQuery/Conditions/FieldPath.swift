public import LogModel

/// The path of a value in a line, in the grammar of the field catalogue, of conditions and of the command line.
///
/// Steps are joined by dots: `user.name`. A name that is empty, or contains a dot, a bracket, a quote, a backslash or a
/// control character, is written in brackets as a JSON string: `labels["app.kubernetes.io/name"]`, `[""]`. `[*]` means
/// any element of an array: `items[*].sku`. In an array a name that is an index, 0 or digits that do not begin with 0
/// (RFC 6901, section 4), means that element: `items.0.sku`; in an object it is a name like any other.
public struct FieldPath: Sendable, Hashable {
    /// One step of a path.
    public enum Step: Sendable, Hashable {
        /// The member of an object with this name, or the element of an array with this index.
        case name(TextValue)
        /// Any element of an array.
        case anyElement
    }

    /// The steps from the line's object to the value, at least one; the first is a name.
    public let steps: [Step]

    /// The greatest number of steps of a path: a line is not nested deeper.
    public static let stepLimit = JSONReader.depthLimit

    /// Makes a path from names, which may contain any characters.
    /// - Throws: ``FieldPathFault`` when there is no name, or there are too many.
    public init(names: [TextValue]) throws(FieldPathFault) {
        guard !names.isEmpty else { throw FieldPathFault("a path has at least one name", at: 1, of: "name") }
        guard names.count <= FieldPath.stepLimit else { throw .tooManySteps(at: FieldPath.stepLimit + 1, of: "name") }
        steps = names.map { .name($0) }
    }

    /// Parses a path as ``description`` prints it.
    /// - Throws: ``FieldPathFault``, which contains the problem and its place.
    public init(_ text: String) throws(FieldPathFault) {
        var reader = FieldPathReader(text)
        steps = try reader.steps { _ in false }
    }

    /// Parses the path at the start of a text, up to the first character outside brackets that `stops` accepts.
    ///
    /// It is for notations in which an operator follows a path: `status>=500`.
    /// - Returns: the path, and the text behind it.
    /// - Throws: ``FieldPathFault``, which contains the problem and its place.
    public static func leading(
        _ text: String, until stops: (Unicode.Scalar) -> Bool
    ) throws(FieldPathFault) -> (path: FieldPath, rest: String) {
        var reader = FieldPathReader(text)
        let steps = try reader.steps { byte in byte < 0x80 && stops(Unicode.Scalar(byte)) }
        return (FieldPath(steps: steps), reader.rest)
    }

    private init(steps: [Step]) { self.steps = steps }

    // MARK: - Printing

    /// Tells whether a byte of a name needs no brackets around the name.
    @inline(__always)
    public static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\\"), UInt8(ascii: "\""):
            false
        default: true
        }
    }

    /// Appends the step to a member to the path that `bytes` hold.
    public static func append(_ name: TextValue, to bytes: inout [UInt8]) {
        // A half of a surrogate pair has no other form than its escape.
        guard !name.isEmpty, name.bytes.allSatisfy(isPlain), isUTF8(name.bytes.span) else {
            bytes.append(UInt8(ascii: "["))
            name.appendJSON(to: &bytes)
            bytes.append(UInt8(ascii: "]"))
            return
        }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ".")) }
        bytes.append(contentsOf: name.bytes)
    }

    /// Appends the step to any element to the path that `bytes` hold.
    public static func appendAnyElement(to bytes: inout [UInt8]) { bytes.append(contentsOf: "[*]".utf8) }
}

extension FieldPath: ExpressibleByArrayLiteral {
    /// Makes a path from literal names, 1 to ``stepLimit`` of them.
    public init(arrayLiteral names: TextValue...) {
        precondition(!names.isEmpty && names.count <= FieldPath.stepLimit, "a path has 1 to 64 names")
        steps = names.map { .name($0) }
    }
}

extension FieldPath: CustomStringConvertible {
    /// The text of the path, which parses to the same path.
    public var description: String {
        var bytes: [UInt8] = []
        for step in steps {
            switch step {
            case .name(let name): FieldPath.append(name, to: &bytes)
            case .anyElement: FieldPath.appendAnyElement(to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The problem of a path, and its place.
public struct FieldPathFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problem, and what to write instead.
    public let reason: String
    /// The number of the character of the text at which the problem is, from 1; for a path from names, the number of
    /// the name.
    public let position: Int
    private let unit: String

    init(_ reason: String, at position: Int, of unit: String = "character") {
        self.reason = reason
        self.position = position
        self.unit = unit
    }

    static func tooManySteps(at position: Int, of unit: String = "character") -> FieldPathFault {
        FieldPathFault("a path has at most \(FieldPath.stepLimit) steps", at: position, of: unit)
    }

    /// Both in one sentence.
    public var description: String { "at \(unit) \(position): \(reason)" }
}
