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

    /// Reads the options.
    /// - Throws: a failure with status 400 for a value that is out of its bounds, for a body of unknown length, and
    ///   for an upload in parts.
    init(_ request: StorageRequest, tail: String) throws {
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
        if try value("multipart-id", "clientMultipartId", atMost: 100) != nil {
            guard !isAppend else { throw StorageFailure.invalidField("", "\"value\" contains an invalid value") }
            throw StorageFailure.unsupported("This store does not take uploads in parts; upload the file as a whole")
        }
        contentLength = try UploadOptions.contentLength(
            request, declared: try value("file-size", "size", atMost: 20))
    }

    /// Refuses what could break out of a header field when it is sent back.
    static func checkHeaderValue(_ value: String, field: String) throws {
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw StorageFailure.invalidField(field, "\"\(field)\" must not contain control characters")
        }
    }

    /// The length of the whole body; else there must be a declared size, and the length is not known.
    private static func contentLength(_ request: StorageRequest, declared: String?) throws -> Int64? {
        let length = request.headers["content-length"]
        guard let text = length ?? declared else {
            throw StorageFailure.invalidField("size", "\"size\" is required")
        }
        guard let size = Int64(text), size >= 0 else {
            throw StorageFailure.invalidField("size", "\"size\" must be a number")
        }
        guard size <= StorageLimits.uploadBytes else { throw UploadOptions.tooLarge }
        return length == nil ? nil : size
    }

    static let tooLarge = StorageFailure.invalidField(
        "size", "\"size\" must be less than or equal to \(StorageLimits.uploadBytes)")
}
