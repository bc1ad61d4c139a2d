/// Why a store cannot be opened.
public enum LocalFimidaraError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process, or another store of this one, has the directory open.
    case inUse(directory: String)
    /// The directory was written by a newer version of this program.
    case newerSchema(directory: String)
    /// The directory holds a workspace of another name.
    case otherWorkspace(rootname: String)
    /// A root name must be 1 to 100 characters of `a–z A–Z 0–9 . _ -`.
    case badRootname(String)
    /// The administrator's secret must not be empty, and must be of visible ASCII characters.
    case badAdminSecret
    /// The operating system refused a call.
    case system(String)

    /// A sentence for the operator.
    public var description: String {
        switch self {
        case .inUse(let directory): "the file store in \(directory) is in use by another process"
        case .newerSchema(let directory): "the file store in \(directory) was written by a newer version of Logferry"
        case .otherWorkspace(let rootname): "the file store already holds the workspace \(rootname)"
        case .badRootname(let rootname): "\(rootname) cannot name a workspace"
        case .badAdminSecret: "the administrator's secret is empty or holds characters that a header cannot carry"
        case .system(let reason): "the file store cannot be opened: \(reason)"
        }
    }
}
