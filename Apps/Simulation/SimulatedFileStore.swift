import DeterministicExecutor
import InMemoryAdapter
import LogModel
import Logferry

/// The server and the file store as an SDK meets them over a network that loses requests and replies.
struct SimulatedFileStore: SdkTransport {
    let station: Station
    let app: AppID
    /// What the server gives the process to begin its files' names with.
    let prefix: String

    private var world: World { station.world }

    func send(_ request: SdkRequest) async throws(SdkTransportError) -> SdkResponse {
        let isThere = await station.travel()
        if !isThere || world.strikes(onceIn: 20) {
            throw SdkTransportError(mayHaveArrived: false, description: "a fault of the world")
        }
        guard request.url.utf8.contains(UInt8(ascii: "%")), let file = request.url.split(separator: "%2F").last else {
            return initialise()
        }
        let response = try await take(content(of: request), for: String(file))
        guard await station.travel() else {
            throw SdkTransportError(mayHaveArrived: true, description: "the process is gone")
        }
        return response
    }

    private func initialise() -> SdkResponse {
        let answer =
            #"{"serverURL":"http://store.invalid","token":"t","folderPath":"/\#(app)","filePrefix":"\#(prefix)"}"#
        return SdkResponse(status: 200, body: Array(answer.utf8))
    }

    /// An append that is stored, or of which nobody knows whether it is.
    private func take(_ content: [UInt8], for file: String) async throws(SdkTransportError) -> SdkResponse {
        for line in content.split(separator: 0x0A) {
            let isNew = world.sdk[app]?.onTheWire.insert(Array(line)).inserted ?? true
            if !isNew, let mark = SdkLedger.mark(of: line) { world.sdk[app]?.sentAgain.insert(mark) }
        }
        if await world.endsWithinLine(World.FilePlace(app: app, name: file)) {
            world.sdk[app]?.unguarded.formUnion(SdkLedger.marks(in: content))
        }
        let lost = SdkTransportError(mayHaveArrived: true, description: "a fault of the world")
        guard world.strikes(onceIn: 5) else {
            await append(content, to: file)
            world.sdk[app]?.kept.formUnion(SdkLedger.marks(in: content))
            return SdkResponse(status: 200, body: Array(#"{"file":{}}"#.utf8))
        }
        let cut = world.below(content.count)
        switch world.below(4) {
        case 0:
            world.note(station.name, "FAULT the append to \(file) is lost")
        case 1:
            await append(content, to: file)
            world.note(station.name, "FAULT the reply to the append to \(file) is lost")
        case 2:
            world.sdk[app]?.brokenFiles.insert(file)
            world.note(station.name, "FAULT the append to \(file) breaks after \(cut) bytes")
            await append(Array(content[..<cut]), to: file)
        default:
            world.sdk[app]?.brokenFiles.insert(file)
            world.note(station.name, "FAULT the append to \(file) stays under way")
            Task {
                await append(Array(content[..<cut]), to: file)
                let crashes = world.storeCrashes
                await world.scheduler.pass(world.span(100, 9000))
                // A store that went down in between knows nothing more of it.
                guard world.storeCrashes == crashes else { return }
                await append(Array(content[cut...]), to: file)
            }
        }
        throw lost
    }

    private func append(_ bytes: [UInt8], to file: String) async {
        world.note(station.name, "appends \(bytes.count) bytes to \(file), \(SdkLedger.words(for: bytes))")
        await world.append(bytes, to: World.FilePlace(app: app, name: file))
    }

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
