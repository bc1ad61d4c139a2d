import Foundation
import LogModel
import Logferry
import LogferryPlatform
import LogferrySpool
import LogferryURLSession

/// An application with the SDK in it, as a process that can be killed.
///
/// `SdkWriter SERVER TOKEN NAME FIRST-NUMBER SECONDS NOTES [SPOOL] [CLOCK-OFFSET-SECONDS]` logs numbered lines as fast
/// as its pace says for so long, then delivers what is left. What a checker must know goes to the file NOTES, one line
/// per fact, each with one write, so that it outlives a kill: numbers before they are used, what the disk buffer keeps,
/// what is dropped, and the figures of the end.
@main
struct SdkWriter {
    static func main() async throws {
        let given = CommandLine.arguments
        guard given.count >= 7, let first = Int(given[4]), let seconds = Double(given[5]) else {
            FileHandle.standardError.write(
                Data("SdkWriter SERVER TOKEN NAME FIRST SECONDS NOTES [SPOOL|-] [OFFSET]\n".utf8))
            exit(2)
        }
        let notes = try Notes(path: given[6])
        let spool = given.count > 7 && given[7] != "-" ? given[7] : nil
        let clock = ShiftedClock(offset: given.count > 8 ? Int64(given[8]) ?? 0 : 0)
        var settings = ShipperSettings(serverURL: given[1], clientToken: given[2])
        settings.instanceID = given[3]
        settings.maxAge = .milliseconds(200)
        settings.requestTimeout = .seconds(2)
        settings.backoff.cap = .seconds(1)
        let shipper = LogShipper(
            settings: settings, transport: URLSessionTransport(), guarding: { LockedLineBuffer($0) },
            clock: ContinuousClock(), wallClock: clock, entropy: MachineEntropy(),
            journal: spool.map { SpoolJournal(folder: $0, byteLimit: 64 << 20) }, observer: notes)
        var number = first
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < end {
            notes.write("reserved \(number + 20)")
            for _ in 0..<20 {
                shipper.log(Line(writer: given[3], n: number, pad: String(repeating: "é", count: number % 90)))
                number += 1
                // Not with a disk buffer: its checker counts on lines being kept in the order of their numbers.
                if number % 50 == 0, spool == nil {
                    let yesterday = Timestamp(nanoseconds: clock.now().nanoseconds - 86_400_000_000_000)
                    shipper.log(DatedLine(writer: given[3], n: number, timestamp: yesterday.rfc3339))
                    number += 1
                }
            }
            // Longer runs log more slowly, so that what a checker has to read stays bounded.
            try await Task.sleep(for: .milliseconds(40 * max(1, Int(seconds) / 60)))
        }
        let left = await shipper.shutdown(within: .seconds(90))
        notes.write(
            "end \(number) \(left.accepted) \(left.restored) \(left.delivered) \(left.droppedInAll) \(left.pending)")
    }
}

private struct Line: Encodable {
    let writer: String
    let n: Int
    let pad: String
}

private struct DatedLine: Encodable {
    let writer: String
    let n: Int
    let timestamp: String
}

/// This machine's time of day, shifted.
private struct ShiftedClock: WallClock {
    let offset: Int64

    func now() -> Timestamp {
        Timestamp(nanoseconds: MachineClock().now().nanoseconds + offset * 1_000_000_000)
    }
}

/// Facts in a file, which survive the process.
private struct Notes: ShipperObserver {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func write(_ fact: String) {
        let bytes = Array((fact + "\n").utf8)
        precondition(Foundation.write(descriptor, bytes, bytes.count) == bytes.count, "the notes cannot be written")
    }

    func observe(_ event: ShipperEvent) {
        switch event {
        case .kept(_, let lines): write("kept \(lines)")
        case .restored(let batches, let lines, let damaged): write("restored \(batches) \(lines) \(damaged)")
        case .dropped(let reason, let lines): write("dropped \(lines) \(reason)")
        case .delivered(let batch, let file, let lines, _): write("delivered \(lines) \(batch.seq) \(file)")
        case .failed(let failure, _): write("failed \(failure)")
        case .segmentModeBegan: write("segments")
        case .journalFailed(let words): write("journal \(words)")
        case .initialised: write("initialised")
        }
    }
}
