/// What a read request asks for.
struct ReadOptions: Sendable {
    let locator: FileLocator
    /// `nil` for the whole file.
    let ranges: RangeRequest?
    let ifRange: String?
    /// The name to save under, when the bytes are to be saved; empty for the file's own name.
    let downloadName: String?

    /// Reads the options from the path, the query, the headers and a JSON body, which wins.
    /// - Throws: a failure with status 400.
    init(_ request: StorageRequest, tail: String, body: JSONValue) throws {
        let query = PercentEncoding.query(request.query)
        let fields = try BodyFields.read(body) { ReadFields(&$0) }
        let imageParameters: Set = ["w", "h", "fit", "pos", "bg", "withoutEnlargement", "format"]
        guard !fields.wantsImage, imageParameters.isDisjoint(with: query.keys) else {
            throw StorageFailure.unsupported("This store does not transform images")
        }
        if fields.locator.path != nil || fields.locator.id != nil {
            locator = fields.locator
        } else {
            locator = try FileLocator(tail: tail)
        }
        if let spans = fields.spans, !spans.isEmpty {
            ranges = .spans(spans)
        } else {
            ranges = (fields.rangeHeader ?? request.headers["range"]).map { RangeRequest(header: $0) }
        }
        ifRange = fields.ifRangeHeader ?? request.headers["if-range"]
        let isDownload = fields.isDownload ?? ["true", "1"].contains(query["download"] ?? "")
        downloadName = isDownload ? fields.downloadName ?? query["downloadName"] ?? "" : nil
    }
}
