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
        /// Origins of the pages that may use the store from a browser, such as `https://app.example.org`.
        public var origins: Set<String>
        /// How many system calls may block at the same time.
        public var threads: Int

        /// Makes settings.
        /// - Parameters:
        ///   - directory: where everything lies.
        ///   - rootname: 1 to 100 characters of `a–z A–Z 0–9 . _ -`.
        ///   - adminSecret: the administrator's credential.
        ///   - limits: how much is taken in.
        ///   - origins: origins of the pages that may use the store from a browser; none unless told otherwise.
        ///   - threads: how many system calls may block at the same time.
        public init(
            directory: String, rootname: String, adminSecret: Secret, limits: StorageLimits = StorageLimits(),
            origins: Set<String> = [], threads: Int = 4
        ) {
            self.directory = directory
            self.rootname = rootname
            self.adminSecret = adminSecret
            self.limits = limits
            self.origins = origins
            self.threads = threads
        }
    }

    /// Whether a text is an origin as browsers send it: a scheme, a host in lower case and perhaps a port.
    public static func isOrigin(_ text: String) -> Bool { CrossOrigin.isOrigin(text) }
}
