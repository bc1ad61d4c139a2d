import Foundation
import Logferry

/// What a real fimidara server answered to an upload that it did not take.
///
/// The kinds stand here, each as it was on the wire. The recording itself is not part of the project: it lies in
/// `$LOGFERRY_SHARED/facts`, or in `../shared/facts` beside the package, on machines that have it.
struct RecordedRefusal: Sendable {
    /// What an SDK that keeps the rules does next with the same batch.
    enum Next: Sendable, Hashable {
        /// Nobody knows what the append did: the day's next file.
        case nextFile
        /// The credential or its folder is gone: a new credential, the same file.
        case newCredential
        /// The store cannot append: a file for the batch alone.
        case segment
        /// The request itself is wrong: offered a few times, then dropped and counted.
        case dropped
    }

    let name: String
    /// `nil` when the connection was reset instead of an answer.
    let answer: SdkResponse?

    /// What the rule says of an answer: of its status, and for a 400 of its error.
    var next: Next? {
        guard let answer else { return .nextFile }
        switch answer.status {
        case 500: return .nextFile
        case 401, 404: return .newCredential
        case 400 where errorNames == ["UnsupportedOperationError"]: return .segment
        case 400 where errorNames == ["ValidationError"]: return .dropped
        default: return nil
        }
    }

    private var errorNames: [String] {
        guard let answer, let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
            let errors = json["errors"] as? [[String: Any]]
        else { return [] }
        return errors.compactMap { $0["name"] as? String }
    }

    /// One of each kind, which every machine has.
    static let kinds: [RecordedRefusal] = [
        RecordedRefusal("locked, denied, missing", 500, #"{"name":"ServerError","message":"Server error"}"#),
        RecordedRefusal(
            "no such token", 401,
            #"{"name":"InvalidCredentialsError","message":"Invalid credentials","action":"loginAgain"}"#),
        RecordedRefusal("no such workspace", 404, #"{"name":"NotFoundError","message":"Workspace not found"}"#),
        RecordedRefusal(
            "the S3 backend", 400,
            #"{"name":"UnsupportedOperationError","message":"The backend does not support append file operations"}"#),
        RecordedRefusal(
            "a wrong field", 400, #"{"name":"ValidationError","message":"\"size\" is required","field":"size"}"#),
        RecordedRefusal(name: "a reset connection", answer: nil),
    ]

    /// Every upload of the recording that was not taken.
    static let recording: [RecordedRefusal] = {
        let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let shared = ProcessInfo.processInfo.environment["LOGFERRY_SHARED"] ?? "/\(package)/../shared"
        let file = FileManager.default.contents(atPath: shared + "/facts/fimidara-exchanges.jsonl") ?? Data()
        return file.split(separator: UInt8(ascii: "\n")).compactMap { RecordedRefusal(line: Data($0)) }
    }()

    private init(_ name: String, _ status: Int, _ error: String) {
        self.init(name: name, answer: SdkResponse(status: status, body: Array("{\"errors\":[\(error)]}".utf8)))
    }

    private init(name: String, answer: SdkResponse?) {
        self.name = name
        self.answer = answer
    }

    private init?(line: Data) {
        guard let json = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
            let name = json["name"] as? String, let request = json["request"] as? [String: Any],
            let path = request["path"] as? String, path.contains("/uploadFile"),
            let response = json["response"] as? [String: Any], response["status"] as? Int != 200
        else { return nil }
        self.name = name
        guard let status = response["status"] as? Int else {
            answer = nil
            return
        }
        let tree = response["body"].flatMap { try? JSONSerialization.data(withJSONObject: $0) }
        let body = tree ?? Data((response["bodyText"] as? String ?? "").utf8)
        let headers = (response["headers"] as? [String: String] ?? [:]).map { (name: $0, value: $1) }
        answer = SdkResponse(status: status, headers: headers, body: Array(body))
    }
}
