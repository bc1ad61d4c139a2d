internal import BlockingExecutor
internal import LogModel

/// Gives files out: whole, in one range or in several.
///
/// Readers see the committed size and never wait for writers.
struct Downloads: Sendable {
    let catalog: Catalog
    let blobs: BlobStore
    let threads: BlockingThreads
    let entropy: any Entropy
    let observe: @Sendable (StorageEvent) -> Void

    func read(_ options: ReadOptions, as caller: Caller, showing shown: Int64? = nil) async throws -> StorageResponse {
        var (file, bytes) = try await open(options.locator, as: caller)
        if let shown { file.size = min(file.size, shown) }
        let ranges = try applicableRanges(of: file, options)
        var headers = commonHeaders(of: file, downloadName: options.downloadName)
        switch ranges?.count {
        case nil:
            return response(200, headers, [.file(from: 0, count: file.size)], bytes)
        case 1:
            let range = ranges?.first ?? 0...0
            headers["content-range"] = "bytes \(range.lowerBound)-\(range.upperBound)/\(file.size)"
            return response(206, headers, [Downloads.segment(range)], bytes)
        default:
            let boundary = "logferry-range-\(RandomText.mint(24, from: entropy))"
            let segments = multipart(ranges ?? [], of: file, boundary: boundary)
            headers["content-type"] = "multipart/byteranges; boundary=\(boundary)"
            return response(206, headers, segments, bytes)
        }
    }

    /// Opens a file's bytes as they are now.
    ///
    /// They stay readable whatever happens to the file afterwards.
    private func open(_ locator: FileLocator, as caller: Caller) async throws -> (FileRow, OpenFile?) {
        for _ in 0..<5 {
            let file = try await catalog.read(as: caller) { session in
                let located = try session.file(at: locator)
                try session.require(.readFile, on: located.targets)
                return located.file
            }
            guard let blob = file.blob else { return (file, nil) }
            let blobs = self.blobs
            if let opened = try await threads.run({ try blobs.open(blob) }) { return (file, opened) }
            // An upload has replaced the file between the two looks; the next look finds the new bytes.
        }
        throw IOFailure("open a file's bytes", code: 2)
    }

    /// The ranges to send, or `nil` for the whole file.
    private func applicableRanges(of file: FileRow, _ options: ReadOptions) throws -> [ClosedRange<Int64>]? {
        guard let ranges = options.ranges else { return nil }
        if let condition = options.ifRange, try !holds(condition, for: file) { return nil }
        return try ranges.resolved(in: file.size)
    }

    private func holds(_ condition: String, for file: FileRow) throws -> Bool {
        if condition.hasPrefix("W/") {
            throw StorageFailure.invalid("Weak entity tag (W/) must not be used in If-Range header")
        }
        if condition.hasPrefix("\"") { return condition == file.etag }
        // A date has whole seconds, so it stands for all of its second.
        return HTTPDate.moment(of: condition).map { HTTPDate.text(of: $0) == HTTPDate.text(of: file.lastModified) }
            ?? false
    }

    private func commonHeaders(of file: FileRow, downloadName: String?) -> StorageHeaders {
        var headers: StorageHeaders = [
            "accept-ranges": "bytes",
            "last-modified": HTTPDate.text(of: file.lastModified),
            "etag": file.etag,
            "content-type": file.mimetype,
            // The type is the uploader's word; a browser must not make more of the bytes than that.
            "x-content-type-options": "nosniff",
        ]
        if let downloadName {
            let name = downloadName.isEmpty ? file.name : downloadName
            let plain = String(
                String.UnicodeScalarView(
                    name.unicodeScalars.map { scalar in
                        let isPlain = (0x20..<0x7F).contains(scalar.value) && scalar != "\"" && scalar != "\\"
                        return isPlain ? scalar : "_"
                    }))
            headers["content-disposition"] =
                "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(PercentEncoding.encode(name))"
        }
        return headers
    }

    /// The parts of a `multipart/byteranges` body, each delimiter on a line of its own.
    private func multipart(
        _ ranges: [ClosedRange<Int64>], of file: FileRow, boundary: String
    ) -> [StorageChunks.Segment] {
        let type = file.mimetype
        var segments: [StorageChunks.Segment] = []
        for (index, range) in ranges.enumerated() {
            let head = """
                \(index == 0 ? "" : "\r\n")--\(boundary)\r
                Content-Type: \(type)\r
                Content-Range: bytes \(range.lowerBound)-\(range.upperBound)/\(file.size)\r
                \r

                """
            segments += [.bytes(Array(head.utf8)), Downloads.segment(range)]
        }
        return segments + [.bytes(Array("\r\n--\(boundary)--\r\n".utf8))]
    }

    private static func segment(_ range: ClosedRange<Int64>) -> StorageChunks.Segment {
        .file(from: range.lowerBound, count: range.upperBound - range.lowerBound + 1)
    }

    private func response(
        _ status: Int, _ headers: StorageHeaders, _ segments: [StorageChunks.Segment], _ file: OpenFile?
    ) -> StorageResponse {
        let observe = self.observe
        let chunks = StorageChunks(segments: segments, file: file, threads: threads) { reason in
            observe(.failed(endpoint: Endpoint.readFile.path, reason: reason))
        }
        var headers = headers
        headers["content-length"] = String(chunks.count)
        return StorageResponse(status: status, headers: headers, body: .chunks(chunks))
    }
}
