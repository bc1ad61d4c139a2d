/// The method of a request.
public struct HTTPMethod: Sendable, Hashable, CustomStringConvertible {
    /// The method as it goes over the wire, in capitals.
    public let name: String

    private init(_ name: String) { self.name = name }

    /// Reads.
    public static let get = HTTPMethod("GET")
    /// Reads the head alone.
    public static let head = HTTPMethod("HEAD")
    /// Whatever the server makes of it.
    public static let post = HTTPMethod("POST")
    /// Stores under the URL.
    public static let put = HTTPMethod("PUT")
    /// Removes.
    public static let delete = HTTPMethod("DELETE")

    /// Whether sending it twice means the same as sending it once (RFC 9110, section 9.2.2).
    public var isIdempotent: Bool { self != .post }

    /// The name.
    public var description: String { name }
}
