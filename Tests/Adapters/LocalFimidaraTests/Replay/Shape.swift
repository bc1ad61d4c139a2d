@testable import LocalFimidaraAdapter

/// Compares two JSON values by the names and the types of their members, not by what they say.
enum Shape {
    /// Where the second value differs from the first, in the order of the members.
    static func differences(_ recorded: JSONValue, _ ours: JSONValue, at path: String = "$") -> [String] {
        switch (recorded, ours) {
        case (.object(let theirs), .object(let mine)):
            let lacking = theirs.filter { member in !mine.contains { $0.name == member.name } }
                .map { "lacks \(path).\($0.name)" }
            let extra = mine.filter { member in !theirs.contains { $0.name == member.name } }
                .map { "adds \(path).\($0.name)" }
            let nested = theirs.flatMap { member in
                ours[member.name].map { differences(member.value, $0, at: "\(path).\(member.name)") } ?? []
            }
            return lacking + extra + nested
        case (.array(let theirs), .array(let mine)):
            if theirs.isEmpty != mine.isEmpty { return ["\(path) is \(mine.isEmpty ? "" : "not ")empty"] }
            guard let first = theirs.first, let own = mine.first else { return [] }
            return differences(first, own, at: "\(path)[]")
        default:
            return type(recorded) == type(ours) ? [] : ["\(path) is \(type(ours)), not \(type(recorded))"]
        }
    }

    private static func type(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
