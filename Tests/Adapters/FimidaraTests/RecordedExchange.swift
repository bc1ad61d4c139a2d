import FoundationEssentials
import Glibc
import HTTPTransport
import Testing

/// One request to a real fimidara server and its answer, as a line of a recording.
///
/// Recordings are not part of the project: they lie in `$LOGFERRY_SHARED/facts`, or in `../shared/facts` beside the
/// package, on machines that have them.
struct RecordedExchange: Sendable, CustomTestStringConvertible {
    let name: String
    let path: String
    let status: Int
    private let headers: HTTPHeaders
    private let bytes: [UInt8]

    var testDescription: String { name }

    /// The answer, anew each time since a body is pulled once.
    var response: HTTPResponse { HTTPResponse(status: status, headers: headers, bytes: bytes) }

    static let all: [RecordedExchange] = {
        let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let shared = getenv("LOGFERRY_SHARED").map { String(cString: $0) } ?? "/\(package)/../shared"
        let file = shared + "/facts/fimidara-exchanges.jsonl"
        guard let data = try? Data(contentsOf: URL(filePath: file)) else { return [] }
        return data.split(separator: UInt8(ascii: "\n")).compactMap { RecordedExchange(line: Data($0)) }
    }()

    /// The answers of one endpoint.
    static func answers(of path: String) -> [RecordedExchange] { all.filter { $0.path.hasPrefix(path) } }

    private init?(line: Data) {
        guard let line = try? JSONDecoder().decode(Line.self, from: line), let status = line.response.status else {
            return nil
        }
        name = line.name
        path = line.request.path
        self.status = status
        var headers: HTTPHeaders = [:]
        for (name, value) in line.response.headers ?? [:] { headers.add(name, value) }
        self.headers = headers
        bytes =
            line.response.body.flatMap { try? Array(JSONEncoder().encode($0)) }
            ?? Array((line.response.bodyText ?? "").utf8)
    }

    private struct Line: Decodable {
        struct Request: Decodable { let path: String }
        struct Response: Decodable {
            let status: Int?
            let headers: [String: String]?
            let body: JSONTree?
            let bodyText: String?
        }
        let name: String
        let request: Request
        let response: Response
    }
}

/// Any JSON, to be written out again.
private enum JSONTree: Codable {
    case null, flag(Bool), whole(Int64), number(Double), text(String), list([JSONTree]), members([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let whole = try? value.decode(Int64.self) {
            self = .whole(whole)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSONTree].self) {
            self = .list(list)
        } else {
            self = .members(try value.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .flag(let flag): try value.encode(flag)
        case .whole(let whole): try value.encode(whole)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .members(let members): try value.encode(members)
        }
    }
}
