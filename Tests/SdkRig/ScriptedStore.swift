public import LogModel
public import Logferry
import LogferryPlatform

/// A file store and its init route, in memory, that answers as a script says.
public final class ScriptedStore: SdkTransport {
    /// What the store does with one upload.
    public enum Reply: Sendable {
        /// Stores it and answers 200.
        case store
        /// Answers without storing.
        case refuse(Int, error: String = "", retryAfter: String? = nil)
        /// Answers in just these words, without storing.
        case answer(SdkResponse)
        /// Stores it and answers with an error.
        case storeThenAnswer(Int, error: String = "")
        /// Stores it, and the reply is lost.
        case storeThenLose
        /// The request is lost, and nobody knows.
        case lose
        /// The connection is refused.
        case unreachable
        /// No answer until the caller gives up.
        case hang
    }

    /// One upload as it arrived.
    public struct Upload: Sendable {
        /// The file's name.
        public let file: String
        /// The lower-case header names and their values.
        public let headers: [String: String]
        /// The content of the one part.
        public let content: [UInt8]
    }

    private struct State {
        var uploads: [Upload] = []
        var stored: [(file: String, content: [UInt8])] = []
        var inits: [String] = []
        var replies: [Reply] = []
        var initReplies: [SdkResponse?] = []
        var rule: (@Sendable (Upload, Int) -> Reply)?
        var prefix = "prefix"
        var prefixes: [String: String] = [:]
        var expiresAt: Timestamp?
        var inFlight = 0
        var mostInFlight = 0
    }

    private let state = MutexGuarded(State())

    /// A store that takes everything.
    public init() {}

    /// What to do with the next uploads; after them everything is stored.
    public func script(_ replies: Reply...) { state.withLock { $0.replies += replies } }
    /// What to do with each upload by its place; the script comes first.
    public func rule(_ rule: @escaping @Sendable (Upload, Int) -> Reply) { state.withLock { $0.rule = rule } }
    /// What the next init calls answer.
    ///
    /// `nil` is a refused connection. After these they succeed.
    public func scriptInit(_ replies: SdkResponse?...) { state.withLock { $0.initReplies += replies } }
    /// When credentials end.
    public func expire(at moment: Timestamp?) { state.withLock { $0.expiresAt = moment } }
    /// The prefix for all instances from here on.
    public func changePrefix(to prefix: String) {
        state.withLock {
            $0.prefix = prefix
            $0.prefixes = [:]
        }
    }

    /// All uploads, whatever became of them.
    public var uploads: [Upload] { state.withLock { $0.uploads } }
    /// What was stored, in order of arrival.
    public var stored: [(file: String, content: [UInt8])] { state.withLock { $0.stored } }
    /// The bodies of all init calls.
    public var inits: [String] { state.withLock { $0.inits } }
    /// How many uploads were under way at once, at most.
    public var mostInFlight: Int { state.withLock { $0.mostInFlight } }

    /// Answers a request.
    public func send(_ request: SdkRequest) async throws(SdkTransportError) -> SdkResponse {
        guard request.url.contains("/v1/files/uploadFile/") else { return try initialise(request) }
        let upload = parse(request)
        let reply = state.withLock { state -> Reply in
            state.inFlight += 1
            state.mostInFlight = max(state.mostInFlight, state.inFlight)
            let place = state.uploads.count
            state.uploads.append(upload)
            let reply = state.replies.isEmpty ? state.rule?(upload, place) ?? .store : state.replies.removeFirst()
            switch reply {
            case .store, .storeThenAnswer, .storeThenLose: state.stored.append((upload.file, upload.content))
            case .refuse, .answer, .lose, .unreachable, .hang: break
            }
            return reply
        }
        await Task.yield()
        defer { state.withLock { $0.inFlight -= 1 } }
        switch reply {
        case .store: return SdkResponse(status: 200, body: Array("{\"file\":{}}".utf8))
        case .refuse(let status, let error, let wait): return answer(status, error, wait)
        case .answer(let response): return response
        case .storeThenAnswer(let status, let error): return answer(status, error, nil)
        case .storeThenLose, .lose: throw SdkTransportError(mayHaveArrived: true, description: "lost")
        case .unreachable: throw SdkTransportError(mayHaveArrived: false, description: "refused")
        case .hang:
            let (stream, _) = AsyncStream<Void>.makeStream()
            for await _ in stream {}
            throw SdkTransportError(mayHaveArrived: true, description: "given up")
        }
    }

    private func answer(_ status: Int, _ error: String, _ wait: String?) -> SdkResponse {
        SdkResponse(
            status: status, headers: wait.map { [("retry-after", $0)] } ?? [],
            body: Array("{\"errors\":[{\"name\":\"\(error)\",\"message\":\"m\"}]}".utf8))
    }

    private func initialise(_ request: SdkRequest) throws(SdkTransportError) -> SdkResponse {
        let body = String(decoding: request.body, as: UTF8.self)
        let answer = state.withLock { state -> SdkResponse? in
            state.inits.append(body)
            if !state.initReplies.isEmpty { return state.initReplies.removeFirst() }
            let instance = String(body.split(separator: "\"")[2...].dropFirst().first ?? "")
            let fresh = state.prefixes.isEmpty ? state.prefix : state.prefix + String(state.prefixes.count)
            let prefix = state.prefixes[instance] ?? fresh
            state.prefixes[instance] = prefix
            var text = "{\"serverURL\":\"http://store:81/\",\"token\":\"t\(state.inits.count)\","
            text += "\"folderPath\":\"/ws/logs/app_1\",\"filePrefix\":\"\(prefix)\",\"appId\":\"app_1\""
            if let end = state.expiresAt { text += ",\"expiresAt\":\"\(end)\"" }
            return SdkResponse(status: 200, body: Array((text + "}").utf8))
        }
        guard let answer else { throw SdkTransportError(mayHaveArrived: false, description: "refused") }
        return answer
    }

    private func parse(_ request: SdkRequest) -> Upload {
        let file = request.url.components(after: "%2F")
        let separator = Array("\r\n\r\n".utf8)
        let start = (0..<request.body.count - 3).first { Array(request.body[$0..<$0 + 4]) == separator } ?? 0
        var headers: [String: String] = [:]
        for (name, value) in request.headers { headers[name.lowercased()] = value }
        let boundary = headers["content-type"].map { $0.components(after: "boundary=") } ?? ""
        let tail = "\r\n--\(boundary)--\r\n".utf8.count
        return Upload(
            file: file, headers: headers, content: Array(request.body[(start + 4)..<(request.body.count - tail)]))
    }
}

extension String {
    /// What stands behind the last `mark`.
    fileprivate func components(after mark: String) -> String {
        guard let last = self.ranges(of: mark).last else { return self }
        return String(self[last.upperBound...])
    }
}
