import LogModel

/// Reads a path from text.
struct FieldPathReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// What was not read.
    var rest: String { String(decoding: bytes[index...], as: UTF8.self) }

    /// Reads steps up to the end, or to a byte outside of brackets that `stops` names.
    mutating func steps(_ stops: (UInt8) -> Bool) throws(FieldPathFault) -> [FieldPath.Step] {
        var steps: [FieldPath.Step] = []
        while index < bytes.count, !stops(bytes[index]) {
            guard steps.count < FieldPath.stepLimit else { throw .tooManySteps(at: position(of: index)) }
            switch bytes[index] {
            case UInt8(ascii: "["): steps.append(try bracket(isFirst: steps.isEmpty))
            case UInt8(ascii: ".") where steps.isEmpty: throw noName
            case UInt8(ascii: "."):
                index += 1
                steps.append(.name(try name(stops)))
            case _ where steps.isEmpty: steps.append(.name(try name(stops)))
            default: throw fault("behind a bracket comes \".\", \"[\" or the end")
            }
        }
        guard !steps.isEmpty else { throw fault("a path has at least one name") }
        return steps
    }

    private mutating func name(_ stops: (UInt8) -> Bool) throws(FieldPathFault) -> TextValue {
        let start = index
        while index < bytes.count, FieldPath.isPlain(bytes[index]), !stops(bytes[index]) { index += 1 }
        guard index > start else { throw noName }
        let ends = index == bytes.count || stops(bytes[index]) || ".[".utf8.contains(bytes[index])
        guard ends else {
            throw fault(
                "a name with a bracket, a quote, a backslash or a control character is written [\"…\"], as a JSON string"
            )
        }
        return TextValue(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func bracket(isFirst: Bool) throws(FieldPathFault) -> FieldPath.Step {
        let start = index
        index += 1
        if bytes[index...].starts(with: "*]".utf8) {
            guard !isFirst else {
                index = start
                throw fault("a record is an object, so a path begins with a name")
            }
            index += 2
            return .anyElement
        }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
            throw fault("in brackets stands * for any element, or a name in quotes; the first element of a is a.0")
        }
        var reader = JSONReader(at: index)
        guard (try? reader.skipValue(bytes.span)) == .string else {
            throw fault("the name in brackets is not a JSON string")
        }
        let name = TextValue(json: bytes.span, in: index + 1..<reader.index - 1)
        index = reader.index
        guard index < bytes.count, bytes[index] == UInt8(ascii: "]") else { throw fault("a \"]\" is missing") }
        index += 1
        return .name(name)
    }

    private var noName: FieldPathFault { fault("a name is missing here; an empty name is written [\"\"]") }

    private func fault(_ reason: String) -> FieldPathFault { FieldPathFault(reason, at: position(of: index)) }

    /// Characters are counted as Unicode scalars.
    private func position(of index: Int) -> Int {
        bytes[..<min(index, bytes.count)].count { $0 & 0xC0 != 0x80 } + 1
    }
}
