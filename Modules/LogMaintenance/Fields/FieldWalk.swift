import LogModel
import LogQuery

/// Walks over the fields of a line: each member and each element with its path and its kind.
///
/// Paths are written as ``FieldPath`` reads them, so that two fields never share one, and each can be asked for.
///
/// Of members with one name the first counts, as it does for conditions.
struct FieldWalk {
    /// How many members and arrays deep fields are looked at; what is deeper shows as the container that holds it.
    static let depthLimit = 16
    /// How long a path may be in bytes.
    static let pathLimit = 512

    private var path: [UInt8] = []

    /// Shows each field of a line, outer ones first; the path is `nil` for one whose path is too long.
    static func over(_ line: Span<UInt8>, _ visit: ([UInt8]?, FieldTypes) -> Void) {
        var walk = FieldWalk()
        walk.object(line, at: JSONReader.objectStart(of: line), depth: 0, visit)
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
        var names = SeenNames(members.count)
        for (key, kind, value) in members where names.isFirst(line, key) {
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
        FieldPath.appendAnyElement(to: &path)
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
        for index in key where !FieldPath.isPlain(line[index]) { isPlain = false }
        guard isPlain else { return FieldPath.append(TextValue(json: line, in: key), to: &path) }
        if !path.isEmpty { path.append(UInt8(ascii: ".")) }
        for index in key { path.append(line[index]) }
    }
}

/// The names of an object's members, to leave out those that are there again.
private struct SeenNames {
    private var plain: [Range<Int>] = []
    /// Names with escapes, and all names of objects with very many members.
    private var decoded: Set<TextValue> = []
    private var hasEscapes = false
    private let isLarge: Bool

    init(_ count: Int) { isLarge = count > 64 }

    mutating func isFirst(_ line: Span<UInt8>, _ key: Range<Int>) -> Bool {
        let isPlain = !key.contains { line[$0] == UInt8(ascii: "\\") }
        if isLarge || hasEscapes || !isPlain {
            if !isLarge, !hasEscapes { decoded = Set(plain.map { TextValue(json: line, in: $0) }) }
            hasEscapes = true
            return decoded.insert(TextValue(json: line, in: key)).inserted
        }
        for other in plain where other.count == key.count {
            var isSame = true
            for index in 0..<key.count where isSame {
                isSame = line[key.lowerBound + index] == line[other.lowerBound + index]
            }
            if isSame { return false }
        }
        plain.append(key)
        return true
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
