import HTTPTypes
import Hummingbird
import LogModel
import NIOCore

/// Writes JSON objects member by member.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var isEmpty = true

    /// An object whose members `write` adds.
    init(_ write: (inout JSONText) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        write(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    /// A list of objects.
    static func list<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONText, Element) -> Void) -> [UInt8]
    {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += JSONText { write(&$0, element) }.bytes
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    /// Adds a text, or `null`.
    mutating func add(_ name: String, _ text: String?) {
        add(name, raw: text.map { Array(encodedJSONString($0).utf8) } ?? Array("null".utf8))
    }

    /// Adds a number.
    mutating func add(_ name: String, _ number: Int64) {
        add(name, raw: Array(String(number).utf8))
    }

    /// Adds a truth value.
    mutating func add(_ name: String, _ flag: Bool) {
        add(name, raw: Array((flag ? "true" : "false").utf8))
    }

    /// Adds a moment in RFC 3339, or `null`.
    mutating func add(_ name: String, _ moment: Timestamp?) {
        add(name, moment?.rfc3339)
    }

    /// Adds a list of texts.
    mutating func add(_ name: String, _ texts: [String]) {
        add(name, raw: Array(("[" + texts.map(encodedJSONString).joined(separator: ",") + "]").utf8))
    }

    /// Adds a value that is JSON already.
    mutating func add(_ name: String, raw value: [UInt8]) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        bytes += Array(encodedJSONString(name).utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes += value
    }
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
            text.add("items", raw: JSONText.list(items, write))
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
