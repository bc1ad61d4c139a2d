import HTTPTypes
import Hummingbird
import LogModel
import NIOCore

/// The members of a request's JSON object; those that nobody asks for are errors.
struct RequestBody {
    private let members: [String: JSONNode]

    /// Reads a body; an empty one counts as `{}`.
    /// - Throws: ``Problem`` when it is too large, no JSON, no object, or has a member twice or unknown.
    init(_ request: Request, limit: Int, known: Set<String>) async throws {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Problem.bodyTooLarge(limit: limit)
        }
        let bytes: [UInt8]
        do {
            bytes = Array(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: limit)
        }
        guard !bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            members = [:]
            return
        }
        guard case .object(let list) = try JSONNode.parse(bytes) else {
            throw Problem.invalid("the body must be a JSON object")
        }
        var members: [String: JSONNode] = [:]
        for member in list {
            guard known.contains(member.name) else { throw Problem.unknownMember(member.name, known: known) }
            guard members.updateValue(member.value, forKey: member.name) == nil else {
                throw Problem.invalid("the member \"\(member.name)\" is there twice")
            }
        }
        self.members = members
    }

    /// A member; `null` counts as absent.
    subscript(name: String) -> JSONNode? {
        members[name].flatMap { $0 == .null ? nil : $0 }
    }

    /// A text, or `nil` when the member is absent.
    func text(_ name: String) throws(Problem) -> String? {
        guard let value = self[name] else { return nil }
        guard case .text(let text) = value else { throw .invalid("\"\(name)\" must be a string") }
        return text
    }

    /// A text that must be there.
    func requiredText(_ name: String) throws(Problem) -> String {
        guard let text = try text(name) else { throw .invalid("\"\(name)\" is required") }
        return text
    }

    /// A moment, see ``GivenMoment``, a span of time being a term from `now`; `nil` when the member is absent.
    func moment(_ name: String, from now: Timestamp) throws(Problem) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let given = GivenMoment(text) else { throw .invalid("\"\(name)\" must be \(GivenMoment.form)") }
        return given.after(now)
    }

    /// A truth value, or `false` when the member is absent.
    func flag(_ name: String) throws(Problem) -> Bool {
        guard let value = self[name] else { return false }
        guard case .flag(let flag) = value else { throw .invalid("\"\(name)\" must be true or false") }
        return flag
    }

    /// A list of texts, or `nil` when the member is absent.
    func texts(_ name: String) throws(Problem) -> [String]? {
        guard let value = self[name] else { return nil }
        guard case .array(let nodes) = value else { throw .invalid("\"\(name)\" must be a list of strings") }
        return try nodes.map { (node) throws(Problem) in
            guard case .text(let text) = node else { throw Problem.invalid("\"\(name)\" must be a list of strings") }
            return text
        }
    }
}
