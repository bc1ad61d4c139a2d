import Foundation
import HTTPTransport

/// An application that logs by init and append, and knows what it has been told.
struct Application: Sendable {
    let site: Site
    let id: String
    let name: String
    let clientToken: String
    let tokenID: String

    /// Registers an app and issues a token.
    static func register(_ name: String, at site: Site) async throws -> Application {
        let admin = try site.secret("admin.key")
        let app = try await site.call("POST", site.api("/v1/apps"), admin, #"{"name":"\#(name)"}"#)
        guard app.status == 201, let id = app.json["id"] as? String else { throw HarnessError(app.text) }
        let token = try await site.call("POST", site.api("/v1/apps/\(id)/tokens"), admin, "{}")
        guard let text = token.json["token"] as? String, let tokenID = token.json["id"] as? String else {
            throw HarnessError(token.text)
        }
        return Application(site: site, id: id, name: name, clientToken: text, tokenID: tokenID)
    }

    /// What init answered.
    struct Door: Sendable {
        let token: String
        let folder: String
        let prefix: String
        /// The path of a day file.
        func file(_ day: String) -> String { "\(folder)/\(prefix)-\(day).ndjson" }
    }

    func initialise(_ body: String = "{}") async throws -> Door {
        let answer = try await site.call("POST", site.api("/v1/sdk/init"), clientToken, body)
        guard answer.status == 200, let token = answer.json["token"] as? String,
            let folder = answer.json["folderPath"] as? String, let prefix = answer.json["filePrefix"] as? String
        else { throw HarnessError("init answered \(answer.status): \(answer.text)") }
        return Door(token: token, folder: folder, prefix: prefix)
    }

    /// Appends bytes to a file.
    func append(_ bytes: some Collection<UInt8>, to path: String, with credential: String) async throws -> Site.Answer {
        try await send(bytes, to: path, with: credential, isAppend: true)
    }

    /// Puts bytes in the place of those of a file.
    func upload(_ bytes: some Collection<UInt8>, over path: String, with credential: String) async throws -> Site.Answer
    {
        try await send(bytes, to: path, with: credential, isAppend: false)
    }

    private func send(
        _ bytes: some Collection<UInt8>, to path: String, with credential: String, isAppend: Bool
    ) async throws -> Site.Answer {
        let boundary = "boundary-\(UUID().uuidString)"
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"data\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n"
        let body = Array(head.utf8) + bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        return try await site.send(
            "POST", site.files("/v1/files/uploadFile/\(path.replacingOccurrences(of: "/", with: "%2F"))"),
            headers: [
                "Authorization": "Bearer \(credential)", "Content-Type": "multipart/form-data; boundary=\(boundary)",
                "x-fimidara-append": isAppend ? "true" : "false", "x-fimidara-on-append-create-if-not-exists": "true",
                "x-fimidara-upload-session-id": UUID().uuidString,
            ], body: body)
    }

    /// How many bytes of a file are committed, asked with the administrator's credential.
    func committedSize(of path: String) async throws -> Int {
        let answer = try await site.call(
            "POST", site.files("/v1/files/getFileDetails"), try site.secret("local-fimidara.key"),
            #"{"filepath":"\#(path)"}"#)
        if answer.status == 404 { return 0 }
        guard let file = answer.json["file"] as? [String: Any], let size = file["size"] as? Int else {
            throw HarnessError("getFileDetails answered \(answer.status): \(answer.text)")
        }
        return size
    }
}
