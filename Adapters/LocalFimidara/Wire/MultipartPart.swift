/// What the header fields of one part of a form say.
struct MultipartPart: Sendable, Equatable {
    /// The field's name, or an empty text.
    let name: String
    /// Whether the part brings a file's bytes: it has a file name, or is declared to be bytes.
    let isFile: Bool
    /// The media type without its parameters, when there is one.
    let mediaType: String?
    /// The transfer encoding, when there is one.
    let transferEncoding: String?

    /// Whether an upload takes this part: a file, or a text field named `data`.
    var isWanted: Bool { isFile || name == "data" }

    init(headers: StorageHeaders) {
        let disposition = HeaderParameters(headers["content-disposition"] ?? "")
        let type = headers["content-type"].map { HeaderParameters($0).value }
        name = disposition.parameters["name"] ?? ""
        mediaType = type.flatMap { $0.isEmpty ? nil : $0 }
        transferEncoding = headers["content-transfer-encoding"].map(\.trimmed)
        isFile =
            disposition.parameters["filename"] != nil || disposition.parameters["filename*"] != nil
            || type == "application/octet-stream"
    }
}
