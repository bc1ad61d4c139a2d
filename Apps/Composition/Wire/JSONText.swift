public import LogModel

/// Writes a JSON object member by member: answers of the API, and what commands write with `--json`.
public struct JSONText {
    /// What is written.
    public private(set) var bytes: [UInt8] = []
    /// Whether nothing is in the object or list that is written.
    private var isEmpty = true

    /// An object whose members `write` adds.
    public init(_ write: (inout JSONText) -> Void) { enclose("{", "}", write) }

    /// Adds a text, or `null`.
    public mutating func add(_ name: String, _ text: String?) {
        begin(name)
        guard let text else { return addNull() }
        appendJSONString(text, to: &bytes)
    }

    /// Adds a number, or `null`.
    public mutating func add(_ name: String, _ number: Int64?) {
        begin(name)
        guard let number else { return addNull() }
        bytes.append(contentsOf: String(number).utf8)
    }

    /// Adds a truth value.
    public mutating func add(_ name: String, _ flag: Bool) {
        begin(name)
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// Adds a moment in RFC 3339, or `null`.
    public mutating func add(_ name: String, _ moment: Timestamp?) {
        begin(name)
        guard let moment else { return addNull() }
        bytes.append(UInt8(ascii: "\""))
        moment.appendRFC3339(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a list of texts.
    public mutating func add(_ name: String, _ texts: [String]) {
        begin(name)
        enclose("[", "]") { list in
            for text in texts {
                list.separate()
                appendJSONString(text, to: &list.bytes)
            }
        }
    }

    /// Adds an object whose members `write` adds, or `null`.
    public mutating func add(_ name: String, object write: ((inout JSONText) -> Void)?) {
        begin(name)
        guard let write else { return addNull() }
        enclose("{", "}", write)
    }

    /// Adds a list of objects, whose members `write` adds.
    public mutating func add<Element>(
        _ name: String, list elements: some Sequence<Element>, _ write: (inout JSONText, Element) -> Void
    ) {
        begin(name)
        enclose("[", "]") { list in
            for element in elements {
                list.separate()
                list.enclose("{", "}") { write(&$0, element) }
            }
        }
    }

    /// Adds a value that is JSON already.
    public mutating func add(_ name: String, raw value: ArraySlice<UInt8>) {
        begin(name)
        bytes.append(contentsOf: value)
    }

    private mutating func enclose(
        _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ write: (inout JSONText) -> Void
    ) {
        bytes.append(UInt8(ascii: opening))
        isEmpty = true
        write(&self)
        isEmpty = false
        bytes.append(UInt8(ascii: closing))
    }

    private mutating func separate() {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
    }

    private mutating func begin(_ name: String) {
        separate()
        appendJSONString(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func addNull() { bytes.append(contentsOf: "null".utf8) }
}
