import HTTPTypes
import Hummingbird
import LogModel
import NIOCore
import NIOHTTP1

/// The members of a request's JSON object; those that nobody asks for are errors.
struct RequestBody {
    /// Most bytes of a body of members, whatever `http.max_body` allows: the members are short, and a value of JSON takes
    /// many times its text in memory.
    static let mostBytes = 64 << 10

    private let members: [String: JSONNode]

    /// Reads a body; an empty one counts as `{}`.
    /// - Throws: ``Problem`` when it is too large, of another type, not JSON, no object, or has a member twice or unknown.
    init(_ request: Request, _ context: APIContext, limit: Int, known: Set<String>) async throws {
        let limit = min(limit, RequestBody.mostBytes)
        let bytes = try await RequestBody.bytes(
            of: request, context, limit: limit, tooLarge: .bodyTooLarge(limit: limit))
        try self.init(bytes, of: request, known: known)
    }

    /// Reads a body that was received.
    /// - Throws: as ``init(_:_:limit:known:)``.
    init(_ bytes: [UInt8], of request: Request, known: Set<String>) throws(Problem) {
        guard !bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            members = [:]
            return
        }
        try ContentRules.check(request.headers)
        guard case .object(let list) = try JSONNode.parse(bytes) else {
            throw .invalid("the body must be a JSON object")
        }
        var members: [String: JSONNode] = [:]
        for member in list {
            guard known.contains(member.name) else { throw .unknownMember(member.name, known: known) }
            members[member.name] = member.value
        }
        self.members = members
    }

    /// Receives a body.
    /// - Parameters:
    ///   - request: the request.
    ///   - context: its connection.
    ///   - limit: most bytes that it may have.
    ///   - tooLarge: what is thrown when it has more.
    /// - Returns: the bytes.
    /// - Throws: ``Problem``; what the client does wrong on the way is its own fault and never ours.
    static func bytes(
        of request: Request, _ context: APIContext, limit: Int, tooLarge: Problem
    ) async throws -> [UInt8] {
        let length = request.headers[.contentLength].flatMap { Int($0) }
        if let length, length > limit { throw tooLarge }
        do {
            let body = try await BodyOnDemand(of: request, on: context.channel).collect(upTo: limit)
            // A connection that ends in the middle looks like one that ends behind the body.
            guard length == nil || length == body.readableBytes else { throw ClientGone() }
            return Array(buffer: body)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch HTTPParserError.invalidEOFState {
            throw Problem.clientGone
        } catch is HTTPParserError {
            throw Problem.invalid("the body is not framed as HTTP/1.1 demands")
        } catch is BodyTooSlow {
            throw Problem(.requestTimeout, "the body was not sent in time")
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Problem.clientGone
        }
    }

    /// A member; `null` counts as absent.
    subscript(name: String) -> JSONNode? {
        members[name].flatMap { $0 == .null ? nil : $0 }
    }

    /// A text, or `nil` when the member is absent.
    func text(_ name: String) throws(Problem) -> String? {
        guard let value = self[name] else { return nil }
        if case .brokenText = value { throw .invalid("\"\(name)\" holds half of a surrogate pair") }
        guard case .text(let text) = value else { throw .invalid("\"\(name)\" must be a string") }
        return text
    }

    /// A text that is compared with records, halves of surrogate pairs included.
    func textValue(_ name: String) throws(Problem) -> TextValue? {
        guard let value = self[name] else { return nil }
        guard let text = value.textValue else { throw .invalid("\"\(name)\" must be a string") }
        return text
    }

    /// A text that must be there.
    func requiredText(_ name: String) throws(Problem) -> String {
        guard let text = try text(name) else { throw .invalid("\"\(name)\" is required") }
        return text
    }

    /// A number of a range, or `nil` when the member is absent; `70`, `70.0` and `7e1` are the same.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let value = self[name] else { return nil }
        guard case .number(let text) = value, let number = WholeNumber.read(json: text), range.contains(number) else {
            throw .invalid("\"\(name)\" must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A moment, or `nil` when the member is absent.
    func moment(_ name: String) throws(Problem) -> TimeArgument? {
        guard let text = try text(name) else { return nil }
        guard let given = TimeArgument(text) else { throw .invalid("\"\(name)\" must be \(TimeArgument.form)") }
        return given
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
