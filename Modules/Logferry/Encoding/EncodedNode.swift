/// A value on its way to JSON.
///
/// Containers of `Encodable` may be filled in any order, several at a time, so the text can be written only when all
/// of them are there.
final class EncodedNode {
    /// The members of an object in the order in which they came; a member that comes again takes the old one's place.
    struct Object {
        private(set) var members: [(key: String, node: EncodedNode)] = []
        private var places: [String: Int] = [:]

        mutating func set(_ key: String, _ node: EncodedNode) {
            if let place = places[key] {
                members[place].node = node
            } else {
                places[key] = members.count
                members.append((key, node))
            }
        }

        func node(_ key: String) -> EncodedNode? { places[key].map { members[$0].node } }
    }

    enum Content {
        case none
        case null
        case boolean(Bool)
        case signed(Int64)
        case unsigned(UInt64)
        case double(Double)
        case float(Float)
        case text(String)
        /// The digits of a number.
        case digits(String)
        case array([EncodedNode])
        case object(Object)
    }

    var content: Content

    init(_ content: Content = .none) { self.content = content }

    /// Writes the value; one that was never encoded is an empty object, as an empty `Encodable` struct is.
    func write(into text: inout JSONText) {
        switch content {
        case .none: text.append(raw: "{}")
        case .null: text.appendNull()
        case .boolean(let flag): text.append(boolean: flag)
        case .signed(let number): text.append(integer: number)
        case .unsigned(let number): text.append(digits: number)
        case .double(let number): text.append(number: number)
        case .float(let number): text.append(number: number)
        case .text(let string): text.append(string: string)
        case .digits(let digits): text.bytes.append(contentsOf: digits.utf8)
        case .array(let nodes):
            text.append("[")
            for (index, node) in nodes.enumerated() {
                if index > 0 { text.append(",") }
                node.write(into: &text)
            }
            text.append("]")
        case .object(let object):
            text.append("{")
            for (index, member) in object.members.enumerated() {
                if index > 0 { text.append(",") }
                text.append(string: member.key)
                text.append(":")
                member.node.write(into: &text)
            }
            text.append("}")
        }
    }
}

/// How much of a value may still be encoded.
final class EncodingBudget {
    private var values = JSONLineEncoder.valueLimit

    /// Takes one value off; false when none is left.
    func spend() -> Bool {
        guard values > 0 else { return false }
        values -= 1
        return true
    }
}

/// Encodes a value that stands in `containers` containers; never fails.
func encodedNode(
    _ value: some Encodable, path: [any CodingKey], containers: Int, budget: EncodingBudget
) -> EncodedNode {
    guard budget.spend() else { return EncodedNode(.text(JSONLineEncoder.sizeMarker)) }
    // The path grows with each call, containers only with each container: both are bounded.
    guard path.count < 4 * JSONLineEncoder.depthLimit else { return EncodedNode(.text(JSONLineEncoder.depthMarker)) }
    let node = EncodedNode()
    let encoder = NodeEncoder(node: node, path: path, containers: containers, budget: budget)
    do {
        try value.encode(to: encoder)
    } catch {
        return EncodedNode(.text("[not encodable: \(type(of: value))]"))
    }
    return foundationNode(of: value, encoded: node) ?? node
}
