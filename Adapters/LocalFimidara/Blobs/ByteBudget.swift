internal import BlockingExecutor

/// Keeps all files together, and those of single folders, below their limits, with what uploads in flight have taken in.
///
/// It is in memory; the catalog says at start what is used, so that a crash leaves nothing uncounted or counted twice.
final class ByteBudget: Sendable {
    private struct Books: Sendable {
        var total: Int64
        var folders: [String: Int64]
        /// The limits of folders that bytes were taken for.
        var limits: [String: Int64] = [:]
    }

    private let limit: Int64
    private let books: Locked<Books>

    /// Opens the books.
    /// - Parameters:
    ///   - limit: bytes that all files together may have.
    ///   - used: bytes of all files.
    ///   - folders: bytes of the folders with a limit, by the folder's id; contained in `used`.
    init(limit: Int64, used: Int64, folders: [QuotaAccount: Int64] = [:]) {
        self.limit = limit
        var books = Books(total: used, folders: [:])
        for (account, bytes) in folders {
            guard let folder = account.folder else { continue }
            books.folders[folder] = bytes
            books.limits[folder] = account.limit
        }
        self.books = Locked(books)
    }

    /// Takes bytes before they are written, from the store and from the folder's account together or not at all.
    /// - Throws: a failure with status 403 when there are not as many left.
    func take(_ count: Int64, of account: QuotaAccount) throws {
        let full: StorageLimit? = books.withLock { books in
            guard books.total + count <= limit else { return .store }
            if let folder = account.folder {
                let used = books.folders[folder, default: 0] + count
                if let most = account.limit, used > most { return .app }
                books.folders[folder] = used
                books.limits[folder] = account.limit
            }
            books.total += count
            return nil
        }
        switch full {
        case .app?: throw StorageFailure.usageLimit("The folder holds as many bytes as it may", .app)
        case let limit?: throw StorageFailure.usageLimit("The store is full", limit)
        case nil: return
        }
    }

    /// Gives bytes back: of an upload that was rolled back, or of a file that is gone.
    func giveBack(_ count: Int64, of folder: String?) {
        guard count > 0 else { return }
        books.withLock { books in
            books.total -= count
            guard let folder, let used = books.folders[folder] else { return }
            books.folders[folder] = used > count ? used - count : nil
            if used <= count { books.limits[folder] = nil }
        }
    }

    /// Bytes of all files and of uploads in flight, and the largest share that a folder has used of its limit.
    var used: (bytes: Int64, limit: Int64, fullestFolder: Double) {
        books.withLock { books in
            let shares = books.limits.map { folder, limit in
                Double(books.folders[folder, default: 0]) / Double(max(1, limit))
            }
            return (books.total, limit, shares.max() ?? 0)
        }
    }
}
