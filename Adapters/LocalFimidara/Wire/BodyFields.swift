/// Reads the members of a JSON body one by one and collects what is wrong with them.
///
/// The messages are worded as fimidara words them. Members that nobody has asked for are problems too.
struct BodyFields {
    private let members: [JSONValue.Member]
    private let label: String
    private let path: String
    private var known: Set<String> = []
    private var problems: [StorageFailure.Problem] = []

    /// Takes a body; an absent one, or `null`, has no members.
    init(_ body: JSONValue, label: String = "", path: String = "") {
        if case .object(let members) = body { self.members = members } else { members = [] }
        self.label = label
        self.path = path
        switch body {
        case .object, .null: break
        default:
            let name = path.isEmpty ? "value" : String(path.dropLast())
            problems = [
                .init(name: .validation, message: "\"\(name)\" must be of type object", field: name)
            ]
        }
    }

    /// Reads all fields of a body with `read` and refuses the body when anything was wrong with it.
    static func read<Fields>(_ body: JSONValue, _ read: (inout BodyFields) -> Fields) throws -> Fields {
        var reader = BodyFields(body)
        let fields = read(&reader)
        reader.refuseUnknown()
        guard reader.problems.isEmpty else { throw StorageFailure(400, reader.problems) }
        return fields
    }

    /// A text without white space round it, of 1 to `limit` characters; `nil` when absent or `null`.
    mutating func text(_ name: String, atMost limit: Int, isRequired: Bool = false) -> String? {
        guard let value = take(name, isRequired: isRequired) else { return nil }
        guard case .string(let text) = value else { return complain(name, "must be a string") }
        let trimmed = text.trimmed
        guard !trimmed.isEmpty else { return complain(name, "is not allowed to be empty") }
        guard trimmed.count <= limit else {
            return complain(name, "length must be less than or equal to \(limit) characters long")
        }
        return trimmed
    }

    /// A text as it is, white space and all.
    mutating func verbatimText(_ name: String, atMost limit: Int) -> String? {
        guard let value = take(name) else { return nil }
        guard case .string(let text) = value else { return complain(name, "must be a string") }
        guard !text.isEmpty else { return complain(name, "is not allowed to be empty") }
        guard text.count <= limit else {
            return complain(name, "length must be less than or equal to \(limit) characters long")
        }
        return text
    }

    /// A whole number of a range.
    mutating func integer(_ name: String, in range: ClosedRange<Int64>, isRequired: Bool = false) -> Int64? {
        guard let value = take(name, isRequired: isRequired) else { return nil }
        guard case .integer(let integer) = value else {
            if case .number = value { return complain(name, "must be an integer") }
            return complain(name, "must be a number")
        }
        guard integer >= range.lowerBound else {
            return complain(name, "must be greater than or equal to \(range.lowerBound)")
        }
        guard integer <= range.upperBound else {
            return complain(name, "must be less than or equal to \(range.upperBound)")
        }
        return integer
    }

    /// A yes or no.
    mutating func flag(_ name: String, isRequired: Bool = false) -> Bool? {
        guard let value = take(name, isRequired: isRequired) else { return nil }
        guard case .bool(let flag) = value else { return complain(name, "must be a boolean") }
        return flag
    }

    /// A text, or several in an array; empty when absent.
    mutating func texts(
        _ name: String, atMost limit: Int, among words: [String]? = nil, isRequired: Bool = false
    ) -> [String] {
        guard let value = take(name, isRequired: isRequired) else { return [] }
        let values: [JSONValue]
        if case .array(let elements) = value { values = elements } else { values = [value] }
        guard values.count <= 1000 else {
            return complain(name, "must contain less than or equal to 1000 items") ?? []
        }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { return complain(name, "must be one of [string, array]") ?? [] }
            let trimmed = text.trimmed
            guard !trimmed.isEmpty else { return complain(name, "is not allowed to be empty") ?? [] }
            guard trimmed.count <= limit else {
                return complain(name, "length must be less than or equal to \(limit) characters long") ?? []
            }
            guard words?.contains(trimmed) ?? true else {
                let list = (words ?? []).joined(separator: ", ")
                return complain(name, "must be one of [\(list), array]") ?? []
            }
            texts.append(trimmed)
        }
        return texts
    }

    /// One of a few words.
    mutating func word(_ name: String, among words: [String]) -> String? {
        guard let text = text(name, atMost: 100) else { return nil }
        guard words.contains(text) else { return complain(name, "must be one of [\(words.joined(separator: ", "))]") }
        return text
    }

    /// An object, read with `read`.
    mutating func object<Fields>(
        _ name: String, isRequired: Bool = false, _ read: (inout BodyFields) -> Fields
    ) -> Fields? {
        guard let value = take(name, isRequired: isRequired) else { return nil }
        return nested(value, label: "\(label)\(name).", path: "\(path)\(name).", read)
    }

    /// An array of objects, each read with `read`; `nil` when absent.
    mutating func objects<Fields>(
        _ name: String, atMost limit: Int = 1000, isRequired: Bool = false, _ read: (inout BodyFields) -> Fields
    ) -> [Fields]? {
        guard let value = take(name, isRequired: isRequired) else { return nil }
        guard case .array(let elements) = value else { return complain(name, "must be an array") }
        guard elements.count <= limit else {
            return complain(name, "must contain less than or equal to \(limit) items")
        }
        return elements.enumerated().map { index, element in
            nested(element, label: "\(label)\(name)[\(index)].", path: "\(path)\(name).\(index).", read)
        }
    }

    /// Admits a member without looking at it.
    mutating func ignore(_ name: String) {
        known.insert(name)
    }

    private mutating func nested<Fields>(
        _ value: JSONValue, label: String, path: String, _ read: (inout BodyFields) -> Fields
    ) -> Fields {
        var reader = BodyFields(value, label: label, path: path)
        let fields = read(&reader)
        reader.refuseUnknown()
        problems += reader.problems
        return fields
    }

    private mutating func take(_ name: String, isRequired: Bool = false) -> JSONValue? {
        known.insert(name)
        let value = members.first { $0.name == name }?.value
        guard let value, value != .null else {
            if isRequired { complain(name, "is required") }
            return nil
        }
        return value
    }

    private mutating func refuseUnknown() {
        for member in members where !known.contains(member.name) { complain(member.name, "is not allowed") }
    }

    @discardableResult
    private mutating func complain<Value>(_ name: String, _ message: String) -> Value? {
        problems.append(
            .init(name: .validation, message: "\"\(label)\(name)\" \(message)", field: path + name))
        return nil
    }

    private mutating func complain(_ name: String, _ message: String) {
        let _: Never? = complain(name, message)
    }
}
