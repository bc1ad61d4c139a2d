/// What an upload request says beside its bytes, in headers or query parameters.
struct UploadOptions: Sendable {
    let locator: FileLocator
    let isAppend: Bool
    let createsMissing: Bool
    let mimetype: String?
    let encoding: String?
    let description: String?
    let session: String?
    /// What `Content-Length` promises for the whole body.
    let contentLength: Int64?
    /// Which part it is of an upload in parts; `nil` for a whole file and for an append.
    let part: Part?

    /// A part of an upload in parts.
    struct Part: Sendable, Equatable {
        /// What the client calls the upload.
        let clientId: String
        /// From 1 to 10 000.
        let number: Int64
    }

    /// Reads the options.
    /// - Parameters:
    ///   - request: the request.
    ///   - tail: what follows the endpoint in its path.
    ///   - limit: bytes that a body may have.
    /// - Throws: a failure with status 400 for a value that is out of its bounds, and for a body of unknown length.
    init(_ request: StorageRequest, tail: String, limit: Int64) throws {
        let query = PercentEncoding.query(request.query)
        func value(_ header: String, _ parameter: String, atMost limit: Int) throws -> String? {
            guard let value = request.headers["x-fimidara-\(header)"] ?? query[parameter], !value.isEmpty else {
                return nil
            }
            guard value.count <= limit else {
                throw StorageFailure.invalidField(
                    parameter, "\"\(parameter)\" length must be less than or equal to \(limit) characters long")
            }
            try UploadOptions.checkHeaderValue(value, field: parameter)
            return value
        }
        func isTrue(_ text: String?) -> Bool { text == "true" || text == "1" }
        locator = try FileLocator(tail: tail)
        isAppend = isTrue(request.headers["x-fimidara-append"]) || isTrue(query["append"])
        createsMissing = isTrue(
            try value("on-append-create-if-not-exists", "onAppendCreateIfNotExists", atMost: 10))
        mimetype = try value("file-mimetype", "mimetype", atMost: 100)
        encoding = try value("file-encoding", "encoding", atMost: 100)
        description = try value("file-description", "description", atMost: 700)
        session = try value("upload-session-id", "uploadSessionId", atMost: 100)
        part = try UploadOptions.part(
            try value("multipart-id", "clientMultipartId", atMost: 100),
            try value("multipart-part", "part", atMost: 20), isAppend: isAppend)
        contentLength = try UploadOptions.contentLength(
            request, declared: try value("file-size", "size", atMost: 20), limit: limit)
    }

    /// What the upload counts as.
    var operation: StorageOperation { isAppend ? .appendFile : .uploadFile }

    private static func part(_ clientId: String?, _ number: String?, isAppend: Bool) throws -> Part? {
        guard let clientId else {
            guard number == nil else {
                throw StorageFailure.invalidField("clientMultipartId", "\"clientMultipartId\" is required")
            }
            return nil
        }
        guard !isAppend else { throw StorageFailure.invalidField("", "\"value\" contains an invalid value") }
        guard let number else { throw StorageFailure.invalidField("part", "\"part\" is required") }
        guard let number = Int64(number), StorageLimits.parts.contains(number) else {
            throw StorageFailure.invalidField(
                "part", "\"part\" must be a number from 1 to \(StorageLimits.parts.upperBound)")
        }
        return Part(clientId: clientId, number: number)
    }

    /// Refuses what could break out of a header field when it is sent back.
    static func checkHeaderValue(_ value: String, field: String) throws {
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw StorageFailure.invalidField(field, "\"\(field)\" must not contain control characters")
        }
    }

    /// The length of the whole body; else there must be a declared size, and the length is not known.
    private static func contentLength(
        _ request: StorageRequest, declared: String?, limit: Int64
    ) throws -> Int64? {
        let length = request.headers["content-length"]
        guard let text = length ?? declared else {
            throw StorageFailure.invalidField("size", "\"size\" is required")
        }
        guard let size = Int64(text), size >= 0 else {
            throw StorageFailure.invalidField("size", "\"size\" must be a number")
        }
        guard size <= limit else { throw UploadOptions.tooLarge(limit) }
        return length == nil ? nil : size
    }

    static func tooLarge(_ limit: Int64) -> StorageFailure {
        .invalidField("size", "\"size\" must be less than or equal to \(limit)")
    }
}
