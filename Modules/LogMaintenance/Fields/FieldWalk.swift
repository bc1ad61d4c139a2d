import LogModel

/// Walks over the fields of a line: each member and each element with its path and its kind.
///
/// A path is the names of members joined by dots, elements of arrays as `[*]`: `user.tags[*].name`. A name that holds a
/// dot, a bracket, a quote, a backslash or a control character, or that is empty, stands in brackets as a JSON string:
/// `labels["app.kubernetes.io/name"]`. So two fields never share a path.
struct FieldWalk {
    /// How many members and arrays deep fields are looked at; what is deeper shows as the container that holds it.
    static let depthLimit = 16
    /// How long a path may be in bytes.
    static let pathLimit = 512

    private var path: [UInt8] = []
    private var reader = JSONReader()

    /// Shows each field of a line, outer ones first; the path is `nil` for one whose path is too long.
    static func over(_ line: Span<UInt8>, _ visit: ([UInt8]?, FieldTypes) -> Void) {
        var walk = FieldWalk()
        walk.reader.skipSpace(line)
        // A byte order mark is admitted in front of a line.
        if line.count >= 3, line[0] == 0xEF { walk.reader.index = 3 }
        walk.reader.skipSpace(line)
        walk.object(line, at: walk.reader.index, depth: 0, visit)
    }

    private mutating func object(
        _ line: Span<UInt8>, at start: Int, depth: Int, _ visit: ([UInt8]?, FieldTypes) -> Void
    ) {
        var members: [(Range<Int>, JSONReader.Kind, Range<Int>)] = []
        var reader = JSONReader(at: start)
        // Lines in a store met the acceptance rule; of one that does not, nothing is shown from the fault on.
        try? reader.members(line) { key, kind, value in
            members.append((key, kind, value))
            return true
        }
        let length = path.count
        for (key, kind, value) in members {
            appendName(line, key)
            show(line, kind, value, depth: depth, visit)
            path.removeLast(path.count - length)
        }
    }

    private mutating func array(
        _ line: Span<UInt8>, at start: Int, depth: Int, _ visit: ([UInt8]?, FieldTypes) -> Void
    ) {
        var elements: [(JSONReader.Kind, Range<Int>)] = []
        var reader = JSONReader(at: start)
        try? reader.elements(line) { kind, value in
            elements.append((kind, value))
            return true
        }
        let length = path.count
        path.append(contentsOf: "[*]".utf8)
        for (kind, value) in elements { show(line, kind, value, depth: depth, visit) }
        path.removeLast(path.count - length)
    }

    private mutating func show(
        _ line: Span<UInt8>, _ kind: JSONReader.Kind, _ value: Range<Int>, depth: Int,
        _ visit: ([UInt8]?, FieldTypes) -> Void
    ) {
        guard path.count <= FieldWalk.pathLimit else { return visit(nil, FieldTypes(kind)) }
        visit(path, FieldTypes(kind))
        guard depth + 1 < FieldWalk.depthLimit else { return }
        switch kind {
        case .object: object(line, at: value.lowerBound, depth: depth + 1, visit)
        case .array: array(line, at: value.lowerBound, depth: depth + 1, visit)
        case .null, .yes, .no, .number, .string: break
        }
    }

    private mutating func appendName(_ line: Span<UInt8>, _ key: Range<Int>) {
        var isPlain = !key.isEmpty
        for index in key {
            switch line[index] {
            case 0..<0x20, UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\\"):
                isPlain = false
            default: break
            }
        }
        guard !isPlain else {
            if !path.isEmpty { path.append(UInt8(ascii: ".")) }
            for index in key { path.append(line[index]) }
            return
        }
        let name = decodedJSONString(line, in: key)
        guard !name.isEmpty, name.utf8.allSatisfy(FieldWalk.isPlain) else {
            path.append(UInt8(ascii: "["))
            path.append(contentsOf: encodedJSONString(name).utf8)
            path.append(UInt8(ascii: "]"))
            return
        }
        // Escapes that were not needed: the same name as without them.
        if !path.isEmpty { path.append(UInt8(ascii: ".")) }
        path.append(contentsOf: name.utf8)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && !".[]\\\"".utf8.contains(byte)
    }
}

extension FieldTypes {
    init(_ kind: JSONReader.Kind) {
        self =
            switch kind {
            case .null: .null
            case .yes, .no: .boolean
            case .number: .number
            case .string: .string
            case .array: .array
            case .object: .object
            }
    }
}
