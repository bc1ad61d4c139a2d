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
        try self.init(program, RunningProgram.lastOfEach(arguments), environment: environment, folder: folder)
    }

    /// The arguments without settings that are given again later: the program refuses two values of one, and tests give
    /// their own behind those of their site.
    private static func lastOfEach(_ arguments: [String]) -> [String] {
        let settings: Set<String> = [
            "--data-dir", "--http-port", "--ops-port", "--local-fimidara-port", "--log-format", "--consume-interval",
            "--log-level", "--store-url",
        ]
        var kept: [String] = []
        var index = 0
        while index < arguments.count {
            let name = arguments[index]
            if settings.contains(name), arguments[(index + 1)...].dropFirst().contains(name) {
                index += 2
                continue
            }
            kept.append(name)
            index += 1
        }
        return kept
    }
}

/// Something that the harness needs and does not get.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
