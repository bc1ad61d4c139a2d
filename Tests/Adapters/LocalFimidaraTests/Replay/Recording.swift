import FoundationEssentials
import Glibc

@testable import LocalFimidaraAdapter

/// Exchanges with a real server, one JSON object per line.
enum Recording {
    /// Where the recording is, or `nil` when this machine has none: `$LOGFERRY_SHARED/facts`, or `../shared/facts`
    /// beside the package.
    static let path: String? = {
        let package = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
        let beside = "/\(package)/../shared"
        let named = getenv("LOGFERRY_SHARED").map { String(cString: $0) }
        let path = "\(named ?? beside)/facts/fimidara-exchanges.jsonl"
        return access(path, R_OK) == 0 ? path : nil
    }()

    static var isThere: Bool { path != nil }

    static func load() throws -> [RecordedExchange] {
        guard let path else { return [] }
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        return try bytes.split(separator: 0x0A).map { RecordedExchange(try JSONValue(parsing: Array($0))) }
    }
}
