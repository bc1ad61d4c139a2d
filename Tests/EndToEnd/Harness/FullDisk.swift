import Foundation
import TestSupport

/// A disk that is full now and again, for processes that a library of ours is preloaded into: what they have in the
/// system's folder for temporary files does not grow then.
final class FullDisk: Sendable {
    private let folder: TemporaryFolder
    /// What a process must be started with.
    let environment: [String: String]

    init() async throws {
        folder = try TemporaryFolder()
        environment = [
            "LD_PRELOAD": try await PreloadedLibrary.compiled("FullDisk/full_disk.c", in: folder.path),
            "FULL_DISK_FLAG": folder.file("full"), "FULL_DISK_FOLDER": NSTemporaryDirectory(),
        ]
    }

    /// Leaves no room.
    func fill() throws {
        guard FileManager.default.createFile(atPath: folder.file("full"), contents: nil) else {
            throw HarnessError("\(folder.file("full")) cannot be made")
        }
    }

    /// Makes room.
    func empty() throws { try FileManager.default.removeItem(atPath: folder.file("full")) }
}
