import HTTPTypes
import Hummingbird
import LogModel
import NIOCore

/// Writes a JSON object member by member.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    /// Whether nothing is in the object or list that is written.
    private var isEmpty = true

    /// An object whose members `write` adds.
    init(_ write: (inout JSONText) -> Void) { enclose("{", "}", write) }

    /// Adds a text, or `null`.
    mutating func add(_ name: String, _ text: String?) {
        begin(name)
        guard let text else { return addNull() }
        appendJSONString(text, to: &bytes)
    }

    /// Adds a number.
    mutating func add(_ name: String, _ number: Int64) {
        begin(name)
        bytes.append(contentsOf: String(number).utf8)
    }

    /// Adds a truth value.
    mutating func add(_ name: String, _ flag: Bool) {
        begin(name)
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// Adds a moment in RFC 3339, or `null`.
    mutating func add(_ name: String, _ moment: Timestamp?) {
        begin(name)
        guard let moment else { return addNull() }
        bytes.append(UInt8(ascii: "\""))
        moment.appendRFC3339(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a list of texts.
    mutating func add(_ name: String, _ texts: [String]) {
        begin(name)
        enclose("[", "]") { list in
            for text in texts {
                list.separate()
                appendJSONString(text, to: &list.bytes)
            }
        }
    }

    /// Adds an object whose members `write` adds, or `null`.
    mutating func add(_ name: String, object write: ((inout JSONText) -> Void)?) {
        begin(name)
        guard let write else { return addNull() }
        enclose("{", "}", write)
    }

    /// Adds a list of objects, whose members `write` adds.
    mutating func add<Element>(
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
    mutating func add(_ name: String, raw value: ArraySlice<UInt8>) {
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

extension Response {
    /// An answer with a JSON object.
    static func json(_ status: HTTPResponse.Status = .ok, _ write: (inout JSONText) -> Void) -> Response {
        json(status, bytes: JSONText(write).bytes)
    }

    /// An answer with a page: its items, and what asks for the next one.
    static func page<Element>(
        _ items: some Sequence<Element>, next: String?, _ write: (inout JSONText, Element) -> Void
    ) -> Response {
        json { text in
            text.add("items", list: items, write)
            text.add("nextCursor", next)
        }
    }

    /// An answer with JSON that is written already.
    static func json(_ status: HTTPResponse.Status, bytes: [UInt8]) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
