/// An error as a log line shows it: its type, its description and, where it encodes itself, its members.
package struct ErrorRecord: Encodable, Sendable {
    private enum CodingKeys: String, CodingKey {
        case type, message, details
    }

    private let error: any Error

    /// Describes an error.
    package init(_ error: any Error) { self.error = error }

    /// The error's type.
    package var type: String { String(reflecting: Swift.type(of: error)) }
    /// The error's own description.
    package var message: String { String(describing: error) }

    /// Encodes type, message and details.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encode(message, forKey: .message)
        if let details = error as? any Encodable { try details.encode(to: container.superEncoder(forKey: .details)) }
    }
}
