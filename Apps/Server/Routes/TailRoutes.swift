import AppRegistry
import Composition
import HTTPTypes
import Hummingbird
import LogModel
import LogQuery
import NIOCore
import ServiceLifecycle

/// Records as they are committed, as server-sent events.
struct TailRoutes: Sendable {
    private let deployment: Deployment
    private let signer: any PositionSigner
    private let gatekeeper: Gatekeeper
    private let slots: TailSlots

    /// How often the store is asked for more.
    private static let pause: Duration = .milliseconds(500)

    init(deployment: Deployment, signer: any PositionSigner, gatekeeper: Gatekeeper) {
        self.deployment = deployment
        self.signer = signer
        self.gatekeeper = gatekeeper
        slots = TailSlots(limit: deployment.settings.maxTails)
    }

    var routes: [Route] {
        [
            Route(.get, "/v1/logs/tail", .read, parameters: LogQuestion.filterMembers) { request, context, caller in
                try await open(request, context, caller)
            }
        ]
    }

    private func open(_ request: Request, _ context: APIContext, _ caller: Caller) async throws -> Response {
        let last = request.headers[.lastEventID].flatMap { $0.isEmpty ? nil : $0 }
        let askedAt = try last.map { try LogTail.moment(of: $0, signer: signer) } ?? deployment.clock.now()
        let question = try await LogQuestion(
            context.query, .init(caller: caller, deployment: deployment, askedAt: askedAt))
        guard let slot = slots.take(for: question.filter.app) else { throw Problem.tooManyTails }
        let presence = await context.presence()
        // The place is free as soon as the client is gone, however long the last look at the store takes.
        presence.onLeaving { slot.giveBack() }
        var tail = LogTail(
            question.filter, cursors: deployment.cursors, reader: deployment.records, askedAt: askedAt)
        if let last { try await tail.resume(at: last, signer: signer) } else { try await tail.start() }
        let body = ResponseBody { [tail] writer in
            try await follow(tail, of: question.filter.app, for: caller, presence, &writer)
            slot.giveBack()
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"], body: body)
    }

    /// Writes events until the service stops, the client goes away or its credential ends.
    @concurrent private func follow(
        _ start: LogTail, of app: AppID, for caller: Caller, _ presence: ClientPresence,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        var tail = start
        var sent = tail.position(signer: signer)
        let heartbeat = deployment.settings.tailHeartbeat
        var wroteAt = ContinuousClock.now
        var watch = Gatekeeper.Watch(gatekeeper, of: caller, for: .read, each: heartbeat)
        try await writer.write(inPieces: ServerSentEvents.opening(id: sent))
        // What is not shown when the service stops is shown to who comes back with the last id.
        while !Task.isShuttingDownGracefully {
            try await watch.confirm()
            if let rows = try await tail.next() {
                sent = tail.position(signer: signer)
                try await writer.write(inPieces: ServerSentEvents.event(rows, app: app.text, id: sent))
                wroteAt = .now
                continue
            }
            if .now - wroteAt >= heartbeat {
                let position = tail.position(signer: signer)
                try await writer.write(inPieces: ServerSentEvents.heartbeat(id: position == sent ? nil : position))
                sent = position
                wroteAt = .now
            }
            await rest()
            try Task.checkCancellation()
            if presence.hasLeft { throw ClientGone() }
        }
    }

    /// Waits for a moment, or for the end of the service.
    private func rest() async {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: TailRoutes.pause) }
    }
}
