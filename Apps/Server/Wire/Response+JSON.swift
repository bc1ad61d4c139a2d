import Composition
import HTTPTypes
import Hummingbird
import NIOCore

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
