import Foundation

/// A time of day that a process sees shifted, by libfaketime; the time that passes is the machine's.
final class FakedTime: Sendable {
    private let file: String

    init(in folder: String) throws {
        file = folder + "/time-" + UUID().uuidString
        try shift(hours: 0)
    }

    /// Lets the time of day step to so many hours from the machine's.
    func shift(hours: Int) throws {
        try Data((hours < 0 ? "-\(-hours * 3600)\n" : "+\(hours * 3600)\n").utf8).write(
            to: URL(fileURLWithPath: file), options: .atomic)
    }

    /// What a process must be started with.
    var environment: [String: String] {
        [
            "LD_PRELOAD": FakedTime.library ?? "", "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
    }

    /// Debian's package faketime.
    static let library: String? = ["x86_64", "aarch64"]
        .map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
        .first { FileManager.default.fileExists(atPath: $0) }
}
