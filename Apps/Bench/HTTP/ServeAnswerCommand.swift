import ArgumentParser
import HTTPTypes
import Hummingbird
import NIOCore

/// A listener as the service has it, whose handlers read the body and answer what they have, in a process of its own: what
/// no request costs less than.
struct ServeAnswerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve-answer", abstract: "Answers the same; \"requests\" starts this by itself.",
        shouldDisplay: false)

    @Argument(help: "How many bytes it answers.")
    var bytes: Int

    func run() async throws {
        let body = ByteBuffer(repeating: UInt8(ascii: " "), count: bytes)
        let router = Router()
        for method in [HTTPRequest.Method.get, .post] {
            router.on("**", method: method) { request, _ in
                for try await _ in request.body {}
                return Response(
                    status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
            }
        }
        try await ChildServer.serve(router)
    }
}
