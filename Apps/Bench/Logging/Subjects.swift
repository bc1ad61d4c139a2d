import Foundation
import Logferry
import LogferryLogging
import LogferryPlatform
import Logging

extension Subject {
    /// Copies a line that is ready into memory that is there, behind the lock that the shipper's buffer has.
    ///
    /// Nothing that keeps lines can cost less.
    static func bareAppend() -> Subject {
        struct Memory {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            var used = 0
        }
        let line =
            Array(#"{"timestamp":"2026-09-21T14:13:20.000000Z","level":"info","#.utf8)
            + [UInt8](repeating: UInt8(ascii: "x"), count: 182) + [UInt8(ascii: "\n")]
        let memory = MutexGuarded(Memory())
        return Subject(name: "bare append", length: 20) { count, _ in
            for _ in 0..<count {
                memory.withLock { memory in
                    if memory.used + line.count > memory.bytes.count { memory.used = 0 }
                    memory.bytes.withUnsafeMutableBytes { bytes in
                        line.withUnsafeBytes {
                            UnsafeMutableRawBufferPointer(rebasing: bytes[memory.used...]).copyMemory(from: $0)
                        }
                    }
                    memory.used += line.count
                }
            }
        } settle: {
            0
        }
    }

    /// A handler that does nothing: what is left is swift-log's own share of a call, and the caller's.
    static func nothing() -> Subject {
        let logger = Logger(label: "shop.orders") { _ in EmptyHandler() }
        return Subject(name: "empty handler", length: 4) { count, entry in
            entry.log(count, to: logger)
        } settle: {
            0
        }
    }

    /// swift-log's own handler, which writes to standard error; send that to `/dev/null`.
    static func stream() -> Subject {
        let logger = Logger(label: "shop.orders") { StreamLogHandler.standardError(label: $0, metadataProvider: nil) }
        return Subject(name: "StreamLogHandler") { count, entry in
            entry.log(count, to: logger)
        } settle: {
            0
        }
    }

    /// The handler of the SDK over a transport.
    ///
    /// The buffer is larger than any round, so that nothing is dropped: a dropped line would cost less than a kept one.
    static func logferry(over transport: any SdkTransport) -> Subject {
        var settings = ShipperSettings(serverURL: "http://server", clientToken: "bench")
        settings.maxLines = 4_000_000
        settings.maxBytes = 2 << 30
        let shipper = LogShipper(settings, transport: transport)
        let logger = Logger(label: "shop.orders") { LogferryLogHandler(label: $0, shipper: shipper) }
        return Subject(name: "LogferryLogHandler") { count, entry in
            entry.log(count, to: logger)
        } settle: {
            await shipper.flush()
            return await shipper.statistics().droppedInAll
        }
    }
}

/// Takes every entry and does nothing.
private struct EmptyHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}
}

/// Takes every batch and keeps none.
struct SwallowingTransport: SdkTransport {
    func send(_ request: SdkRequest) async throws(SdkTransportError) -> SdkResponse {
        let answer = #"{"serverURL":"http://store","token":"t","folderPath":"/f","filePrefix":"p","appId":"a"}"#
        return SdkResponse(status: 200, body: Array(answer.utf8))
    }
}
