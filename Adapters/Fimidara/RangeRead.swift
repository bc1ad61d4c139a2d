import HTTPTransport
import LogIngestion

/// Takes the answer to a request for one range, and nothing but that range.
struct RangeRead {
    /// Position of the first byte asked for.
    let offset: Int64
    /// Position of the last byte asked for.
    let last: Int64

    /// `limit` must be positive.
    init(offset: Int64, limit: Int) {
        self.offset = offset
        let (last, overflow) = offset.addingReportingOverflow(Int64(limit) - 1)
        self.last = overflow ? .max : last
    }

    /// The chunk in a successful answer.
    func receive(_ response: HTTPResponse) async throws(FimidaraFailure) -> ObjectChunk {
        let range = try range(of: response)
        var bytes: [UInt8] = []
        var (trouble, isLate) = ("its body ended early", false)
        while bytes.count < Int(range.count) {
            let missing = Int(range.count) - bytes.count
            do {
                guard let piece = try await response.body.next(atLeast: missing) else { break }
                if bytes.isEmpty, piece.count <= missing {
                    bytes = piece
                } else {
                    bytes.append(contentsOf: piece.prefix(missing))
                }
            } catch {
                // The server has answered, so it is this file that is slow.
                (trouble, isLate) = (error.description, error.isTimeout)
                break
            }
        }
        guard !bytes.isEmpty, !Task.isCancelled else {
            throw FimidaraFailure(
                isLate ? .late : .unavailable, "readFile sent none of the bytes it announced: \(trouble)")
        }
        return ObjectChunk(offset: offset, bytes: bytes, size: range.size)
    }

    /// The chunk in a 416: no byte yet, or none any more.
    func nothing(size: Int64) throws(FimidaraFailure) -> ObjectChunk {
        guard size <= offset else {
            throw FimidaraFailure(.rejected, "readFile has no byte at \(offset) of a file that it gives \(size) bytes")
        }
        return ObjectChunk(offset: offset, bytes: [], size: size)
    }

    /// The range that an answer holds, checked against the one asked for.
    private func range(of response: HTTPResponse) throws(FimidaraFailure) -> ContentRange {
        guard response.status == 206 else { throw ignored(response) }
        guard (response.headers["Content-Encoding"] ?? "identity") == "identity" else {
            throw FimidaraFailure(.rejected, "readFile answered with a coded body; positions in it mean nothing")
        }
        guard let range = ContentRange(response.headers["Content-Range"]), range.first == offset, range.last <= last,
            response.headers["Content-Length"].map({ $0 == String(range.count) }) ?? true
        else {
            throw FimidaraFailure(.rejected, "readFile answered with another range than \(offset)-\(last)")
        }
        return range
    }

    /// What a success without a range means.
    ///
    /// The body would be the whole file from its first byte, uncommitted bytes included, or nothing at all when the
    /// server has lost the file's bytes; neither is ever taken for the range.
    private func ignored(_ response: HTTPResponse) -> FimidaraFailure {
        if response.headers["Content-Length"] == "0" {
            return FimidaraFailure(.unavailable, "readFile answered \(response.status) with no bytes to a range")
        }
        if response.isPage {
            return FimidaraFailure(
                .unavailable, "readFile answered \(response.status) to a range\(HTTPResponse.pageHint)")
        }
        return FimidaraFailure(.rejected, "readFile answered \(response.status) to a range, which it must not ignore")
    }
}
