public import CallLedger
import FoundationEssentials
public import HTTPTransport
public import LogModel
import SdkProvisioning

/// Speaks fimidara's HTTP API: one method for calls with JSON, one for reading a range of a file.
///
/// Failures that may pass are tried again here, for idempotent calls, with exponential back-off and full jitter, as long as
/// the time for a call lasts. Clients of one server share what is known of its silence.
public struct FimidaraClient: Sendable {
    /// The most bytes of a JSON answer: a page of 1000 entries has about 1.5 MB at the longest paths and names.
    static let answerLimit = 16 << 20

    let settings: FimidaraSettings
    private let transport: any HTTPTransport
    private let entropy: any Entropy
    let wallClock: any WallClock
    let doubts = ListingDoubts()
    private let clock: any Clock<Duration>
    private let gate: SilenceGate
    private let calls: CallLedger

    /// Makes a client.
    /// - Parameters:
    ///   - settings: which server, and how long to wait for it.
    ///   - transport: what carries the requests.
    ///   - entropy: where the jitter of waits comes from; need not be fit for secrets.
    ///   - wallClock: what dates in `Retry-After` are compared with.
    ///   - clock: what waits between attempts.
    ///   - calls: where calls that are under way are entered.
    public init(
        settings: FimidaraSettings, transport: any HTTPTransport, entropy: any Entropy, wallClock: any WallClock,
        clock: any Clock<Duration> = ContinuousClock(), calls: CallLedger = CallLedger()
    ) {
        self.init(
            settings: settings, transport: transport, entropy: entropy, wallClock: wallClock, clock: clock,
            calls: calls, gate: SilenceGate(clock: clock, entropy: entropy))
    }

    private init(
        settings: FimidaraSettings, transport: any HTTPTransport, entropy: any Entropy, wallClock: any WallClock,
        clock: any Clock<Duration>, calls: CallLedger, gate: SilenceGate
    ) {
        self.settings = settings
        self.transport = transport
        self.entropy = entropy
        self.wallClock = wallClock
        self.clock = clock
        self.calls = calls
        self.gate = gate
    }

    /// A client of the same server that tries again otherwise.
    public func retrying(_ retry: RetryPolicy) -> FimidaraClient {
        var settings = settings
        settings.retry = retry
        return FimidaraClient(
            settings: settings, transport: transport, entropy: entropy, wallClock: wallClock, clock: clock,
            calls: calls, gate: gate)
    }

    /// Makes a call and decodes its answer; members that the answer type does not name are ignored.
    func call<Answer: Decodable & Sendable>(
        _ endpoint: FimidaraEndpoint, _ question: some Encodable & Sendable, answer: Answer.Type = Answer.self
    ) async throws(FimidaraFailure) -> Answer {
        let request = try request(endpoint, question)
        return try await retrying(endpoint.isIdempotent, for: settings.callTimeouts.total) {
            () async throws(FimidaraFailure) in
            let response = try await send(request, endpoint.name, endpoint.rights)
            return try await decode(response, endpoint.name)
        }
    }

    /// Asks for bytes `first` to `last` of a file, both included, and gives the answer whatever its success status.
    func open(file id: String, first: Int64, last: Int64) async throws(FimidaraFailure) -> HTTPResponse {
        var request = HTTPRequest(
            .get, "\(settings.serverURL)/v1/files/readFile/\(id)", headers: authorized(),
            timeouts: settings.readTimeouts)
        // One range only, and its start even when that is 0: without one the answer is the whole file.
        request.headers.add("Range", "bytes=\(first)-\(last)")
        let prepared = request
        return try await retrying(true, for: settings.readTimeouts.total) { () async throws(FimidaraFailure) in
            try await send(prepared, "readFile", [.readFile])
        }
    }

    /// Asks for a whole file, as the disk has it, of which so many bytes are to be received.
    func openWhole(file id: String, receiving bytes: Int64) async throws(FimidaraFailure) -> HTTPResponse {
        let request = HTTPRequest(
            .get, "\(settings.serverURL)/v1/files/readFile/\(id)", headers: authorized(),
            timeouts: settings.timeouts(receiving: bytes))
        return try await retrying(true, for: request.timeouts.total) { () async throws(FimidaraFailure) in
            try await send(request, "readFile", [.readFile])
        }
    }

    /// Receives a file's bytes, as a call that is under way until they have come.
    func receiving<Value>(
        _ work: () async throws(FimidaraFailure) -> Value
    ) async throws(FimidaraFailure) -> Value {
        let begin = await gate.moment()
        do {
            return try await calls.follow(.fileStore, "the body of readFile", work)
        } catch {
            // Where the server has answered nothing else meanwhile, it may be silent as a whole.
            guard error.reason == .late, await !gate.hasAnswered(since: begin) else { throw error }
            throw FimidaraFailure(.unavailable, error.detail)
        }
    }

    /// A number that nobody can tell beforehand; not fit for secrets.
    func anyNumber() -> UInt64 { entropy.number(below: .max) }

    private func request(
        _ endpoint: FimidaraEndpoint, _ question: some Encodable
    ) throws(FimidaraFailure) -> HTTPRequest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body: Data
        do { body = try encoder.encode(question) } catch {
            throw FimidaraFailure(.rejected, "\(endpoint.name) cannot be asked: its body cannot be encoded")
        }
        var headers = authorized()
        headers.add("Content-Type", "application/json")
        return HTTPRequest(
            endpoint.method, settings.serverURL + endpoint.path, headers: headers, body: Array(body),
            timeouts: settings.callTimeouts, isRepeatable: endpoint.isIdempotent)
    }

    private func authorized() -> HTTPHeaders {
        ["Authorization": settings.authToken.reveal { "Bearer \($0)" }]
    }

    /// One attempt; throws for every status that is no success.
    private func send(
        _ request: HTTPRequest, _ name: String, _ rights: [StorageRight]
    ) async throws(FimidaraFailure) -> HTTPResponse {
        let pass = try await gate.enter(name)
        var request = request
        // A silent server may have been gone for a while, and with it what kept connections is on the way.
        if pass.isProbe { request.isRepeatable = false }
        let sent = request
        let response: HTTPResponse
        do throws(HTTPTransportError) {
            response = try await calls.follow(.fileStore, name) { () async throws(HTTPTransportError) in
                try await transport.send(sent)
            }
        } catch {
            throw failure(name, error, await gate.noteEnd(of: pass, error))
        }
        await gate.noteAnswer(to: pass)
        guard !(200..<300).contains(response.status) else { return response }
        // A refusal whose body does not come through is the same refusal.
        let body = (try? await response.body.collect(upTo: ErrorAnswer.sizeLimit)) ?? []
        throw ErrorAnswer(status: response.status, headers: response.headers, body: body)
            .failure(name, needing: rights, now: wallClock.now(), hiding: settings.authToken)
    }

    private func decode<Answer: Decodable>(
        _ response: HTTPResponse, _ name: String
    ) async throws(FimidaraFailure) -> Answer {
        let bytes: [UInt8]
        // Nothing of what is announced like that is waited for.
        if let length = response.announcedLength, length > FimidaraClient.answerLimit {
            throw FimidaraFailure(
                .rejected,
                "\(name) answered with \(length) bytes, where \(FimidaraClient.answerLimit) are the most: does the "
                    + "server URL lead to fimidara?")
        }
        do throws(HTTPTransportError) {
            bytes = try await calls.follow(.fileStore, name) { () async throws(HTTPTransportError) in
                try await response.body.collect(upTo: FimidaraClient.answerLimit)
            }
        } catch {
            throw failure(name, error, .neither)
        }
        do { return try JSONDecoder().decode(Answer.self, from: Data(bytes)) } catch {
            let hint = response.isPage ? HTTPResponse.pageHint : ""
            throw FimidaraFailure(.unavailable, "\(name) answered what cannot be read: \(flaw(error))\(hint)")
        }
    }

    /// Attempts a call, and again while that may help and the next attempt would begin within the time for the call.
    private func retrying<Value>(
        _ isIdempotent: Bool, for limit: Duration?, _ attempt: () async throws(FimidaraFailure) -> Value
    ) async throws(FimidaraFailure) -> Value {
        let passed = clock.stopwatch()
        var number = 1
        while true {
            do { return try await attempt() } catch {
                guard isIdempotent, error.isWorthRetrying, !error.isWithoutAnswer, !Task.isCancelled,
                    let wait = settings.retry.wait(afterAttempt: number, asked: error.askedWait, entropy: entropy),
                    limit.map({ passed() + wait < $0 }) ?? true, (try? await clock.sleep(for: wait)) != nil
                else { throw error }
                number += 1
            }
        }
    }

    private func failure(
        _ name: String, _ error: HTTPTransportError, _ finding: SilenceGate.Finding
    ) -> FimidaraFailure {
        let isOurs = error.reason == .invalidRequest || error.reason == .tooLarge
        let reason: FimidaraFailure.Reason = isOurs ? .rejected : finding == .late ? .late : .unavailable
        var failure = FimidaraFailure(reason, "\(name) got no answer: \(error)")
        failure.isWithoutAnswer = finding != .neither
        return failure
    }

    /// Where an answer differs from what we need, without any of its values.
    private func flaw(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + (last.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
        }
        return switch error as? DecodingError {
        case .keyNotFound(let key, let context): "\(place(context, key)) is missing"
        case .valueNotFound(_, let context): "\(place(context)) has no value"
        case .typeMismatch(let type, let context): "\(place(context)) is no \(type)"
        default: "it is no JSON"
        }
    }
}
