import Foundation

/// A file that is read piece by piece, its time and its errors being those of `read(2)`.
struct InputFile: ~Copyable {
    private let path: String
    private let file: Int32

    init(_ path: String) throws {
        self.path = path
        file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw InputFile.failure(path) }
    }

    deinit { close(file) }

    /// The next `limit` bytes, fewer at the end, none behind it.
    func next(_ limit: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = read(file, buffer.baseAddress?.advanced(by: count), limit - count)
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw InputFile.failure(path) }
                if got == 0 { break }
                count += got
            }
        }
    }

    private static func failure(_ path: String) -> BenchError {
        BenchError("\(path): \(String(cString: strerror(errno)))")
    }
}
