/// Why a store could not be opened; the words say what to do, and hold no password.
public protocol StoreOpenError: Error, CustomStringConvertible {
    /// Where there is no store, when none was to be made.
    var missingStore: String? { get }
    /// Whether an earlier release has written the store, and it was not to be changed.
    var isOlderVersion: Bool { get }
    /// Whether the same attempt may succeed later.
    var mayPass: Bool { get }
}
