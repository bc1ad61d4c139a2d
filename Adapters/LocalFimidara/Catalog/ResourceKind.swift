internal import LogModel

/// Kinds of resources, named by the code that their ids begin with.
enum ResourceKind: String, Sendable {
    case workspace = "wrkspce"
    case agentToken = "agtoken"
    case permissionGroup = "pmgroup"
    case folder = "folder0"
    case file = "file000"
    case job = "job0000"

    /// A new id: the code, `_` and 21 characters of `A–Z a–z 0–9 _ -`.
    func mint(from entropy: any Entropy) -> String {
        "\(rawValue)_\(RandomText.mint(21, from: entropy))"
    }
}
