public import LogModel

extension LocalFimidara {
    /// What a store is opened with.
    public struct Settings: Sendable {
        /// Where everything lies; made when it is not there.
        public var directory: String
        /// The name of the one workspace, which every path begins with; it cannot be changed later.
        public var rootname: String
        /// The administrator's credential.
        ///
        /// A changed one takes the place of the former.
        public var adminSecret: Secret
        /// How much is taken in.
        public var limits: StorageLimits
        /// How many system calls may block at the same time.
        public var threads: Int

        /// Makes settings.
        /// - Parameters:
        ///   - directory: where everything lies.
        ///   - rootname: 1 to 100 characters of `a–z A–Z 0–9 . _ -`.
        ///   - adminSecret: the administrator's credential.
        ///   - limits: how much is taken in.
        ///   - threads: how many system calls may block at the same time.
        public init(
            directory: String, rootname: String, adminSecret: Secret, limits: StorageLimits = StorageLimits(),
            threads: Int = 4
        ) {
            self.directory = directory
            self.rootname = rootname
            self.adminSecret = adminSecret
            self.limits = limits
            self.threads = threads
        }
    }
}
