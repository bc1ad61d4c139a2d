import ArgumentParser
import Foundation

/// How all measurements answer in JSON.
func prettyJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// Says what a guard found, and ends the program with 1 when that is something.
func answer(_ faults: [String]) throws {
    for fault in faults { FileHandle.standardError.write(Data("logferry-bench: \(fault)\n".utf8)) }
    guard faults.isEmpty else { throw ExitCode.failure }
}
