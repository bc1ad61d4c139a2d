import Foundation
import Glibc
import ServerRig

extension RunningProgram {
    /// The program of `LOGFERRY_TEST_PROGRAM`, or else the one that the tests were built with.
    static let path: String = {
        ProcessInfo.processInfo.environment["LOGFERRY_TEST_PROGRAM"] ?? beside("logferry")
    }()

    /// A program that was built with the tests.
    static func beside(_ name: String) -> String {
        let folders = [
            Bundle.main.bundlePath, (CommandLine.arguments[0] as NSString).deletingLastPathComponent,
            (#filePath as NSString).deletingLastPathComponent + "/../../../.build/debug",
        ]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 } ?? name
    }

    /// Starts the program under test, or another that was built with the tests.
    convenience init(
        _ arguments: [String], environment: [String: String] = [:], folder: String, program: String = path
    ) throws {
        try self.init(program, arguments, environment: environment, folder: folder)
    }
}

/// Something that the harness needs and does not get.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
