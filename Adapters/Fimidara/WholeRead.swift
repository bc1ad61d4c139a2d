import HTTPTransport
import LogIngestion

/// Takes the answer to a request for a whole file, which has what the server's disk has.
struct WholeRead {
    private let response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    /// How many bytes the disk has; `nil` when the answer does not say, or is not the file as it lies there.
    var length: Int64? {
        guard response.status == 200, (response.headers["Content-Encoding"] ?? "identity") == "identity",
            !response.isPage
        else { return nil }
        return response.announcedLength.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Receives a range of it, and holds no more than a piece beside.
    /// - Throws: ``FimidaraFailure``; also when the answer does not say how long the whole is.
    func receive(from offset: Int64, limit: Int) async throws(FimidaraFailure) -> ObjectChunk {
        guard !response.isPage else {
            throw FimidaraFailure(
                .unavailable, "readFile answered \(response.status) to a whole read\(HTTPResponse.pageHint)")
        }
        guard let length else {
            throw FimidaraFailure(
                .unavailable,
                "readFile does not say how long the whole file is, and bytes behind the end that it shows were taken: "
                    + "let nothing compress or chunk its answers on the way")
        }
        let end = length - offset > Int64(limit) ? offset + Int64(limit) : length
        var (bytes, place): ([UInt8], Int64) = ([], 0)
        while place < end {
            let piece: [UInt8]?
            do {
                piece = try await response.body.next(atLeast: 1)
            } catch {
                // What was received is the beginning of the range; of none of it nothing is known.
                guard !bytes.isEmpty else {
                    throw FimidaraFailure(error.isTimeout ? .late : .unavailable, "readFile: \(error.description)")
                }
                break
            }
            guard let piece, !piece.isEmpty else { break }
            let first = max(0, offset - place)
            let last = min(Int64(piece.count), end - place)
            if first < last { bytes += piece[Int(first)..<Int(last)] }
            place += Int64(piece.count)
        }
        guard !bytes.isEmpty || offset >= length, !Task.isCancelled else {
            throw FimidaraFailure(.unavailable, "readFile sent none of the bytes it announced")
        }
        return ObjectChunk(offset: offset, bytes: bytes, size: length)
    }
}
