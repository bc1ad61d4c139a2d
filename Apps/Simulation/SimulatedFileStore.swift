import DeterministicExecutor
import InMemoryAdapter
import LogModel
import SdkClient

/// The server and the file store as an SDK meets them over a network that loses requests and replies.
struct SimulatedFileStore: SdkTransport {
    let world: World
    let app: AppID
    let name: String

    func send(_ request: SdkRequest) async throws(SdkTransportError) -> SdkResponse {
        await world.scheduler.pass(world.span(1, 60))
        if world.strikes(onceIn: 20) {
            throw SdkTransportError(mayHaveArrived: false, description: "a fault of the world")
        }
        guard let file = request.url.split(separator: "/").last, request.url.contains("/uploadFile/") else {
            return initialise()
        }
        return try await take(content(of: request), for: String(file.split(separator: "%2F").last ?? file))
    }

    private func initialise() -> SdkResponse {
        let answer =
            #"{"serverURL":"http://store.invalid","token":"t","folderPath":"/\#(app)","filePrefix":"\#(name)"}"#
        return SdkResponse(status: 200, body: Array(answer.utf8))
    }

    /// An append that is stored, or of which nobody knows whether it is.
    private func take(_ content: [UInt8], for file: String) async throws(SdkTransportError) -> SdkResponse {
        for line in content.split(separator: 0x0A) { world.linesOnTheWire[app, default: []].insert(Array(line)) }
        let lost = SdkTransportError(mayHaveArrived: true, description: "a fault of the world")
        guard world.strikes(onceIn: 5) else {
            await append(content, to: file)
            return SdkResponse(status: 200, body: Array(#"{"file":{}}"#.utf8))
        }
        let cut = world.below(content.count)
        switch world.below(4) {
        case 0:
            world.note(name, "FAULT the append to \(file) is lost")
        case 1:
            await append(content, to: file)
            world.note(name, "FAULT the reply to the append to \(file) is lost")
        case 2:
            noteBreak(file)
            world.note(name, "FAULT the append to \(file) breaks after \(cut) bytes")
            await append(Array(content[..<cut]), to: file)
        default:
            noteBreak(file)
            world.note(name, "FAULT the append to \(file) stays under way")
            Task {
                await append(Array(content[..<cut]), to: file)
                await world.scheduler.pass(world.span(100, 9000))
                await append(Array(content[cut...]), to: file)
            }
        }
        throw lost
    }

    private func append(_ bytes: [UInt8], to file: String) async {
        world.note(name, "appends \(bytes.count) bytes to \(file)")
        await world.files.append(bytes, to: file, in: app.text)
    }

    private func noteBreak(_ file: String) { world.brokenFiles.insert(World.FilePlace(app: app, name: file)) }

    /// What is between the headers of the one part and the boundary that ends it.
    private func content(of request: SdkRequest) -> [UInt8] {
        let body = request.body
        let separator = Array("\r\n\r\n".utf8)
        let start = body.indices.dropLast(3).first { body[$0..<$0 + 4].elementsEqual(separator) } ?? 0
        // The last line is the first one, its line break before it and two hyphens behind it.
        let opening = body.firstIndex(of: 0x0D) ?? 0
        return Array(body[(start + 4)..<(body.count - opening - 6)])
    }
}
